"""The catalogue page: every published table, a search as one types, from the folder and without a request out."""

from __future__ import annotations

import pytest

from tasks.report.catalogue_page import render_catalogue, write_catalogue
from tests.support.axe import violations
from warehouse.build import models
from warehouse.catalog.relations import published
from warehouse.recipes import recipe

TYPES = {(model.name, column): "varchar" for model in models() for column in model.columns}


@pytest.fixture(scope="module")
def text():
    return render_catalogue(TYPES)


def test_every_published_table_has_its_columns_joins_origin_and_questions(text):
    for model in published():
        place = text.split(f'<article id="{model.name}">')[1].split("</article>")[0]
        assert all(f"<code>{column}</code>" in place for column in model.columns)
        assert f"Key: {', '.join(model.key)}." in place
        assert 'class="drawing"' in place
    scores = text.split('<article id="marts.fct_scores">')[1].split("</article>")[0]
    assert 'join <a href="#marts.dim_model">marts.dim_model</a> using (model_id)' in scores
    assert (
        recipe("surely_lost").question in text.split('<article id="reports.alignment_tax">')[1].split("</article>")[0]
    )
    assert "staging.stg" not in text.split("<nav")[1].split("</nav>")[0]


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    return write_catalogue(TYPES, tmp_path_factory.mktemp("published") / "catalogue.html").as_uri()


@pytest.mark.accept
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_everyone_can_read_and_search_it_from_the_folder(browser, address, width, scheme):
    page, said, asked = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.fill("#search", "holm p_value")
    assert page.is_visible("article[id='reports.alignment_tax'] th >> text=p_value_holm")
    assert not page.is_visible("article[id='reports.alignment_tax'] th >> text=tax_absolute_low")
    assert not page.is_visible("article[id='marts.dim_date']")
    assert "tables" in page.text_content("#count")
    assert violations(page) == []  # of what is shown: of everything it takes half a minute
    page.fill("#search", "")
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    assert asked == [address]
    page.close()


@pytest.mark.accept
def test_a_link_leads_to_a_table_that_the_search_has_hidden(browser, address):
    page = browser.new_page()
    page.goto(address)
    page.fill("#search", "flipped")
    page.evaluate("location.hash = '#marts.dim_date'")
    page.wait_for_selector("article[id='marts.dim_date'] details[open]", timeout=30_000)
    page.close()
