"""A budget of a run that two workers ask, one of which is killed: by the server's log, as on one machine."""

from __future__ import annotations

import json

import psutil
import pytest

from flows.processes.simulated import simulated_server
from tests.flows.test_machine_kills import IN_FLIGHT, LATENCY_MS, REPEATED
from tests.flows.test_machines import compared
from tests.support.machines import LONGEST_S, POOL, machines
from tests.support.runs import DEFAULTS, HARBOR, PRICE, billed_usd, post_faults
from tests.support.sizes import at_full_size_only
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

CONFIG = (
    DEFAULTS.replace("warehouse.duckdb", "{name}/warehouse.duckdb")
    + f"  concurrency: {IN_FLIGHT}\n  {PRICE}\n"
    + "publish: {{folder: {name}/publish}}\n"
    + HARBOR
    + "benchmarks: [{{id: arithmetic, sample_size: 30}}, {{id: knowledge, sample_size: 30}}]\n"
)


class Runs:
    """Runs on some machines, the server that they ask, and what it has billed."""

    def __init__(self, found, address, log):
        self.found, self.address, self.log = found, address, log

    def start(self, name, budget, *, is_pooled=True):
        """Start a run whose files are in a folder of its name, and which workers ask or the machine alone."""
        (self.found.folder / name).mkdir(exist_ok=True)
        pooled = f"work_pool: {{name: {POOL}, shard_requests: 30}}\nlanding: {self.found.catalog}\n"
        text = CONFIG.format(address=self.address, name=name) + f"budget: {{run: {budget}}}\n"
        (path := self.found.folder / f"{name}.yaml").write_text(text + pooled * is_pooled)
        return self.found.start_run("run", "--as-of", "2026-01-31", "--config", str(path))

    def asked(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def stops(self, name):
        """The budgets that stopped the newest run, each with the requests that it left."""
        with Warehouse.read(self.found.folder / name / "warehouse.duckdb") as warehouse:
            return warehouse.rows(
                "select stopped_by, sum(count_missing)::int from reports.spend where count_missing > 0 group by 1"
            )[1]


@pytest.fixture
def runs(tmp_path):
    log = tmp_path / "answers.jsonl"
    with simulated_server(tmp_path, "--log", log) as address, machines(tmp_path, count_workers=2) as found:
        yield Runs(found, address, log)


@at_full_size_only
def test_workers_keep_a_budget_together_and_a_larger_one_finishes_the_run(runs):
    """All requests of a budget are sent, none beyond it, and no answer twice."""
    asked = []
    for limit, code in ((70, 1), (1_000, 0)):
        run = runs.start("many", f"{{usd: 9, requests: {limit}}}")
        assert run.wait(LONGEST_S) == code, runs.found.logs()
        asked.append(runs.asked())
        assert runs.stops("many") == [("run.requests", 50)] * code
    assert [len(lines) for lines in asked] == [70, 120]
    assert len({(line["model"], line["item_id"]) for line in asked[-1]}) == 120


@at_full_size_only
def test_a_worker_that_is_killed_costs_a_budget_of_money_what_it_had_not_landed(runs):
    """The bill keeps to the budget but for the answers that were lost, and a larger one makes the right reports."""
    assert runs.start("alone", "{usd: 9}", is_pooled=False).wait(LONGEST_S) == 0, runs.found.logs()
    whole = runs.asked()
    limit_usd = 0.6 * sum(map(billed_usd, whole))
    post_faults(runs.address, {"*": {"latency_ms": LATENCY_MS}})

    run = runs.start("many", f"{{usd: {limit_usd}}}")
    runs.found.wait_until(lambda: len(runs.asked()) > len(whole) + 20, "nothing was asked")
    psutil.Process(runs.found.shards()[0]).kill()
    assert run.wait(LONGEST_S) == 1, runs.found.logs()
    assert "A worker was lost" in runs.found.logs()
    [(stopped_by, _)] = runs.stops("many")
    assert stopped_by == "run.usd"
    billed = [billed_usd(line) for line in runs.asked()[len(whole) :]]
    assert 0.8 * limit_usd < sum(billed) <= limit_usd + REPEATED * max(billed)

    assert runs.start("many", "{usd: 9}").wait(LONGEST_S) == 0, runs.found.logs()
    assert runs.stops("many") == []
    assert len(runs.asked()) <= 2 * len(whole) + REPEATED
    assert compared(runs.found.folder / "many") == compared(runs.found.folder / "alone")
