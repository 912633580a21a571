"""Plan what judges are asked about the answers of a run. Sends nothing: the requests are asked like any other.

A judge is asked each question once: two answers with the same text share one judgment, and so do two runs, nights
included. What it answers is a fact that scorers read. Knows rubrics, scorers and the raw tables; must not know Prefect,
SQL or how a provider is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import polars as pl

from tasks.answers import LONGEST_TEXT, read_landed
from tasks.domain import Message, Prompt, PromptStyle, storable
from tasks.identity import id_after, judgment_id, request_hash
from tasks.planned import CellWork, Plan, Request
from tasks.providers import effective_parameters
from tasks.rubrics import Rubric, rubric
from tasks.scorers import SCORERS, JudgedScorer, reference_of
from tasks.settings import ModelSettings, Settings
from warehouse.connection import Warehouse


@dataclass(frozen=True, slots=True)
class _Question:
    """One question to a judge, and the answer it is about."""

    cell_id: str
    rubric: Rubric
    order: int
    request: Request


def judge(warehouse: Warehouse, plan: Plan) -> list[CellWork]:
    """Land which judgments a run wants; returns the open ones as work, one piece for each judged cell.

    An answer that was blocked, or is under quarantine, is not judged.
    """
    judges = {cell.cell_id: cell.judge for cell in plan.cells if cell.judge is not None}
    return _work(warehouse, plan.run_id, judges) if judges else []


def judge_imported(warehouse: Warehouse, settings: Settings, run_id: str) -> list[CellWork]:
    """Land which judgments an import wants; a judge that the configuration no longer names is not asked."""
    configured = [settings.judge_for(wanted) for wanted in settings.benchmarks]
    known = {judging.model_version: judging for judging in configured if judging is not None}
    cells = warehouse.query("judged_cells", run_id=run_id)
    return _work(
        warehouse, run_id, {cell_id: known[version] for cell_id, version in cells.iter_rows() if version in known}
    )


def waiting(warehouse: Warehouse, run_id: str) -> int:
    """How many answers of a run have no judgment yet."""
    rows = warehouse.query("unjudged_answers", frames={"wanted_rubrics": _wanted()}, run_id=run_id)
    return rows["generation_id"].n_unique()


def ungraded(
    warehouse: Warehouse | None, plan: Plan, pending: Mapping[str, Sequence[Request]]
) -> dict[str, list[Request]]:
    """The requests of judged cells whose answers a judge would be asked about now: open ones, and ungraded answers.

    Writes nothing; ``pending`` are the requests that would be sent.
    """
    found = {}
    for cell in plan.cells:
        scorer = SCORERS[cell.scorer]
        if cell.judge is None or not isinstance(scorer, JudgedScorer):
            continue
        still_open = {(request.item_id, request.repeat) for request in pending[cell.cell_id]}
        graded = _graded(warehouse, rubric(scorer.rubric), cell.judge, cell.requests) if warehouse else set()
        found[cell.cell_id] = [
            request
            for request in cell.requests
            if (request.item_id, request.repeat) in still_open or (request.request_hash, request.item_id) not in graded
        ]
    return found


def _graded(
    warehouse: Warehouse, asked: Rubric, judging: ModelSettings, requests: Sequence[Request]
) -> set[tuple[str, str]]:
    """The requests whose answers this judge has graded in every order."""
    keys = [(request.request_hash, request.item_id) for request in requests]
    wanted = pl.DataFrame(keys, schema={"request_hash": pl.String, "item_id": pl.String}, orient="row")
    rows = warehouse.query(
        "graded_requests",
        frames={"wanted_requests": wanted},
        rubric=asked.name,
        rubric_version=asked.version,
        judge_version=judging.model_version,
        count_orders=asked.count_orders,
    )
    return set(rows.iter_rows())


def _work(warehouse: Warehouse, run_id: str, judges: Mapping[str, ModelSettings]) -> list[CellWork]:
    rows = warehouse.query("unjudged_answers", frames={"wanted_rubrics": _wanted()}, run_id=run_id)
    questions = list(_questions(rows.filter(pl.col("cell_id").is_in(list(judges))), judges))
    good, questions = _settled(warehouse, questions)
    _land(warehouse, run_id, questions, judges)
    found = _open(questions, good)
    benchmark_ids = dict(rows.select("cell_id", "benchmark_id").iter_rows())
    return [
        CellWork(
            run_id=run_id,
            partition_key="",
            cell_id=cell_id,
            benchmark_id=benchmark_ids[cell_id],
            model=judges[cell_id],
            requests=requests,
            name=f"{cell_id} by {judges[cell_id].id}",
            role="judge",
        )
        for cell_id in judges
        if (requests := found.get(cell_id))
    ]


def _open(questions: Sequence[_Question], good: Collection[str]) -> dict[str, list[Request]]:
    """The questions without a good answer by cell, each once."""
    asked: dict[str, _Question] = {}
    for question in questions:
        if question.request.generation_id not in good:
            asked.setdefault(question.request.request_hash, question)
    found: dict[str, list[Request]] = {}
    for question in asked.values():
        found.setdefault(question.cell_id, []).append(question.request)
    return found


def _wanted() -> pl.DataFrame:
    """The rubric of each scorer that reads grades, once for each order in which it is asked."""
    rows = [
        (name, asked.name, asked.version, order)
        for name, scorer in SCORERS.items()
        if isinstance(scorer, JudgedScorer)
        for asked in (rubric(scorer.rubric),)
        for order in range(asked.count_orders)
    ]
    schema = {"scorer": pl.String, "rubric": pl.String, "rubric_version": pl.Int32, "judge_order": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _questions(rows: pl.DataFrame, judges: Mapping[str, ModelSettings]) -> Iterator[_Question]:
    for row in rows.iter_rows(named=True):
        scorer = SCORERS[row["scorer"]]
        if isinstance(scorer, JudgedScorer):
            asked = rubric(scorer.rubric)
            request = judge_request(asked, judges[row["cell_id"]], row)
            yield _Question(row["cell_id"], asked, row["judge_order"], request)


def judge_request(asked: Rubric, judging: ModelSettings, row: Mapping[str, Any]) -> Request:
    """The question to a judge about one answer (a row of ``unjudged_answers``)."""
    text = asked.prompt(
        row["question"] or "",
        read_landed(row).text,
        reference_of(row["target"] or "")[:LONGEST_TEXT],
        row["judge_order"],
    )
    prompt = Prompt(PromptStyle.CHAT, messages=(Message("user", text),), max_tokens=asked.max_tokens)
    parameters = effective_parameters(judging, prompt, 0)
    question = request_hash(judging.provider, judging.endpoint, prompt.content, parameters, 0)
    return Request(
        generation_id=judgment_id(judging.id, question),
        item_id=row["item_id"],
        repeat=0,
        request_hash=question,
        prompt=prompt,
        parameters=parameters,
        parent_generation_id=row["generation_id"],
    )


def _settled(warehouse: Warehouse, questions: Sequence[_Question]) -> tuple[set[str], list[_Question]]:
    """The ids of good answers, and the questions, each under an id whose answer is good or still open."""
    good: set[str] = set()
    settled = list(questions)
    while True:
        ids = {question.request.generation_id for question in settled} - good
        wanted = pl.DataFrame({"generation_id": sorted(ids)}, schema={"generation_id": pl.String})
        found = dict(warehouse.query("judge_generations", frames={"wanted_generations": wanted}).iter_rows())
        good |= {name for name, is_good in found.items() if is_good}
        spoiled = found.keys() - good
        if not spoiled:
            return good, settled
        settled = [_again(question) if question.request.generation_id in spoiled else question for question in settled]


def _again(question: _Question) -> _Question:
    """The same question under another id, because the answer under its own id no longer counts."""
    generation_id = id_after(question.request.generation_id)
    return replace(question, request=replace(question.request, generation_id=generation_id))


def _land(
    warehouse: Warehouse, run_id: str, questions: Sequence[_Question], judges: Mapping[str, ModelSettings]
) -> None:
    now = datetime.now(UTC)
    judgments = [
        {
            "answer_generation_id": question.request.parent_generation_id,
            "rubric": question.rubric.name,
            "rubric_version": question.rubric.version,
            "judge_model_id": judges[question.cell_id].id,
            "judge_version": judges[question.cell_id].model_version,
            "judge_order": question.order,
            "generation_id": question.request.generation_id,
            "run_id": run_id,
            "planned_at": now,
        }
        for question in questions
    ]
    asked = {question.request.prompt.prompt_hash: question.request.prompt for question in questions}
    prompts = [{"prompt_hash": key, "prompt": storable(prompt.content)} for key, prompt in asked.items()]
    warehouse.append({"raw.prompts": prompts, "raw.judgments": judgments})
