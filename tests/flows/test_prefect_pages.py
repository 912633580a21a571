"""What Prefect's pages show of a run: on a real server, and where the server does not take it."""

from __future__ import annotations

import asyncio
import json
import re
import time
from types import SimpleNamespace

import pytest

from flows import prefect_pages
from flows.asking.progress import Progress
from flows.cli.results import HeadlineRows, rows_of
from flows.evaluate import state_of
from tasks.planned import CellResult, CellWork
from tests.support.runs import ask_prefect, write_config
from warehouse.connection import Warehouse

DATE = "2026-03-17"  # no other module uses this date: the shared Prefect server finds the run by it
ADDED = """\
  - {id: lost, model: no-such-model, base: base}
benchmarks:"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory, simulator, aligntax, prefect_api):
    """A run of which one model cannot be asked: its folder, its JSON, and all that Prefect shows of it."""
    folder = tmp_path_factory.mktemp("shown")
    config = write_config(folder, simulator)
    config.write_text(config.read_text().replace("benchmarks:", ADDED, 1))
    said = json.loads(aligntax(folder, "run", "--as-of", DATE, "--json", code=1).stdout)
    (flow,) = ask_prefect(prefect_api, "flow_runs/filter", {"flow_runs": {"name": {"like_": f"evaluate {DATE}"}}})
    of_run = {"flow_runs": {"id": {"any_": [flow["id"]]}}}
    tasks = ended_tasks(prefect_api, of_run)
    artifacts = ask_prefect(prefect_api, "artifacts/filter", of_run)
    logs = ask_prefect(prefect_api, "logs/filter", {"logs": {"flow_run_id": {"any_": [flow["id"]]}}})
    return SimpleNamespace(
        folder=folder,
        said=said,
        flow=flow,
        tasks={task["name"]: task for task in tasks},
        artifacts={artifact["key"].removeprefix("aligntax-"): artifact for artifact in artifacts},
        logs=[log["message"] for log in logs],
    )


def ended_tasks(prefect_api, of_run):
    """The tasks of a run, once the server has recorded the end of all: it does so in the background."""
    for _ in range(600):
        tasks = ask_prefect(prefect_api, "task_runs/filter", of_run)
        if len(tasks) == 16 and not {task["state_type"] for task in tasks} & {"PENDING", "RUNNING"}:
            break
        time.sleep(0.1)
    return tasks


@pytest.mark.accept
def test_a_run_shows_its_headline_its_taxes_and_where_its_report_is(shown):
    headline = re.sub(r"\\(.)", r"\1", shown.artifacts["headline"]["data"])
    headline = headline.replace("\u2212", "-").replace("\u00a0", " ")
    assert shown.said["answers"]
    assert all(sentence in headline for sentence in shown.said["answers"])
    taxes = json.loads(shown.artifacts["taxes"]["data"])
    assert [row["Benchmark"] for row in taxes] == ["all capability", "arithmetic", "knowledge"]
    report = shown.folder / "publish" / "report.html"
    assert report.as_uri() in shown.artifacts["report"]["data"]


@pytest.mark.accept
def test_a_run_shows_how_far_each_cell_is(shown):
    assert shown.artifacts["asking"]["data"] > 66
    cells = {row["Cell"]: row for row in json.loads(shown.artifacts["asking-cells"]["data"])}
    assert len(cells) == 9
    assert cells["aligned/knowledge/chat"] == {
        "Cell": "aligned/knowledge/chat",
        "To ask": 30,
        "Answered": 30,
        "Failed": 0,
    }
    assert cells["lost/knowledge/chat"]["Answered"] == 0


@pytest.mark.accept
def test_states_logs_and_tags_say_what_happened_to_which_model(shown):
    whole, lost = (shown.tasks[f"generate {model}/knowledge/chat"] for model in ("aligned", "lost"))
    assert (whole["state"]["name"], whole["state"]["message"]) == ("Completed", "30 of 30 answers")
    assert lost["state"]["type"] == "FAILED"
    assert lost["state"]["message"].startswith("lost/knowledge/chat: ")
    assert set(whole["tags"]) == {"model: aligned", "benchmark: knowledge"}
    assert set(lost["tags"]) == {"model: lost", "benchmark: knowledge"}
    assert shown.logs.count("aligned/knowledge/chat: 30 of 30 answers") == 1
    assert not [line for line in shown.logs if "Traceback" in line]
    run_id = shown.said["run_id"]
    assert shown.tasks[f"land {run_id}"]["state"]["message"] == "6 of 9 cells complete"
    assert shown.tasks[f"score {run_id}"]["state"]["message"] == "180 answers scored"
    state = shown.flow["state"]
    assert (state["type"], state["name"]) == ("COMPLETED", "Partial")
    assert state["message"].startswith("6 of 9 cells reported; 270 answers planned, 0 there already, 180 came in")


@pytest.mark.parametrize(
    ("unreported", "unpublished", "state"),
    [
        ((), None, ("COMPLETED", "Completed")),
        (("incomplete cell: a",), None, ("COMPLETED", "Partial")),
        ((), "not published: csv: disk full.", ("COMPLETED", "Partial")),
        (("incomplete cell: a", "incomplete cell: b"), None, ("FAILED", "Failed")),
    ],
)
def test_the_state_of_a_night_says_whether_somebody_has_to_look(unreported, unpublished, state):
    """Automations wait for names of states. A night that evaluated nothing has failed, whatever stopped it."""
    counts = ("planned", "reused", "answered", "failed")
    found = state_of(
        SimpleNamespace(
            count_cells=2, unreported=unreported, unpublished=unpublished, **{f"count_{name}": 0 for name in counts}
        )
    )
    assert (found.type.value, found.name) == state
    assert all(line in found.message for line in (*unreported, unpublished or ""))


@pytest.mark.accept
def test_nothing_that_is_shown_holds_a_prompt_or_an_answer(shown):
    everything = json.dumps([shown.flow, shown.tasks, shown.artifacts, shown.logs])
    with Warehouse.read(shown.folder / "warehouse.duckdb") as warehouse:
        texts = warehouse.rows("select text from raw.generations where length(text) > 20")[1]
        texts += warehouse.rows("select question from raw.items")[1]
    assert len(texts) > 100
    assert [text for (text,) in texts if json.dumps(text)[1:-1] in everything] == []


def test_a_snapshot_that_could_not_be_written_leaves_the_run_as_it_is(monkeypatch, tmp_path):
    """Prefect shows no taxes, and the command's table stays empty. Its line about the target has a test of its own."""
    monkeypatch.setattr(prefect_pages.FlowRunContext, "get", object)
    monkeypatch.setattr(prefect_pages, "_put", lambda *_: pytest.fail("nothing can be shown"))
    places = {"database": tmp_path / "aligntax.duckdb", "report": tmp_path / "report.html"}
    asyncio.run(prefect_pages.show_report("run", DATE, places))
    evaluated = SimpleNamespace(unpublished="not published: database: x.", published=places, as_of_date=DATE)
    assert rows_of(evaluated) == HeadlineRows()


