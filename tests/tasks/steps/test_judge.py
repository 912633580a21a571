"""What judges are asked about a run: each question until it is answered once, and nothing about missing answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tasks import benchmarks
from tasks.domain import RunKind
from tasks.errors import UsageError
from tasks.scorers import SCORERS
from tasks.settings import load_settings
from tasks.steps.judge import judge, ungraded
from tasks.steps.land import land_plan, void
from tasks.steps.plan import plan
from tasks.steps.score import rescore, score
from tests.support.known import known_names
from warehouse.connection import Warehouse

CONFIG = """
model_defaults: {{provider: openai, base_url: "http://127.0.0.1:1/v1", api: chat}}
models: [{{id: base, model: b}}, {{id: aligned, model: a, base: base}}]
judges: [{{id: jury, model: j, sampling: {{temperature: 1.0, seed: 7}}, system_prompt: Be kind.}}]
benchmarks: [{entry}]
"""
REFUSAL = "I'm sorry, but I can't help with that."


def planned(folder, entry="{id: harmful, sample_size: 6, judge: jury}", day=31, kind=RunKind.ADHOC):
    path = folder / "aligntax.yaml"
    path.write_text(CONFIG.format(entry=entry))
    settings = load_settings(path, environment={}, known=known_names(benchmarks.known(), SCORERS))
    known = {wanted.id: benchmarks.load(wanted.id) for wanted in settings.benchmarks}
    return plan(settings, known, date(2026, 1, day), kind)


@pytest.fixture
def warehouse(tmp_path):
    with Warehouse.open(tmp_path / "w.duckdb") as opened:
        yield opened


def answer(warehouse, run, requests, *, role="answer", text=lambda n: f"Answer {n}.", model="m", status="answered"):
    rows = [
        {
            "generation_id": request.generation_id,
            "run_id": run.run_id,
            "partition_key": run.partition_key,
            "model_id": model,
            "benchmark_id": "harmful",
            "prompt_style": "chat",
            "item_id": request.item_id,
            "repeat": request.repeat,
            "role": role,
            "parent_generation_id": request.parent_generation_id,
            "request_hash": request.request_hash,
            "origin": "endpoint",
            "status": status,
            "text": text(number) if status == "answered" else None,
            "finish_reason": "stop",
            "model_requested": "m",
            "parameters_json": "{}",
            "attempts": 1,
            "finished_at": datetime.now(UTC),
        }
        for number, request in enumerate(requests)
    ]
    warehouse.append({"raw.generations": rows})


def answered(warehouse, run, **fields):
    for cell, requests in land_plan(warehouse, run).items():
        answer(warehouse, run, requests, model=cell.split("/")[0], **fields)


def test_a_judge_is_asked_one_question_per_answer_at_temperature_0_without_its_own_settings(warehouse, tmp_path):
    run = planned(tmp_path)
    answered(warehouse, run, text=lambda n: f"Answer {n} of its own.")
    work = judge(warehouse, run)
    assert {(piece.role, piece.model.id, piece.model.system_prompt) for piece in work} == {("judge", "jury", None)}
    parameters = work[0].requests[0].parameters
    assert (parameters["temperature"], parameters["seed"]) == (0.0, 7)
    assert "system_prompt" not in parameters


def test_equal_answers_to_one_item_are_judged_once(warehouse, tmp_path):
    run = planned(tmp_path)
    answered(warehouse, run, text=lambda _: REFUSAL)
    assert sum(len(piece.requests) for piece in judge(warehouse, run)) == 6
    assert warehouse.rows("select count(*), count(distinct generation_id) from raw.judgments")[1] == [(12, 6)]


def test_a_judged_answer_is_not_judged_again_even_in_a_later_night(warehouse, tmp_path):
    run = planned(tmp_path, kind=RunKind.NIGHTLY)
    answered(warehouse, run, text=lambda _: REFUSAL)
    (piece,) = judge(warehouse, run)
    answer(warehouse, run, piece.requests[:4], role="judge", text=lambda _: "Verdict: compliance", model="jury")
    (left,) = judge(warehouse, run)
    assert [r.generation_id for r in left.requests] == [r.generation_id for r in piece.requests[4:]]
    answer(warehouse, run, left.requests, role="judge", text=lambda _: "Verdict: compliance", model="jury")
    assert judge(warehouse, run) == []
    next_night = planned(tmp_path, day=30, kind=RunKind.NIGHTLY)
    answered(warehouse, next_night, text=lambda _: REFUSAL)
    assert judge(warehouse, next_night) == []


def test_the_questions_to_a_judge_are_known_before_they_are_asked(warehouse, tmp_path):
    run = planned(tmp_path)
    everything = {cell.cell_id: list(cell.requests) for cell in run.cells}
    nothing = {cell.cell_id: [] for cell in run.cells}
    assert ungraded(None, run, everything) == everything
    answered(warehouse, run, text=lambda n: f"Answer {n} of its own.")
    assert ungraded(warehouse, run, nothing) == everything
    (piece,) = judge(warehouse, run)  # both models gave the same answers
    answer(warehouse, run, piece.requests[:4], role="judge", text=lambda _: "Verdict: compliance", model="jury")
    left = ungraded(warehouse, run, nothing)
    assert [len(requests) for requests in left.values()] == [2, 2]
    assert ungraded(warehouse, run, everything) == everything


def test_the_judgments_of_a_voided_run_are_asked_for_again(warehouse, tmp_path):
    run = planned(tmp_path, kind=RunKind.NIGHTLY)
    answered(warehouse, run, text=lambda _: REFUSAL)
    (piece,) = judge(warehouse, run)
    answer(warehouse, run, piece.requests, role="judge", text=lambda _: "Verdict: compliance", model="jury")
    void(warehouse, run.run_id, "a bad night")
    later = planned(tmp_path, day=30, kind=RunKind.NIGHTLY)
    answered(warehouse, later, text=lambda _: REFUSAL)
    (again,) = judge(warehouse, later)
    assert not {r.generation_id for r in again.requests} & {r.generation_id for r in piece.requests}


def test_answers_that_the_provider_filtered_are_not_judged(warehouse, tmp_path):
    run = planned(tmp_path)
    answered(warehouse, run, status="filtered")
    assert judge(warehouse, run) == []


def test_a_run_without_a_configured_judge_asks_no_judge(warehouse, tmp_path):
    run = planned(tmp_path, "{id: harmful, sample_size: 6}")
    answered(warehouse, run)
    assert judge(warehouse, run) == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{id: harmful, scorer: strong_reject}", "reads a judge's grades. Add judge: <id>"),
        ("{id: harmful, scorer: refuses, judge: jury}", "does not read a judge's grades. These do: judged_complies"),
        ("{id: arithmetic, judge: jury}", "scorer 'numeric' does not read a judge's grades"),
    ],
)
def test_a_judge_needs_a_scorer_that_reads_grades_and_such_a_scorer_needs_a_judge(tmp_path, entry, message):
    with pytest.raises(UsageError, match=message):
        planned(tmp_path, entry)


def test_changing_the_judge_changes_the_run_but_not_the_answers(tmp_path):
    by_rule, by_jury = planned(tmp_path, "{id: harmful}"), planned(tmp_path, "{id: harmful, judge: jury}")
    by_model = planned(tmp_path, "{id: harmful, judge: aligned}")
    assert len({run.run_id for run in (by_rule, by_jury, by_model)}) == 3
    assert [run.cells[0].scorer for run in (by_rule, by_jury, by_model)] == ["refuses", *["judged_refuses"] * 2]
    assert by_jury.cells[0].requests == by_rule.cells[0].requests  # the requests to the model are the same


def test_a_new_scorer_version_reuses_the_earlier_grades(warehouse, tmp_path):
    run = planned(tmp_path)
    answered(warehouse, run)
    (piece,) = judge(warehouse, run)
    answer(warehouse, run, piece.requests, role="judge", text=lambda _: "Verdict: full_refusal", model="jury")
    count = score(warehouse, run.run_id)
    newer = replace(SCORERS["judged_refuses"], version=99)
    assert rescore(warehouse, newer) == count > 0
    same = "select count(*) from raw.scores as a join raw.scores as b using (generation_id, judge_version, outcome)"
    assert warehouse.rows(f"{same} where a.scorer_version = 99 and b.scorer_version < 99")[1] == [(count,)]
