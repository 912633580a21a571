"""The explorer in a real browser, from its folder and served: hostile texts stay texts, and nobody else is let in."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import duckdb
import pytest
import uvicorn

from flows.explorer import bound, check_pages, explorer
from tasks.benchmarks import load
from tasks.errors import UsageError
from tasks.report.explorer import ExploredItem, write_item_pages
from tasks.settings import PublishSettings
from tests.support.axe import violations
from tests.support.runs import command, environment

HOSTILE = "<script>document.title = 'owned'</script></script><img src=x onerror=alert(1)>\u2028\u202e\x1b[31m \ud800 "
MANY_ANSWERS = """
    delete from marts.fct_answers;
    insert into marts.fct_answers by name
        select 'quiz' as benchmark_id, range::varchar as item_id, 'needle ' || range || repeat(' straw', 80) as response
        from range(100_000)
"""
DRAWN = "html[data-state=drawn]"


def imported(folder, warm, responses):
    """A project with a base and an aligned model that answered arithmetic."""
    (folder / "aligntax.yaml").write_text(
        "model_defaults: {provider: recorded}\nmodels: [{id: base}, {id: aligned, base: base}]\n"
        "benchmarks: [arithmetic]\n"
    )
    for model, texts in responses.items():
        rows = [{"question": question, "response": text} for question, text in texts.items()]
        (folder / f"{model}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        asked = ["import", "responses", f"{model}.jsonl", "--benchmark", "arithmetic", "--model", model]
        found = warm.run(folder, *asked, "--as-of", "2026-01-31")
        assert found.returncode == 0, found.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory, warm):
    """A publication of three questions: one lost, one gained, one answered alike with a hostile text."""
    folder = tmp_path_factory.mktemp("explored")
    lost, gained, alike = [(item.question, item.target) for item in load("arithmetic").items[:3]]
    right, wrong = "The answer is {}.".format, "No idea at all, so: The answer is -1."
    base = {lost[0]: right(lost[1]), gained[0]: wrong, alike[0]: right(alike[1])}
    aligned = {lost[0]: wrong, gained[0]: right(gained[1]), alike[0]: HOSTILE + right(alike[1])}
    imported(folder, warm, {"base": base, "aligned": aligned})
    return folder


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def opened(browser, address, scheme="light"):
    """The page at an address, and what its console said."""
    page, said = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    page.wait_for_selector(DRAWN, timeout=30_000)
    return page, said


@pytest.mark.accept
def test_from_the_folder_items_are_filtered_and_hostile_texts_are_texts(browser, project):
    page, said = opened(browser, (project / "publish" / "items" / "index.html").as_uri())
    assert page.text_content("#count") == "1 of 3 items"
    assert "aligned: incorrect, value 0" in page.inner_text("#items")
    page.select_option("#show", "gained")
    page.wait_for_selector("text=aligned: correct, value 1")
    page.select_option("#show", "all")
    page.wait_for_selector("article >> nth=2")
    assert "<script>document.title = 'owned'</script>" in page.inner_text("#items")
    assert page.title() == "Alignment tax: items"
    assert page.query_selector("#items img") is None
    assert not page.is_visible("#text")
    assert said == []
    page.close()


@pytest.mark.accept
def test_a_line_of_the_report_leads_to_its_items(browser, project):
    report = browser.new_page()
    report.goto((project / "publish" / "report.html").as_uri())
    addresses = report.eval_on_selector_all("table a[href^='items/']", "links => links.map(link => link.href)")
    page, said = opened(browser, addresses[0])
    shown = {name: page.input_value(f"#{name}") for name in ("benchmark", "before", "after", "show")}
    assert shown == {"benchmark": "arithmetic", "before": "base", "after": "aligned", "show": "lost"}
    page, more = opened(browser, f"{addresses[0].partition('#')[0]}#benchmark=unknown&after=base&show=all")
    assert [page.input_value("#benchmark"), page.input_value("#after")] == ["arithmetic", "base"]
    assert page.text_content("#count") == "3 of 3 items"
    assert page.text_content("#about").startswith("No answer to unknown holds text; another benchmark is shown.")
    assert said == more == []
    report.close()


@pytest.mark.accept
def test_an_item_has_an_address_and_the_filters_are_in_it(browser, project):
    page, said = opened(browser, (project / "publish" / "items" / "index.html").as_uri())
    page.select_option("#show", "all")
    page.click("article >> nth=1 >> h2 a")
    page.wait_for_selector("text=1 of 3 items: back to the list")
    one = page.inner_text("h2")
    sent, more = opened(browser, page.url)
    assert [sent.inner_text("h2"), sent.text_content("#count")] == [one, "1 of 3 items: back to the list"]
    sent.click("text=back to the list")
    sent.wait_for_selector("article >> nth=2")
    sent.select_option("#show", "gained")
    sent.reload()
    sent.wait_for_selector(DRAWN)
    assert [sent.input_value("#show"), sent.text_content("#count")] == ["gained", "1 of 3 items"]
    short, last = opened(browser, f"{page.url.partition('#')[0]}#benchmark=arithmetic&item={one.partition(' ')[0]}")
    assert [short.input_value("#show"), short.inner_text("h2")] == ["lost", one]
    assert said == more == last == []
    for each in (page, sent, short):
        each.close()


@pytest.mark.accept
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_that_keeps_readers_out(browser, project, scheme):
    page, _ = opened(browser, (project / "publish" / "items" / "index.html").as_uri(), scheme)
    assert violations(page) == []
    page.close()


@pytest.fixture
def served(project):
    """The address of the explorer as a server."""
    settings = PublishSettings(folder=project / "publish")
    with bound(0) as listening:
        server = uvicorn.Server(uvicorn.Config(explorer(settings, "secret"), log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


def status(address, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_the_server_answers_only_who_has_its_address(served):
    assert status(f"{served}/secret/") == 200
    assert status(f"{served}/") == 404
    assert status(f"{served}/secre/search?text=a") == 404
    assert status(f"{served}/secret/", Host="evil.example") == 400
    assert status(f"{served}/secret/../aligntax.duckdb") == 404
    assert status(f"{served}/secret/%2e%2e/aligntax.duckdb") == 404


def test_a_search_finds_texts_in_any_case(served):
    with urllib.request.urlopen(f"{served}/secret/search?text=NO%20IDEA", timeout=20) as answer:
        assert len(json.load(answer)) == 2
    with urllib.request.urlopen(f"{served}/secret/search?text=%25", timeout=20) as answer:
        assert json.load(answer) == []


@pytest.mark.accept
def test_the_served_page_searches(browser, served):
    page, said = opened(browser, f"{served}/secret/")
    page.select_option("#show", "all")
    page.fill("#text", "document.title")
    page.press("#text", "Enter")
    page.wait_for_selector("text=1 of 3 items")
    page.fill("#text", "nowhere in these texts")
    page.press("#text", "Enter")
    page.wait_for_selector("text=0 of 3 items; choose other filters to see some")
    assert said == []
    page.close()


def test_explore_says_what_to_do_before_the_first_publication(tmp_path):
    with pytest.raises(UsageError, match="aligntax publish"):
        check_pages(PublishSettings(folder=tmp_path))


@pytest.mark.accept
def test_of_a_hundred_thousand_answers_only_those_that_are_shown_are_loaded(browser, tmp_path):
    models = [f"model-{number}" for number in range(10)]
    items = (
        ExploredItem("quiz", f"item{n:06}", "", "all", f"Question {n}?", str(n), is_hidden=False, answers=answers)
        for n in range(10_000)
        for answers in [
            {model: ("correct", 1.0 if model == "model-0" else n % 2, "1", "word " * 40) for model in models}
        ]
    )
    path = write_item_pages(items, {**dict.fromkeys(models, "model-0"), "model-0": None}, "2026-01-31", tmp_path)
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    started = time.monotonic()
    page.goto(path.as_uri())
    page.wait_for_selector(DRAWN, timeout=30_000)
    print(f"first screen after {time.monotonic() - started:.2f} s")
    assert page.text_content("#count") == "5000 of 10000 items"
    assert "· all" not in page.inner_text("#items")
    assert len(asked) == 5  # the page, its style, its script, the index, one shard
    page.close()


def test_a_search_in_a_hundred_thousand_answers_does_without_pandas(project, tmp_path):
    """The first one would take a second longer: DuckDB imports pandas if it is there to read a parameter."""
    folder = shutil.copytree(project, tmp_path / "project")
    with duckdb.connect(folder / "publish" / "aligntax.duckdb") as snapshot:
        snapshot.execute(MANY_ANSWERS)
    with subprocess.Popen(
        command("explore"), cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            address = server.stdout.readline().strip()
            assert status(address) == 200
            with urllib.request.urlopen(f"{address}search?text=NEEDLE%2099", timeout=20) as answer:
                found = json.load(answer)
            loaded = Path(f"/proc/{server.pid}/maps").read_text()
        finally:
            server.terminate()
    assert len(found) == 1_111  # whatever begins with 99
    assert "pandas/_libs" not in loaded
