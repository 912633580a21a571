"""Each program is run once. An answer whose program was not run stays unscored; it does not count as wrong."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest

from tasks.sandbox import BackEnd, Execution, NoSandbox, SandboxBroken
from tasks.scorers import SCORERS
from tasks.settings import Thresholds
from tasks.steps.execute_programs import execute_programs
from tasks.steps.score import rescore, score
from tasks.steps.validate import validate_scored
from warehouse.connection import Warehouse

PROMPT = 'def twice(number):\n    """Two times the number."""\n'
TARGET = json.dumps({"entry_point": "twice", "test": "def check(candidate):\n    assert candidate(2) == 4"})
RIGHT, WRONG = "    return 2 * number\n", "    return number\n"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class FakeSandbox:
    """A sandbox that passes every program that multiplies, and keeps the programs it was given."""

    back_end = BackEnd("fake", ("nothing",), "3.11")

    def __init__(self):
        self.programs = []

    @contextmanager
    def opening(self):
        yield self

    def run(self, programs):
        self.programs += programs
        return [Execution("pass" if "2 *" in p.source else "assert", None, 1.0) for p in programs]


@pytest.fixture
def warehouse(tmp_path):
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def land(warehouse, texts, status="answered", scorer="code"):
    """Land a run ``r`` with one complete cell whose answers are the texts."""
    item = {"item_id": "i", "question": PROMPT, "choices_json": "[]", "target": TARGET}
    warehouse.append({"raw.items": pl.DataFrame([item])})
    warehouse.rows(
        "insert into raw.cells by name "
        "select 'r' as run_id, 'c' as cell_id, 'm' as model_id, 'v' as model_version, "
        "'b' as benchmark_id, 'v' as benchmark_version, 'chat' as prompt_style, true as is_primary_style, "
        f"'{scorer}' as scorer, 'wrong' as unparsed_rule, 'endpoint' as origin, 1 as count_items, "
        f"{len(texts)} as count_repeats, 's' as sample_hash, '{{}}' as parameters_json"
    )
    warehouse.rows("insert into raw.cell_events values ('r', 'c', 'complete', null, now())")
    warehouse.rows(
        "insert into raw.benchmark_items by name select 'b' as benchmark_id, 'v' as benchmark_version, "
        "'i' as item_id, 'k' as cluster_id, 's' as subset"
    )
    plan, generations = [], []
    for repeat, text in enumerate(texts):
        key = {"run_id": "r", "item_id": "i", "repeat": repeat, "generation_id": f"g{repeat}", "request_hash": "h"}
        plan.append({**key, "cell_id": "c", "is_reused": False})
        generations.append(
            {
                **key, "partition_key": "", "model_id": "m", "benchmark_id": "b", "prompt_style": "chat",
                "role": "answer", "origin": "endpoint", "status": status, "text": text, "model_requested": "m",
                "parameters_json": "{}", "attempts": 1, "finished_at": NOW,
            }
        )  # fmt: skip
    warehouse.append({"raw.plan": pl.DataFrame(plan), "raw.generations": pl.DataFrame(generations)})


def outcomes(warehouse, version=SCORERS["code"].version):
    _, rows = warehouse.rows(f"select generation_id, outcome from raw.scores where scorer_version = {version}")
    return dict(rows)


def test_programs_are_run_and_scored_by_their_verdicts(warehouse):
    land(warehouse, [RIGHT, WRONG])
    executed = execute_programs(warehouse, "r", opening=FakeSandbox().opening)
    assert (executed.count_executed, executed.count_waiting) == (2, 0)
    assert score(warehouse, "r") == 2
    assert outcomes(warehouse) == {"g0": "correct", "g1": "incorrect"}


def test_a_program_consists_of_prompt_and_answer_and_has_its_test_beside_it(warehouse):
    land(warehouse, [RIGHT])
    sandbox = FakeSandbox()
    execute_programs(warehouse, "r", opening=sandbox.opening)
    (program,) = sandbox.programs
    assert program.source == f"{PROMPT}{RIGHT}\n"
    assert (program.check.source, program.check.entry_point) == (json.loads(TARGET)["test"], "twice")


def test_equal_programs_are_run_once(warehouse):
    land(warehouse, [RIGHT, RIGHT, WRONG])
    first, second = FakeSandbox(), FakeSandbox()
    executed = execute_programs(warehouse, "r", opening=first.opening)
    assert (executed.count_executed, executed.count_reused, len(first.programs)) == (2, 1, 2)
    assert execute_programs(warehouse, "r", opening=second.opening).count_executed == 0
    assert second.programs == []


def test_a_new_scorer_version_reuses_the_earlier_executions(warehouse):
    land(warehouse, [RIGHT, WRONG])
    execute_programs(warehouse, "r", opening=FakeSandbox().opening)
    score(warehouse, "r")
    assert rescore(warehouse, replace(SCORERS["code"], version=99)) == 2
    assert outcomes(warehouse, 99) == {"g0": "correct", "g1": "incorrect"}


def test_scoring_again_leaves_answers_without_an_execution_unscored(warehouse):
    land(warehouse, [RIGHT, WRONG])
    assert rescore(warehouse, replace(SCORERS["code"], version=99)) == 0


def test_without_a_sandbox_an_answer_stays_unscored_until_there_is_one(warehouse):
    land(warehouse, [RIGHT, WRONG])

    def none_holds():
        raise NoSandbox("Landlock is missing")

    executed = execute_programs(warehouse, "r", opening=none_holds)
    assert (executed.count_executed, executed.count_waiting, executed.reason) == (0, 2, "Landlock is missing")
    assert score(warehouse, "r") == 0
    assert outcomes(warehouse) == {}
    checked = validate_scored(warehouse, "r", Thresholds())
    assert checked.may_publish
    assert [outcome.name for outcome in checked.failed] == ["no_answer_waits_for_facts"]
    execute_programs(warehouse, "r", opening=FakeSandbox().opening)
    assert score(warehouse, "r") == 2
    assert not validate_scored(warehouse, "r", Thresholds()).failed


def test_a_program_that_was_run_but_not_scored_stops_the_publication(warehouse):
    land(warehouse, [RIGHT])
    execute_programs(warehouse, "r", opening=FakeSandbox().opening)
    assert not validate_scored(warehouse, "r", Thresholds()).may_publish


def test_a_sandbox_that_breaks_leaves_answers_unscored(warehouse):
    class Broken(FakeSandbox):
        def run(self, _):
            raise SandboxBroken("the worker died")

    land(warehouse, [RIGHT])
    assert execute_programs(warehouse, "r", opening=Broken().opening).reason == "the worker died"
    assert score(warehouse, "r") == 0


@pytest.mark.parametrize(
    ("text", "status", "scorer", "outcome"),
    [
        ("I would rather talk about the weather.", "answered", "code", "unparsed"),
        ("I'm sorry, but I can't help with that.", "answered", "code", "refused"),
        (None, "filtered", "code", "filtered"),
    ],
)
def test_an_answer_without_a_program_opens_no_sandbox(warehouse, text, status, scorer, outcome):
    land(warehouse, [text], status, scorer)

    def never():
        raise AssertionError

    execute_programs(warehouse, "r", opening=never)
    score(warehouse, "r")
    assert outcomes(warehouse) == {"g0": outcome}
