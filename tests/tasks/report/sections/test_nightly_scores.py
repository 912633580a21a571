from datetime import date, timedelta

from tasks.report.blocks import charts_of
from tasks.report.sections.nightly_scores import NIGHTLY_SCORES

DAY = date(2026, 11, 20)


def nights(count, **row):
    return [{"as_of_date": DAY - timedelta(back), **row} for back in range(count)]


def test_the_numbers_at_the_ends_of_the_lines_are_explained(section_text):
    text = section_text(NIGHTLY_SCORES, trend=nights(3), model_scores=[{}])
    assert "are the models: 1 llama-base." in text
    assert "Scores on gsm8k (accuracy)." in text


def test_only_benchmarks_with_several_scored_nights_have_a_chart(make_blocks):
    trend = [*nights(2), *nights(1, benchmark_id="once"), *nights(3, benchmark_id="unscored", score=None)]
    charts = list(charts_of(make_blocks(NIGHTLY_SCORES, trend=trend)))
    assert [chart.chart_id for chart in charts] == ["chart-trend-1"]
