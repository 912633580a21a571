"""What earlier runs have spent: by run, by night within a day, and by month, in the time zone of the nights."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from flows.asking.budgets import ledger_of_share, open_ledger
from tasks.planned import CellWork
from tasks.settings import ModelSettings, load_settings
from tests.support.known import known_names
from warehouse.connection import Warehouse

CONFIG = """
warehouse: warehouse.duckdb
schedule: {timezone: Asia/Tokyo}
budget: {run: {requests: 100}, night: {requests: 100}, month: {usd: 5}}
models:
  - {id: m, provider: openai, base_url: "http://127.0.0.1:1/v1", model: m, api: chat, budget: {night: {usd: 1}},
     price: [{from: 2020-01-01, input_usd_per_million: 1, output_usd_per_million: 1}]}
benchmarks: [arithmetic]
"""
# In Tokyo it is the first of December, one o'clock.
NOW = datetime(2026, 11, 30, 16, tzinfo=UTC)
BEFORE_MIDNIGHT = datetime(2026, 11, 30, 14, 59, tzinfo=UTC)


@dataclass
class Spent:
    """A warehouse that holds what was spent, and the ledger of the next run over it."""

    warehouse: Warehouse
    settings: Any
    work: list[CellWork] = field(default_factory=list)

    def note(self, run_id: str, as_of: date, spent_at: datetime, *, model_id: str = "m", usd: float = 0.25) -> None:
        run = {
            "run_id": run_id,
            "kind": "adhoc",
            "as_of_date": as_of,
            "partition_key": "",
            "config_hash": "",
            "plan_hash": "",
            "code_version": "",
            "max_age_days": 7,
            "source": None,
            "started_at": spent_at,
        }
        extra = {
            "run_id": run_id,
            "cell_id": "c",
            "generation_id": "g",
            "model_id": model_id,
            "role": "answer",
            "count_requests": 10,
            "tokens_input": 0,
            "tokens_output": 0,
            "spent_at": spent_at,
        }
        money = {"cost_usd": usd / 2, "cost_held_usd": usd / 2}
        self.warehouse.append({"raw.runs": [run], "raw.extra_spend": [extra | money]})

    def spent(self, run_id: str, as_of: date) -> dict[str, float]:
        model: ModelSettings = self.settings.model("m")
        plan: Any = SimpleNamespace(settings=self.settings, run_id=run_id, as_of_date=as_of)
        work = [CellWork(run_id, "", "c", "b", model, [], "c")]
        return {account.name: account.spent for account in open_ledger(self.warehouse, plan, work, NOW).accounts["m"]}


@pytest.fixture
def books(tmp_path):
    path = tmp_path / "aligntax.yaml"
    path.write_text(CONFIG)
    settings = load_settings(path, environment={}, known=known_names(["arithmetic"]))
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        yield Spent(warehouse, settings)


def test_nothing_is_spent_at_first(books):
    assert set(books.spent("run", date(2026, 12, 1)).values()) == {0.0}


def test_run_night_and_month_count_each_their_own(books):
    night, other = date(2026, 12, 1), date(2026, 11, 30)
    books.note("run", night, BEFORE_MIDNIGHT)  # yesterday and last month, in Tokyo
    books.note("run", night, NOW)
    books.note("again", night, NOW, model_id="judge")
    books.note("backfill", other, NOW)
    assert books.spent("run", night) == {
        "run.requests": 20,
        "night.requests": 20,
        "month.usd": pytest.approx(0.75),
        "night.usd of m": pytest.approx(0.25),
    }


def test_a_share_is_the_room_of_its_accounts_and_others_have_none(books):
    work = [CellWork("run", "", "c", "b", books.settings.model("m"), [], "c")]
    ledger = ledger_of_share(books.settings, work, {"run.requests": 30, "month.usd": 99})
    assert {account.name: (account.limit, account.room) for account in ledger.accounts["m"]} == {
        "run.requests": (100, 30),
        "night.requests": (100, 0),
        "month.usd": (5, 5),
        "night.usd of m": (1, 0),
    }
