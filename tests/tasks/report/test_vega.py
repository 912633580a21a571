"""Charts as SVG."""

from tests.support.golden.charts import charts


def test_the_golden_record_finds_every_chart_of_a_page_and_writes_it_the_same_twice(small_page, tmp_path):
    report = tmp_path / "report.html"
    report.write_text(small_page)
    found = {path.name: text for path, text in charts(report).items()}
    assert found.keys() == {"hashes.txt", "chart-frontier.svg", "chart-tax-1.svg"}
    assert len(found["hashes.txt"].splitlines()) == small_page.count('<div class="chart"')
    assert found["chart-tax-1.svg"].startswith("<svg")
    assert {path.name: text for path, text in charts(report).items()} == found
