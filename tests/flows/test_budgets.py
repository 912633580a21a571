"""A budget stops a night in the middle, and a larger one finishes it: counts and spending by the server's log."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from flows.processes.simulated import simulated_server
from tests.flows.test_faults import set_faults
from tests.support.runs import PRICE, billed_usd, environment, tables
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

FAULTS = {"rate_429": 0.05, "retry_after_s": 0.05, "rate_500": 0.03, "dropped": 0.02, "malformed_json": 0.02}
CONFIG = """
warehouse: warehouse.duckdb
budget: {budget}
model_defaults:
  provider: openai
  endpoint: simulator
  base_url: http://{address}/v1
  is_simulated: true
  concurrency: 24
  PRICE
models:
  - {{id: base, model: harbor-base, api: completions, family: harbor}}
  - {{id: aligned, model: harbor-dpo-100, api: chat, base: base}}
judges:
  - {{id: grader, model: jury-careful, api: chat}}
benchmarks:
  - {{id: arithmetic, sample_size: 50}}
  - {{id: knowledge, sample_size: 50}}
  - {{id: harmful, sample_size: 30, judge: grader}}
""".replace("PRICE", PRICE)
SCORES = ("raw.scores", "stats.estimates", "reports.alignment_tax", "reports.safety", "reports.model_scores")


# What the server's log calls each model.
MODELS = {"harbor-base": "base", "harbor-dpo-100": "aligned", "jury-careful": "grader"}


class Night:
    """A folder with a configuration, the server that it asks, and the server's log."""

    def __init__(self, folder, aligntax, address: str) -> None:
        self.folder, self.aligntax, self.address = folder, aligntax, address

    def run(self, budget: str, as_of: str = "2026-01-31", code: int = 0):
        (self.folder / "aligntax.yaml").write_text(CONFIG.format(budget=budget, address=self.address))
        return json.loads(self.aligntax(self.folder, "nightly", "--as-of", as_of, "--json", code=code).stdout)

    def run_later(self, days: int) -> dict[str, object]:
        """The same command some days later: the clock is set forward as soon as the run is planned."""
        clock = ("tests.support.moments", "counts", "planning", "1", str(24 * days))
        command = [sys.executable, "-m", *clock, "nightly", "--as-of", "2026-01-31", "--json"]
        found = subprocess.run(command, cwd=self.folder, env=environment(), capture_output=True, text=True, check=False)
        return json.loads(found.stdout)

    def rows(self, sql: str):
        with Warehouse.read(self.folder / "warehouse.duckdb") as warehouse:
            return warehouse.rows(sql)[1]

    @property
    def log(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.folder / "answers.jsonl").read_text().splitlines()]

    @property
    def billed_usd(self) -> dict[str, float]:
        """What each model was billed, by the server's log."""
        usd: Counter[str] = Counter()
        for line in self.log:
            usd[MODELS[line["model"]]] += billed_usd(line)
        return dict(usd)

    @property
    def count_requests(self) -> int:
        with urllib.request.urlopen(f"http://{self.address}/stats", timeout=10) as response:
            return int(json.load(response)["total"]["requests"])


@pytest.fixture
def night(tmp_path, aligntax):
    @contextmanager
    def made(name: str, faults: dict[str, float]) -> Iterator[Night]:
        folder = tmp_path / name
        folder.mkdir()
        with simulated_server(folder, "--log", folder / "answers.jsonl") as address:
            set_faults(address, faults)
            yield Night(folder, aligntax, address)

    return made


def agrees_with_the_log(night: Night, limit_usd: float | None = None) -> None:
    """Requests and answers over all nights, and the money of each model, are those of the server's log."""
    asked = "select model_id, sum(count_requests)::int, sum(count_answers)::int, sum(cost_usd), sum(cost_held_usd)"
    models, requests, answers, usd, held_usd = zip(
        *night.rows(f"{asked} from reports.spend where count_requests > 0 group by 1"), strict=True
    )
    assert (sum(requests), sum(answers)) == (night.count_requests, len(night.log))
    assert {name: paid for name, paid in zip(models, usd, strict=True) if paid} == pytest.approx(night.billed_usd)
    if limit_usd is not None:
        assert sum(filter(None, usd)) + sum(held_usd) <= limit_usd


