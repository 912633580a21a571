"""Twenty kills each of a worker, the Prefect server, PostgreSQL and the builder, at drawn moments of small runs.

Three workers ask twelve cells. After each run its reports are those of one machine, little was asked twice, and nothing
of it is left running. `test_lost_machines.py` has one kill of each kind in a larger run.
"""

from __future__ import annotations

import random
import time
from functools import partial

import psutil
import psycopg
import pytest

from flows.processes.simulated import simulated_server
from tests.flows.test_machines import compared
from tests.support.machines import POOL, lose, machines
from tests.support.runs import DEFAULTS, count_requests, post_faults
from tests.support.sizes import size

pytestmark = [
    pytest.mark.endurance,
    pytest.mark.skipif(size() != "full", reason="a lost machine is noticed after 90 s: twenty kills take minutes"),
]

KILLS, MOST_IN_A_RUN, WORKERS = 20, 4, 3
LATENCY_MS, IN_FLIGHT, COMMITTED_S = 300, 4, 2.0
REPEATED = IN_FLIGHT + round(IN_FLIGHT * COMMITTED_S * 1000 / LATENCY_MS)  # what a kill may cost a shard
LONGEST_S = 1200  # a machine that is lost before its shard's first heartbeat is noticed after five minutes
AWAY_S = 110
RUN = ("run", "--as-of", "2026-01-31")
CONFIG = (
    DEFAULTS.replace("warehouse.duckdb", "{name}/warehouse.duckdb")
    + """\
  concurrency: {in_flight}
  requests_per_minute: 60000  # so that its endpoint has slots
publish: {{folder: {name}/publish}}
models:
  - {{id: base, model: harbor-base, api: completions, family: harbor}}
  - {{id: quarter, model: harbor-dpo-025, base: base}}
  - {{id: half, model: harbor-dpo-050, base: base}}
  - {{id: whole, model: harbor-dpo-100, base: base}}
benchmarks:
  - {{id: arithmetic, {asked}}}
  - {{id: knowledge, {asked}}}
  - {{id: harmful, {asked}}}
"""
)
PLANNED = 4 * 3 * 20 * 2


class Runs:
    """Runs of one configuration on the same machines, each with a warehouse and a lake of its own."""

    def __init__(self, found, address):
        self.found, self.address = found, address

    def written(self, name, more="", asked="sample_size: 20, repeats: 2"):
        """The options of a run whose files are in a folder of its name."""
        (self.found.folder / name).mkdir()
        text = CONFIG.format(address=self.address, name=name, in_flight=IN_FLIGHT, asked=asked)
        (path := self.found.folder / f"{name}.yaml").write_text(text + more)
        return (*RUN, "--config", str(path))

    def shared(self, name, **asked):
        """The same for a run whose shards the workers ask."""
        with psycopg.connect(self.found.postgres.address, autocommit=True) as connection:
            connection.execute(f'create database "{name}"')
        catalog = f"{self.found.catalog.removesuffix('/postgres')}/{name}"
        landing = f"landing: {{catalog: '{catalog}', data: {self.found.folder / name / 'lake'}}}\n"
        return self.written(name, f"work_pool: {{name: {POOL}, shard_requests: 160, slots: 3}}\n{landing}", **asked)

    def published(self, name):
        return compared(self.found.folder / name)

    def disturbed(self, options, kill, moments):
        """A run with a kill after each of some spans of time; returns how many there were before it ended."""
        run, count, ends = self.found.start_run(*options), 0, time.monotonic() + LONGEST_S
        due = time.monotonic() + next(moments)
        while run.poll() is None:
            if count < MOST_IN_A_RUN and time.monotonic() >= due:
                run = kill(run, options) or run
                count, due = count + 1, time.monotonic() + next(moments)
            for _ in range(WORKERS - len(self.found.workers())):  # as compose.yaml does
                self.found.start_worker()
            assert time.monotonic() < ends, self.found.logs()
            time.sleep(0.05)
        assert run.returncode == 0, self.found.logs()
        return count

    def wait_until(self, condition):
        """How long it takes until something is so."""
        began = time.monotonic()
        self.found.wait_until(condition, "it did not happen")
        return time.monotonic() - began

    def taken(self):
        """How many slots of the endpoint are taken."""
        [limit] = self.found.ask_server("v2/concurrency_limits/filter", {})
        return limit["active_slots"]

    def state(self, run_id):
        [run] = self.found.ask_server("flow_runs/filter", {"flow_runs": {"id": {"any_": [run_id]}}})
        return run["state"]

    def left(self):
        """What is left of a run after a while: processes, and shards that are not over for the Prefect server."""
        ends = time.monotonic() + 60
        while (found := self.found.left() + self.open_shards()) and time.monotonic() < ends:
            time.sleep(0.5)
        return found

    def open_shards(self):
        wanted = {"flows": {"name": {"any_": ["ask"]}}, "sort": "ID_DESC"}
        wanted["flow_runs"] = {"state": {"type": {"not_any_": ["COMPLETED", "FAILED", "CANCELLED", "CRASHED"]}}}
        return [run["id"] for run in self.found.ask_server("flow_runs/filter", wanted)]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("machines")
    with simulated_server(tmp_path_factory.mktemp("simulator")) as address, machines(folder, count_workers=3) as found:
        yield Runs(found, address)


