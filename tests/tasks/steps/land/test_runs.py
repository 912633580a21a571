"""Which landed answers a new run reuses, and which answers are asked for again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from tasks import benchmarks
from tasks.domain import RunKind
from tasks.planned import parameters_json
from tasks.scorers import SCORERS
from tasks.settings import load_settings
from tasks.steps.land import land_plan, standing, void
from tasks.steps.plan import plan
from tests.support.known import known_names
from warehouse.connection import Warehouse

CONFIG = """
models: [{id: m, provider: openai, base_url: "http://127.0.0.1:8000/v1", model: m-7b, api: chat}]
benchmarks: [{id: arithmetic, sample_size: 10}]
"""
SIZE = 10


@pytest.fixture
def warehouse(tmp_path):
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def planned(tmp_path):
    def build(day: str, kind: RunKind = RunKind.ADHOC):
        path = tmp_path / "aligntax.yaml"
        path.write_text(CONFIG)
        settings = load_settings(path, environment={}, known=known_names(benchmarks.known(), SCORERS), will_send=False)
        return plan(settings, {"arithmetic": benchmarks.load("arithmetic")}, date.fromisoformat(day), kind)

    return build


def answer(warehouse, run, pending, *, served: str = "m-7b-0613", hour: int = 1) -> None:
    """Land an answer to every open request of a run."""
    rows = [
        {
            "generation_id": request.generation_id,
            "run_id": run.run_id,
            "partition_key": run.partition_key,
            "model_id": "m",
            "benchmark_id": "arithmetic",
            "prompt_style": "chat",
            "item_id": request.item_id,
            "repeat": request.repeat,
            "role": "answer",
            "request_hash": request.request_hash,
            "origin": "endpoint",
            "status": "answered",
            "text": "The answer is 1.",
            "model_requested": "m-7b",
            "model_served": served,
            "parameters_json": parameters_json(request.parameters),
            "attempts": 1,
            "finished_at": datetime(2026, 1, 31, hour, tzinfo=UTC),
        }
        for requests in pending.values()
        for request in requests
    ]
    warehouse.append({"raw.generations": rows})


def count_open(pending) -> int:
    return sum(map(len, pending.values()))


def test_a_run_of_another_day_reuses_every_good_answer(warehouse, planned):
    first = planned("2026-01-30")
    answer(warehouse, first, land_plan(warehouse, first))
    assert count_open(land_plan(warehouse, first)) == 0
    assert count_open(land_plan(warehouse, planned("2026-01-31"))) == 0


def test_a_night_reuses_no_answer_but_its_own_answers_are_reused(warehouse, planned):
    first = planned("2026-01-30")
    answer(warehouse, first, land_plan(warehouse, first))
    night = planned("2026-01-31", RunKind.NIGHTLY)
    pending = land_plan(warehouse, night)
    assert count_open(pending) == SIZE
    answer(warehouse, night, pending)
    assert count_open(land_plan(warehouse, planned("2026-02-01"))) == 0


def test_answers_are_asked_again_when_the_endpoint_serves_another_model(warehouse, planned):
    first = planned("2026-01-30")
    answer(warehouse, first, land_plan(warehouse, first), served="m-7b-0613")
    night = planned("2026-01-31", RunKind.NIGHTLY)
    pending = land_plan(warehouse, night)
    answer(warehouse, night, {"one": pending["m/arithmetic/chat"][:1]}, served="m-7b-1106", hour=2)
    found = land_plan(warehouse, planned("2026-02-01"))
    assert count_open(found) == SIZE - 1, "only the answer of the model that is served now may be reused"


@pytest.mark.parametrize("how", ["quarantined", "voided"])
def test_a_quarantined_or_voided_answer_is_asked_again_under_another_id(warehouse, planned, how):
    first = planned("2026-01-30")
    pending = land_plan(warehouse, first)
    answer(warehouse, first, pending)
    spoiled = {request.generation_id for requests in pending.values() for request in requests}
    if how == "voided":
        assert void(warehouse, first.run_id, "wrong checkpoint")
    else:
        rows = [
            {
                "generation_id": name,
                "run_id": first.run_id,
                "expectation": "canary",
                "reason": "shared",
                "quarantined_at": datetime(2026, 1, 31, tzinfo=UTC),
            }
            for name in sorted(spoiled)
        ]
        warehouse.append({"raw.quarantine": pl.DataFrame(rows)})
    again = land_plan(warehouse, planned("2026-01-31"))
    assert count_open(again) == SIZE
    assert not spoiled & {request.generation_id for requests in again.values() for request in requests}


def test_a_voided_run_runs_again_under_another_id(warehouse, planned):
    run = planned("2026-01-30")
    land_plan(warehouse, run)
    assert standing(warehouse, run).run_id == run.run_id
    assert void(warehouse, run.run_id, "wrong checkpoint")
    assert not void(warehouse, run.run_id, "twice")
    assert standing(warehouse, run) == replace(run, run_id=f"{run.run_id}-2")
    assert void(warehouse, run.run_id, "a mistake", is_undone=True)
    assert standing(warehouse, run).run_id == run.run_id


def test_an_older_run_keeps_the_answers_it_was_planned_with(warehouse, planned):
    first = planned("2026-01-30")
    answer(warehouse, first, land_plan(warehouse, first))
    night = planned("2026-01-31", RunKind.NIGHTLY)
    answer(warehouse, night, land_plan(warehouse, night), hour=2)
    land_plan(warehouse, first)
    rows = warehouse.rows(
        "select count(*) from raw.plan inner join raw.generations using (generation_id) "
        f"where plan.run_id = '{first.run_id}' and generations.run_id <> plan.run_id"
    )[1]
    assert rows == [(0,)]
