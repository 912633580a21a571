"""What a run with a work pool says where nobody could ask: each trouble is one line, and nothing waits in silence."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from contextlib import nullcontext
from types import SimpleNamespace
from unittest.mock import MagicMock

import polars as pl
import psycopg
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Completed, Failed

import flows.ask
from flows.ask import check_program
from flows.asking.pool import _state
from flows.asking.workers import deployment_in, program_version
from tasks.errors import UsageError
from tasks.planned import CellResult
from tests.support.machines import LONGEST_S, POOL, deploy, kill, machines
from tests.support.runs import CONFIG, Tables, count_requests, post_faults, tables
from warehouse.connection import Warehouse
from warehouse.errors import LakeRefuses, LakeUnreachable, WarehouseError


def config(folder, simulator, found, pool=POOL, size=8, catalog=None):
    """A configuration in a folder of its own; returns the options that run it."""
    folder.mkdir(exist_ok=True)
    catalog = found.catalog if catalog is None else catalog
    landing = f"landing: {{catalog: '{catalog}', data: {found.folder / 'lake'}}}\n" if catalog else ""
    path = folder / "aligntax.yaml"
    several = landing + (f"work_pool: {pool}\n" if pool else "")
    path.write_text(CONFIG.format(address=simulator, size=size, repeats=1, concurrency=8) + several)
    return ("run", "--as-of", "2026-01-31", "--config", str(path))


def said(done):
    """The lines that a command ended with."""
    return [line for line in done.stderr.splitlines() if not line.startswith("asked")]


def published(folder):
    """The tables of a publication, but the one that says when it was written."""
    return Tables(tables(folder / "publish" / "aligntax.duckdb") | {"reports.publication": []})


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    with machines(tmp_path_factory.mktemp("machines"), count_workers=0) as found:
        yield found


def refusal(api, pool, kind=None, **more):
    """What is said about a pool, which is made first if a type is given."""

    async def ask():
        async with get_client() as client:
            if kind:
                await client.create_work_pool(WorkPoolCreate(name=pool, type=kind, **more))
            await deployment_in(client, pool)

    with temporary_settings({PREFECT_API_URL: api}), pytest.raises(UsageError) as raised:
        asyncio.run(ask())
    return str(raised.value)


def test_a_run_of_another_program_is_refused():
    check_program(program_version())
    with pytest.raises(UsageError, match=r"^this worker has aligntax .* was started by aligntax 0\.0\.1: install one"):
        check_program("aligntax 0.0.1")


@pytest.mark.parametrize(
    ("trouble", "name"),
    [
        (LakeRefuses.of("x", "FATAL:  password authentication failed"), "Refused"),
        (WarehouseError("landing: DuckDB needs its extension ducklake"), "Refused"),
        (LakeUnreachable.of("x", OSError("no route to host")), "Failed"),
    ],
)
def test_a_worker_that_cannot_use_the_lake_refuses_unless_the_lake_is_down(monkeypatch, trouble, name):
    def joined(_):
        raise trouble

    monkeypatch.setattr(flows.ask, "load_configuration", lambda _: None)
    monkeypatch.setattr(flows.ask, "plan_run", lambda *_: None)
    monkeypatch.setattr(flows.ask, "replace", lambda plan, **_: plan)
    monkeypatch.setattr(flows.ask, "_joined", joined)
    named = dict.fromkeys(("run_id", "shard_id"), "x") | {"config": "aligntax.yaml", "version": program_version()}
    state = asyncio.run(flows.ask.ask.fn(as_of_date="2026-01-31", kind="adhoc", only={}, **named))
    assert state.name == name
    assert str(trouble) in state.message


def test_a_shard_that_is_called_back_while_it_plans_is_drained_from_the_beginning(monkeypatch):
    given, seen = SimpleNamespace(slots=1), []

    def load_configuration(_):
        os.kill(os.getpid(), signal.SIGTERM)

    async def asked(_plan, _work, part, *_):
        await asyncio.sleep(0.05)  # the loop looks for signals
        seen.append(part.draining.is_set())
        return SimpleNamespace(results={})

    lake = MagicMock()
    lake.named_rows.return_value = []
    fakes = {"load_configuration": load_configuration, "_joined": lambda _: (given, lake), "_ask": asked}
    fakes |= {"plan_run": lambda *_: SimpleNamespace(cells=()), "replace": lambda plan, **_: plan}
    fakes["ledger_of_share"] = lambda *_: None
    for name, fake in fakes.items():
        monkeypatch.setattr(flows.ask, name, fake)
    named = dict.fromkeys(("run_id", "shard_id"), "x") | {"config": "aligntax.yaml", "version": program_version()}
    asyncio.run(flows.ask.ask.fn(as_of_date="2026-01-31", kind="adhoc", only={}, **named))
    assert seen == [True]


def test_a_piece_whose_task_broke_is_not_told_as_asked(monkeypatch):
    """The pipe to a worker that was killed was such a break: seven answers were missing, and the cell was complete."""
    pieces = [SimpleNamespace(name=name) for name in ("whole", "broken")]
    live = SimpleNamespace(work=pieces, results={piece.name: CellResult(piece.name) for piece in pieces})
    states = {
        "whole": Completed(data=live.results["whole"]),
        "broken": Failed(data=ExceptionGroup("unhandled errors", [BrokenPipeError(32, "Broken pipe")])),
    }

    async def state(name, *_, **__):
        return states[name]

    monkeypatch.setattr(flows.ask.cell_tasks, "generate_cell", state)
    monkeypatch.setattr(flows.ask, "slots_held", lambda _: nullcontext())
    monkeypatch.setattr(flows.ask, "session", lambda *_, **__: nullcontext(live))
    lake = MagicMock()
    asyncio.run(flows.ask._ask(None, pieces, None, lake, "shard"))
    (landed,), _ = lake.append_new.call_args
    ends = {row["piece"]: (row["is_cell_error"], row["stopped"]) for row in landed["raw.shard_ends"]}
    broken = (True, "unexpected error: BrokenPipeError: [Errno 32] Broken pipe")
    assert ends == {"whole": (False, None), "broken": broken}


@pytest.mark.parametrize(
    ("is_drained", "count_landed", "said"),
    [
        (False, 40, None),
        (True, 33, "interrupted"),
        (False, 33, "7 answers did not arrive, and no worker said why"),
    ],
)
def test_a_piece_whose_answers_did_not_all_arrive_is_incomplete(is_drained, count_landed, said):
    requests = [SimpleNamespace(generation_id=str(number)) for number in range(40)]
    work, draining = (
        SimpleNamespace(name="piece", cell_id="a/b", requests=requests),
        SimpleNamespace(is_set=lambda: is_drained),
    )
    live = SimpleNamespace(work=[work], results={"piece": CellResult("a/b")}, draining=draining, warehouse=MagicMock())
    live.warehouse.query.return_value = pl.DataFrame({"generation_id": range(count_landed)})
    ends = pl.DataFrame(
        {"piece": ["piece"], "count_failed": 0, "stopped": None, "is_cell_error": False, "budget": None}
    )
    _state(live, "piece", {}, ends)
    assert live.results["piece"].stopped == said


@pytest.mark.accept
def test_a_pool_that_nobody_could_ask_in_is_refused(found):
    assert "is of type 'prefect:managed'; shards are asked in pools of type" in refusal(
        found.api, "managed", "prefect:managed"
    )
    assert "lacks the deployment ask/empty" in refusal(found.api, "empty", "process")
    assert "`prefect work-pool resume paused`" in refusal(found.api, "paused", "process", is_paused=True)


@pytest.mark.accept
def test_a_pool_that_is_not_there_ends_the_run_in_one_line(found, simulator, tmp_path):
    done = found.run(*config(tmp_path / "one", simulator, found, pool="nowhere"))
    assert done.returncode == 2, done.stderr
    assert len(said(done)) == 1
    assert "the Prefect server has no work pool 'nowhere'. `prefect work-pool create" in done.stderr


@pytest.mark.accept
def test_a_lake_without_its_database_ends_the_run_in_one_line(found, simulator, tmp_path):
    done = found.run(
        *config(tmp_path / "one", simulator, found, catalog="ducklake:postgres:postgresql://postgres@127.0.0.1:9/lake")
    )
    assert done.returncode == 1, done.stderr
    assert len(said(done)) == 1
    assert "landing: the lake at" in done.stderr
    assert "does not answer" in done.stderr


@pytest.mark.accept
def test_a_run_says_that_nobody_asks_and_that_a_worker_refuses(found, simulator, tmp_path):
    config(found.folder, simulator, found)
    ours = found.folder / "aligntax.yaml"
    ours.write_text(ours.read_text().replace("harbor-dpo-100", "harbor-dpo-50"))  # the worker's
    running = found.start("-c", "from flows.cli import main; main()", *config(tmp_path / "one", simulator, found))
    found.wait_until(lambda: "has no worker" in found.logs(), "nothing was said about workers")
    worker = found.start_worker()
    assert running.wait(LONGEST_S) == 2, found.logs()
    kill(worker)
    assert "work_pool: a worker refuses to ask: this worker's configuration asks other questions in" in found.logs()
    assert "Traceback" not in found.logs()


@pytest.mark.accept
def test_a_run_whose_worker_alone_is_killed_has_every_answer(found, simulator, tmp_path):
    """The process of the shard may live on, and says every ten seconds how far it is, to a worker that is gone."""
    with psycopg.connect(found.postgres.address, autocommit=True) as connection:
        connection.execute("create database orphans")
    catalog = f"{found.catalog.removesuffix('/postgres')}/orphans"
    options = config(tmp_path / "one", simulator, found, size=15, catalog=catalog)
    config(found.folder, simulator, found, size=15, catalog=catalog)
    before = count_requests(simulator)
    post_faults(simulator, {"*": {"latency_ms": 1500}})  # 17 s of asking
    try:
        worker = found.start_worker()
        running = found.start("-c", "from flows.cli import main; main()", *options)
        found.wait_until(lambda: count_requests(simulator) > before, "nobody asked")
        worker.kill()
        another = found.start_worker()
        assert running.wait(LONGEST_S) == 0, found.logs()
    finally:
        post_faults(simulator, {"*": {"latency_ms": 0}})
    kill(another)
    with Warehouse.read(tmp_path / "one" / "warehouse.duckdb") as warehouse:
        assert warehouse.rows("select sum(count_answered) from reports.coverage")[1] == [(2 * 3 * 15,)]


@pytest.mark.accept
def test_one_machine_that_lands_in_a_lake_makes_the_same_reports(found, simulator, tmp_path):
    lake, file = tmp_path / "in_lake", tmp_path / "in_file"
    for folder, catalog in ((lake, found.catalog), (file, "")):
        done = found.run(*config(folder, simulator, found, pool=None, catalog=catalog))
        assert done.returncode == 0, done.stderr
    assert published(lake) == published(file)
    done = found.run("compact", "--config", str(lake / "aligntax.yaml"))
    assert re.search(r"MB in \d+ files before, 0\.\d MB in [1-9]\d* now\.", done.stdout), done.stdout + done.stderr
    done = found.run(*config(lake, simulator, found, pool=None))
    assert "48 there already, 0 asked" in done.stdout, done.stdout
    assert published(lake) == published(file)


@pytest.mark.accept
def test_a_worker_of_the_deployment_keeps_the_lake_small(found, simulator):
    config(found.folder, simulator, found)
    deploy(found.environment, ("process aligntax", "lake-upkeep"))
    [upkeep] = found.ask_server("deployments/filter", {"deployments": {"name": {"any_": ["lake-upkeep"]}}})
    begun = found.ask_server(f"deployments/{upkeep['id']}/create_flow_run", {})
    worker = found.start_worker("builder", "--run-once")
    assert worker.wait(LONGEST_S) == 0, found.logs()
    [run] = found.ask_server("flow_runs/filter", {"flow_runs": {"id": {"any_": [begun["id"]]}}})
    assert run["state"]["type"] == "COMPLETED", run
    assert re.search(r"MB in \d+ files before, \d\.\d MB in \d+ now\.", run["state"]["message"])