def test_a_night_that_a_budget_stopped_is_finished_by_a_larger_one(night):
    with night("stopped", FAULTS) as stopped, night("whole", {}) as whole:
        early = stopped.run("{night: {usd: 0.05}}", code=1)
        (stop,) = early["budget_stops"]
        assert (stop["budget"], early["outcome"]) == ("night.usd", "partial")
        assert 0 < stop["count_missing"] < 260
        assert {cell["status"] for cell in early["unreported"]} == {"incomplete"}
        agrees_with_the_log(stopped, limit_usd=0.05)
        assert stopped.rows("select distinct stopped_by from reports.spend where count_missing > 0") == [("night.usd",)]

        (stop,) = stopped.run("{night: {usd: 0.11}}", code=1)["budget_stops"]
        assert stop["count_missing"] < early["budget_stops"][0]["count_missing"]
        agrees_with_the_log(stopped, limit_usd=0.11)

        assert stopped.run("{night: {usd: 9}}")["budget_stops"] == []
        assert whole.run("{}")["outcome"] == "complete"
        agrees_with_the_log(stopped)
        agrees_with_the_log(whole)
        assert len(stopped.log) == len(whole.log), "no answer was paid for twice"
        assert stopped.rows("select count_missing, stopped_by from reports.spend group by all") == [(0, None)]
        found, right = (tables(each.folder / "warehouse.duckdb") for each in (stopped, whole))
        assert {name: found[name] for name in SCORES} == {name: right[name] for name in SCORES}


def test_a_night_that_a_budget_stopped_goes_on_with_it_on_the_next_days(night):
    limit_usd = 0.09
    with night("later", FAULTS) as later, night("whole", {}) as whole:
        found = later.run(f"{{night: {{usd: {limit_usd}}}}}", code=1)
        billed_usd = [sum(later.billed_usd.values())]
        while found["budget_stops"] and len(billed_usd) < 5:
            found = later.run_later(len(billed_usd))
            billed_usd.append(sum(later.billed_usd.values()))
            agrees_with_the_log(later)

        assert found["outcome"] == "complete", found
        of_days = [now - before for before, now in itertools.pairwise([0.0, *billed_usd])]
        assert all(0 < usd <= limit_usd for usd in of_days), of_days
        assert later.rows("select distinct as_of_date::varchar from reports.spend") == [("2026-01-31",)]
        whole.run("{}")
        assert len(later.log) == len(whole.log), "no answer was paid for twice"
        results, right = (tables(each.folder / "warehouse.duckdb") for each in (later, whole))
        assert {name: results[name] for name in SCORES} == {name: right[name] for name in SCORES}


def test_a_night_that_a_budget_stopped_is_no_regression(night):
    with night("nights", {}) as nights:
        nights.run("{}", "2026-01-30")
        nights.run("{night: {requests: 40}}", "2026-01-31", code=1)
        today = "where as_of_date = '2026-01-31'"
        assert nights.rows(f"select sum(count_requests)::int from reports.spend {today}") == [(40,)]
        assert nights.rows(f"select distinct status from reports.coverage {today}") == [("incomplete",)]
        for table in ("alerts", "trend", "alignment_tax", "model_scores", "overall_tax", "safety"):
            assert nights.rows(f"select count(*) from reports.{table} {today}") == [(0,)], table
        gate = json.loads(nights.aligntax(nights.folder, "gate", "--json").stdout)
        assert (gate["verdict"], gate["findings"]) == ("INCONCLUSIVE", [])


def test_budgets_of_a_model_of_a_run_and_of_a_month(night):
    with night("kinds", {}) as kinds:
        config = CONFIG.replace("api: chat, base: base}}", "api: chat, base: base, budget: {{run: {{requests: 7}}}}}}")
        text = config.format(budget="{month: {requests: 150}}", address=kinds.address)
        (kinds.folder / "aligntax.yaml").write_text(text)
        for as_of in ("2026-01-30", "2026-01-31"):
            kinds.aligntax(kinds.folder, "nightly", "--as-of", as_of, code=1)
        asked = dict(kinds.rows("select model_id, sum(count_requests)::int from reports.spend group by 1"))
        assert asked["aligned"] <= 14
        assert sum(asked.values()) == kinds.count_requests == 150
        stopped = {row[0] for row in kinds.rows("select distinct budget from raw.budget_stops")}
        assert stopped == {"run.requests of aligned", "month.requests"}