@pytest.fixture
def asking(monkeypatch):
    """A session that asks, shown without waiting; ``put`` takes the artifacts."""
    work = CellWork("run", "", "cell", "b", None, [None] * 4, "cell")
    progress = Progress(4)
    session = SimpleNamespace(
        plan=SimpleNamespace(run_id="run"), work=(work,), results={"cell": CellResult("cell")}, progress=progress
    )
    monkeypatch.setattr(prefect_pages.FlowRunContext, "get", lambda: session)
    monkeypatch.setattr(prefect_pages, "_FIRST_AFTER_S", 0.0)
    monkeypatch.setattr(prefect_pages, "_LONGEST_S", 0.05)

    def asked_with(put):
        monkeypatch.setattr(prefect_pages, "_put", put)

        async def ask():
            async with prefect_pages.progress_shown(session, "asking"):
                await asyncio.sleep(0.01)
                session.results["cell"].count_answered = 4
                progress.count(4, 0, None)
            return "asked"

        return asyncio.run(ask())

    return asked_with


def test_progress_is_shown_while_asking_and_at_the_end(asking):
    taken = []

    async def put(artifact, _):
        taken.append(await artifact.aformat())

    assert asking(put) == "asked"
    assert taken[-2:] == [100.0, json.dumps([{"Cell": "cell", "To ask": 4, "Answered": 4, "Failed": 0}])]


def test_a_server_that_takes_nothing_is_asked_once(asking):
    calls = []

    async def put(artifact, _):
        calls.append(artifact)
        raise ConnectionError

    assert asking(put) == "asked"
    assert len(calls) == 1


def test_a_server_that_hangs_is_not_waited_for(asking):
    async def put(*_):
        await asyncio.sleep(3600)

    assert asking(put) == "asked"
