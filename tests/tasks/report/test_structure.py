import re
from pathlib import Path

import pytest

GOLDEN = Path(__file__).with_name("outline.txt")
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
    links = [attributes["href"] for attributes in page.attributes("a")]
    labels = [attributes["aria-labelledby"] for attributes, _ in outside_static if "aria-labelledby" in attributes]
    assert len(links) > 5
    assert {link.removeprefix("#") for link in links} | set(labels) <= set(ids)


def test_each_table_has_a_caption_and_every_heading_cell_a_scope(page):
    assert len(page.attributes("table")) == len(page.attributes("caption")) == 7
    cells = page.attributes("th")
    assert len(cells) > 50
    assert all(cell.get("scope") in {"col", "row", "colgroup", "rowgroup"} for cell in cells)


def test_no_element_asks_for_an_address_outside_the_page(page, small_page):
    asked = {a[name] for _, a, _ in page.elements for name in ADDRESSES if a.get(name)}
    assert asked
    assert {address for address in asked if not address.startswith("#")} == set()
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


def test_how_to_read_it_takes_five_sentences(page):
    sentences = [stack for tag, _, stack in page.elements if tag == "li" and "ol" in stack]
    assert len(sentences) == 5


def test_readers_without_javascript_find_every_chart_as_svg(page):
    charts = [a["id"] for a in page.attributes("div") if a.get("class") == "chart"]
    static = [tag for tag, _, stack in page.elements if tag == "svg" and stack[-1] == "noscript"]
    assert len(charts) == len(static) == 4
