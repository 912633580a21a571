"""The page in a real browser: nothing is fetched, everything is drawn, nothing runs off a phone's screen."""

import pytest

from tasks.report import write_report
from tasks.report.sections import SECTIONS
from tests.support.axe import violations

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
UNFOLD = "document.querySelectorAll('details').forEach(fold => { fold.open = true; })"
NONE_DRAWING = (
    "[...document.querySelectorAll('.chart')].every(chart => ['drawn', 'static'].includes(chart.dataset.state))"
)
LONG = "m" * 120
HOSTILE = "<img src=x onerror=alert(1)>\u202e"


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def reports(make_frames, demo_rows, small_rows, whole_rows, tmp_path_factory):
    """Reports of each kind, by name."""
    folder = tmp_path_factory.mktemp("reports")
    hostile = {
        "alignment_tax": [
            {"candidate_model_id": name, "benchmark_id": name, "family": name} for name in (LONG, HOSTILE)
        ],
        "model_scores": [
            {"model_id": name, "family": name, "dimension": dimension, "benchmark_id": dimension}
            for name in (LONG, HOSTILE)
            for dimension in ("capability", "safety", "over_refusal")
        ],
    }
    kinds = {"demo": demo_rows(), "small": small_rows, "hostile": hostile, "empty": {}, "whole": whole_rows}
    return {name: write_report(make_frames(**rows), folder / f"{name}.html") for name, rows in kinds.items()}


def open_unfolded(page, report):
    """Open a report with every section unfolded, and wait until its charts are drawn."""
    page.goto(report.as_uri())
    page.wait_for_selector("html[data-charts=ready]", timeout=60_000)
    page.evaluate(UNFOLD)
    page.wait_for_function(NONE_DRAWING, timeout=60_000)


@pytest.mark.accept
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("name", "count_charts"), [("demo", 5), ("small", 4), ("hostile", 4), ("empty", 0)])
def test_the_page_draws_itself_without_network_errors_or_sideways_scrolling(
    browser, reports, name, count_charts, width
):
    page = browser.new_page(viewport={"width": width, "height": 900})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    open_unfolded(page, reports[name])
    states = page.eval_on_selector_all(".chart", "charts => charts.map(chart => chart.dataset.state)")
    marks = page.eval_on_selector_all(
        ".chart", "charts => charts.map(chart => chart.querySelectorAll('svg .mark-symbol path').length)"
    )
    assert states == ["drawn"] * count_charts
    assert all(marks)
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.eval_on_selector_all(
        ".chart svg",
        "charts => charts.filter(chart => chart.getBoundingClientRect().right > window.innerWidth + 1).length",
    )
    assert cut == 0
    page.close()


@pytest.mark.accept
def test_charts_change_to_the_narrow_form_when_the_window_does(browser, reports):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    open_unfolded(page, reports["small"])
    labels = "document.querySelectorAll('.chart svg .mark-text.role-mark text').length"
    before = page.evaluate(labels)
    page.set_viewport_size({"width": 390, "height": 900})
    page.wait_for_function(f"{labels} > {before}", timeout=60_000)
    page.close()


@pytest.mark.accept
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast_on_a_light_and_on_a_dark_page(browser, reports, scheme):
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    open_unfolded(page, reports["small"])
    colours = page.evaluate(
        """() => [...document.querySelectorAll('body, figcaption, caption, thead th, .chart svg text')].map(element => {
            const style = getComputedStyle(element);
            return element.tagName === 'text' ? style.fill : style.color;
        }).concat(getComputedStyle(document.body).backgroundColor)"""
    )
    *inks, paper = [luminance(colour) for colour in colours]
    assert len(inks) > 30
    assert min((max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) for ink in inks) >= 4.5
    page.close()


def luminance(colour):
    """Relative luminance of a CSS ``rgb()`` colour (WCAG 2)."""
    channels = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.accept
def test_without_javascript_every_chart_is_there_as_svg(browser, reports):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(reports["demo"].as_uri())
    for fold in page.query_selector_all("details:not([open]) > summary"):
        fold.click()
    boxes = [handle.bounding_box() for handle in page.query_selector_all("figure > noscript > svg")]
    assert len(boxes) == 5
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["height"] > 50 for box in boxes)
    context.close()


@pytest.mark.accept
def test_the_page_is_short_until_it_is_unfolded_and_no_table_scrolls_sideways(browser, reports):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(reports["demo"].as_uri())
    page.wait_for_selector("html[data-charts=ready]", timeout=60_000)
    assert page.evaluate("document.documentElement.scrollHeight") <= 4000
    picture = page.query_selector("#chart-frontier").bounding_box()
    assert picture["y"] + picture["height"] <= 900
    page.evaluate(UNFOLD)
    wide = page.eval_on_selector_all(
        ".scroll",
        "tables => tables.filter(table => table.scrollWidth > table.clientWidth).map(table => table.innerText)",
    )
    assert wide == []
    page.close()


@pytest.mark.accept
def test_a_link_unfolds_its_section_and_a_printed_page_is_whole(browser, reports):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(reports["small"].as_uri())
    page.wait_for_selector("html[data-charts=ready]", timeout=60_000)
    page.click("nav a[href='#taxes']")
    page.wait_for_selector("#taxes details[open] .chart[data-state=drawn]", timeout=60_000)
    assert page.query_selector("#scores details[open]") is None
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.query_selector("details:not([open])") is None
    assert page.query_selector(".chart:not([data-state])") is None
    page.close()


@pytest.mark.accept
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_that_keeps_readers_out(browser, reports, scheme, width):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(reports["whole"].as_uri())
    page.wait_for_selector("html[data-charts=ready]", timeout=60_000)
    assert violations(page) == []
    open_unfolded(page, reports["whole"])
    assert len(page.query_selector_all("section")) == len(SECTIONS)
    assert violations(page) == []
    page.close()


@pytest.mark.accept
def test_a_printed_page_is_unfolded_has_every_chart_and_is_as_wide_as_its_paper(browser, reports):
    page = browser.new_page(viewport={"width": 703, "height": 1000}, color_scheme="dark")
    page.goto(reports["whole"].as_uri())
    page.wait_for_selector("html[data-charts=ready]", timeout=60_000)
    assert page.pdf(format="A4").startswith(b"%PDF")
    assert page.query_selector("details:not([open])") is None
    assert page.query_selector(".chart:not([data-state])") is None
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 703
    assert luminance(page.evaluate("getComputedStyle(document.body).backgroundColor")) == 1
    page.close()