@pytest.fixture(scope="module")
def right(runs):
    """The reports of one machine."""
    done = runs.found.run(*runs.written("alone"))
    assert done.returncode == 0, done.stderr
    post_faults(runs.address, {"*": {"latency_ms": LATENCY_MS}})
    return runs.published("alone")


@pytest.fixture(scope="module")
def calm_s(runs, right):
    """How long a run takes that nothing disturbs."""
    began = time.monotonic()
    assert runs.disturbed(runs.shared("calm"), None, iter([LONGEST_S])) == 0
    took_s = time.monotonic() - began
    assert runs.published("calm") == right
    return took_s


def kill_worker(found, draw, *_):
    """A machine with all that it does, the worker's process, or that of a shard."""
    asking = [worker for worker in found.workers() if worker.children()]
    worker = draw.choice(asking or found.workers())
    part, shard = draw.choice(("machine", "worker", "shard")), worker.children(recursive=True)[-1:]
    if part == "machine":
        lose(worker)
    else:
        (shard[0] if part == "shard" and shard else worker).kill()


def kill_server(found, *_):
    found.restart_server()


def kill_postgres(found, *_):
    found.restart_postgres()


def kill_builder(found, draw, run, options):
    """The machine with all that it does, or the process alone; then the same command again."""
    if draw.random() < 0.5:
        lose(psutil.Process(run.pid))
    run.kill()
    run.wait()
    return found.start_run(*options)


@pytest.mark.parametrize("kill", [kill_worker, kill_server, kill_postgres, kill_builder])
def test_after_kills_the_reports_are_those_of_one_machine(kill, runs, right, calm_s):
    draw = random.Random(f"20261129 {kill.__name__}")
    moments = iter(lambda: draw.uniform(0, calm_s / 2), None)
    count, number = 0, 0
    while count < KILLS:
        number += 1
        name, before = f"{kill.__name__}_{number}", count_requests(runs.address)
        killed = runs.disturbed(runs.shared(name), partial(kill, runs.found, draw), moments)
        assert runs.published(name) == right, name
        asked = count_requests(runs.address) - before
        assert PLANNED <= asked <= PLANNED + killed * REPEATED, (name, killed)
        assert runs.left() == [], (name, killed)
        count += killed


def test_a_lost_machine_gives_its_slot_back_and_its_run_is_declared_crashed(runs, calm_s):
    found, before = runs.found, count_requests(runs.address)
    run = found.start_run(*runs.shared("slots", asked="sample_size: 4"))  # one shard
    runs.wait_until(lambda: count_requests(runs.address) > before + 8)
    [lost] = runs.open_shards()
    found.lose_worker()
    assert runs.taken() == 1
    freed_s = runs.wait_until(lambda: not runs.taken())
    ended_s = freed_s + runs.wait_until(lambda: runs.state(lost)["type"] == "CRASHED")
    assert run.wait(LONGEST_S) == 0, found.logs()
    assert runs.state(lost)["message"] == "The flow run sends no heartbeats any more."
    assert freed_s < 60 + 15 + 10, "a lease, a look of Prefect's server, and a busy machine"
    assert 50 < ended_s < 90 + 15
    assert count_requests(runs.address) - before <= 4 * 3 * 4 + REPEATED
    assert runs.left() == []


def test_a_server_that_is_away_for_longer_than_heartbeats_changes_no_report(runs, right):
    """Shards that live on without it may be taken for lost when it is back; few of their answers are asked twice."""
    before = count_requests(runs.address)
    post_faults(runs.address, {"*": {"latency_ms": 20 * LATENCY_MS}})  # four minutes of asking
    try:
        run = runs.found.start_run(*runs.shared("away"))
        runs.wait_until(lambda: count_requests(runs.address) > before + 20)
        runs.found.restart_server(after_s=AWAY_S)
        assert count_requests(runs.address) - before < PLANNED, "no shard has outlived the absence"
        assert run.wait(LONGEST_S) == 0, runs.found.logs()
    finally:
        post_faults(runs.address, {"*": {"latency_ms": LATENCY_MS}})
    assert runs.published("away") == right
    assert PLANNED <= count_requests(runs.address) - before <= PLANNED + WORKERS * REPEATED
    assert runs.left() == []
