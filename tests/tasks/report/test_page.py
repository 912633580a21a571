import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.errors import InputError
from tasks.report import ReportFrames, render_report, sources, write_report

GOLDEN = Path(__file__).with_name("outline.txt")
BESIDE = {"catalogue.html", "items/index.html"}  # the pages that are published beside the report
ADDRESSES = ("src", "href", "xlink:href", "action", "data", "poster", "srcset", "formaction")
OUTLINED = ("section", "h1", "h2", "h3", "table", "caption", "figure", "svg", "noscript", "ol", "header", "nav", "main")


def outline(page):
    """Landmarks, headings, figures and tables in order, indented by depth."""
    lines = []
    for tag, attributes, stack in page.elements:
        if tag in OUTLINED and not ("noscript" in stack and tag != "svg"):
            name = " ".join(f"{key}={attributes[key]}" for key in ("id", "class") if key in attributes)
            lines.append(f"{'  ' * (len(stack) - 2)}{tag} {name}".rstrip())
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def page(small_page, read_page):
    return read_page(small_page)


def test_the_outline_of_a_small_report_is_the_reviewed_one(page):
    assert outline(page) == GOLDEN.read_text()


def test_every_tag_is_closed_in_order(page):
    assert page.mistakes == []


def test_the_page_has_a_language_a_title_one_main_heading_and_a_skip_link(page):
    assert page.attributes("html") == [{"lang": "en"}]
    assert page.text("title") == page.text("h1") == "Alignment tax"
    assert len(page.attributes("h1")) == 1
    assert page.attributes("a")[0] == {"class": "skip", "href": "#main"}


def test_element_ids_are_unique_and_links_within_the_page_lead_somewhere(page):
    outside_static = [(a, s) for _, a, s in page.elements if "noscript" not in s]
    ids = [attributes["id"] for attributes, _ in outside_static if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [link for attributes in page.attributes("a") if (link := attributes["href"]).startswith("#")]
    labels = [attributes["aria-labelledby"] for attributes, _ in outside_static if "aria-labelledby" in attributes]
    assert len(links) > 5
    assert {link.removeprefix("#") for link in links} | set(labels) <= set(ids)


def test_each_table_has_a_caption_and_every_heading_cell_a_scope(page):
    assert len(page.attributes("table")) == len(page.attributes("caption")) == 7
    cells = page.attributes("th")
    assert len(cells) > 50
    assert all(cell.get("scope") in {"col", "row", "colgroup", "rowgroup"} for cell in cells)


def test_no_element_asks_for_an_address_outside_the_publication(page, small_page):
    asked = {a[name] for _, a, _ in page.elements for name in ADDRESSES if a.get(name)}
    assert asked
    assert {address.partition("#")[0] for address in asked} - {""} == BESIDE
    assert not {tag for tag, _, _ in page.elements} & {"link", "img", "iframe", "object", "embed", "base", "form"}
    styles = "".join(re.findall(r"<style>(.*?)</style>", small_page, re.DOTALL))
    assert styles
    assert not re.search(r"@import|url\(", styles)


def test_a_policy_forbids_fetching_anything(page):
    policies = [a["content"] for a in page.attributes("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none';")
    assert "unsafe-eval" not in policies[0]
    assert "http" not in policies[0]


def test_readers_without_javascript_find_every_chart_as_svg(page):
    charts = [a["id"] for a in page.attributes("div") if a.get("class") == "chart"]
    static = [tag for tag, _, stack in page.elements if tag == "svg" and stack[-1] == "noscript"]
    assert len(charts) == len(static) == 4


def test_the_same_frames_give_the_same_bytes(make_frames, small_rows, small_page, tmp_path):
    path = write_report(make_frames(**small_rows), tmp_path / "new" / "report.html")
    assert path == tmp_path / "new" / "report.html"
    assert path.read_bytes() == small_page.encode()


def test_the_order_of_the_rows_does_not_matter(make_frames, small_rows, small_page):
    turned = {table: list(reversed(rows)) for table, rows in small_rows.items()}
    assert render_report(make_frames(**turned)) == small_page


def test_a_write_that_fails_leaves_the_old_page_and_no_debris(make_frames, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError, match="disk full"):
        write_report(make_frames(alignment_tax=[{}]), path)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("report.html", "old")]


@pytest.mark.accept
def test_a_hundred_taxes_stay_under_three_megabytes(make_frames, demo_rows):
    rows = demo_rows(4, (0.1,), tuple(f"benchmark-{number:02d}" for number in range(25)))
    assert len(rows["alignment_tax"]) == 100
    assert len(render_report(make_frames(**rows)).encode()) < 3_000_000


def test_importing_the_report_loads_no_drawing_library():
    code = "import sys, tasks.report; print({'altair', 'vl_convert', 'duckdb', 'prefect'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"


def test_a_frame_that_lacks_a_column_is_refused_by_name(make_frames):
    frames = make_frames(alignment_tax=[{}])
    cut = frames.tables | {"alignment_tax": frames.tables["alignment_tax"].drop("p_value_holm", "reason")}
    with pytest.raises(InputError, match=r"reports\.alignment_tax with p_value_holm"):
        render_report(ReportFrames(cut, frames.as_of_date))


def test_an_empty_warehouse_makes_a_page_that_says_so(make_frames, read_page):
    page = read_page(render_report(make_frames()))
    for expected in ("No answers.", "There is no tax to show", "No validation was recorded."):
        assert expected in page.text()
    assert page.attributes("script") == [{"type": "application/json", "id": "chart-data"}, {}]


def test_only_a_section_that_shows_something_wrong_is_unfolded(make_frames, read_page):
    def unfolded(**rows):
        return [
            found for found in read_page(render_report(make_frames(**rows))).attributes("details") if "open" in found
        ]

    assert unfolded(validations=[{}], coverage=[{}]) == []
    assert len(unfolded(validations=[{"is_success": False}], coverage=[{"status": "failed"}])) == 2


def test_a_page_without_any_table_is_the_page_of_an_empty_warehouse(make_frames):
    frames = make_frames()
    assert render_report(ReportFrames({}, frames.as_of_date)) == render_report(frames)


def test_each_table_is_asked_for_once():
    tables = [source.table for source in sources()]
    assert sorted(set(tables)) == sorted(tables)
    assert {source.table: source.days for source in sources()}["trend"] == 90


def test_no_undefined_number_is_printed(page):
    printed = " ".join(page.text(tag) for tag in ("td", "dd", "svg", "figcaption"))
    assert len(printed) > 1_000
    assert not re.search(r"\b(nan|none|null|inf|infinity|undefined)\b", printed, re.IGNORECASE)


@pytest.mark.parametrize(
    "expected",
    [
        "+1.1 [— (only one cluster)]",  # limits that are missing
        "— (base not distinguishable from 0)",  # a relative tax that is missing
        "windfall, not significant",
        "few clusters",
        "Simulated answers.",
    ],
)
def test_what_is_missing_or_doubtful_stands_on_the_page_with_its_reason(page, expected):
    assert expected in page.text()
