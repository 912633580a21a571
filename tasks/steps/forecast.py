"""Estimate what a planned cell takes and what it can show, before anything is sent. Writes nothing.

Knows plans, prices and the statistics of power; must not know Prefect, SQL or scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, TypeAlias

import numpy as np

from tasks.answers import LONGEST_TEXT
from tasks.composites import Ask, Occasion, composition
from tasks.domain import CAPABILITY_DIMENSIONS
from tasks.planned import PlannedCell, Request
from tasks.rubrics import rubric
from tasks.scorers import SCORERS, JudgedScorer, reference_of
from tasks.stats.night_power import Watch, items_for_nights
from tasks.stats.power import Pilot, PlannedItems, items_for_margin, items_needed, minimum_detectable_design

VarianceFrom: TypeAlias = Literal["prior", "pilot"]

# Share of items on which a base and an aligned model differ, until a run has measured it; from a pilot. As many are
# assumed to change from one night to the next, so that the variance of one answer is half of it.
_PRIOR_DISCORDANCE = 0.2
# English text: about four characters a token. Only for the estimate that `plan` prints.
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Questions:
    """What else a plan is asked: how many items show a tax, or one below a margin, or a fall in time.

    Tax and margin are proportions; None is not asked.
    """

    tax: float | None = None
    margin: float | None = None
    watch: Watch | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier runs say of a cell: its newest comparison, and how much an item's value varies between nights."""

    pilot: Pilot | None = None
    item_variance: float | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a cell will take and what it can show. Money is None while a price is unknown; tokens are rough.

    Of a composite model requests, tokens and money are those of all its parts, as if each of them were needed.
    """

    cell_id: str
    count_requests: int
    count_reused: int
    tokens_input: int
    tokens_output_at_most: int
    cost_usd_at_most: float | None
    minimum_detectable_tax: float | None
    variance_from: VarianceFrom
    count_items_needed: int | None
    count_items_for_margin: int | None
    count_items_a_night: int | None
    cost_usd_a_night_at_most: float | None
    night_variance_from: VarianceFrom


_NOTHING_KNOWN, _NOTHING_ASKED = Earlier(), Questions()


def forecast(
    cell: PlannedCell,
    pending: Sequence[Request],
    as_of_date: date,
    earlier: Earlier = _NOTHING_KNOWN,
    questions: Questions = _NOTHING_ASKED,
) -> Forecast:
    """Estimate requests, tokens, money and the detectable tax of a cell before anything is sent.

    The variance is that of the pair's newest comparison where there is one, else of the prior discordance. Numbers of
    items are of clusters like those planned.
    """
    tokens, cost = _taken(cell, pending, as_of_date)
    planned = _planned_items(cell, earlier.pilot)
    count_a_night = _items_a_night(cell, earlier.item_variance, questions.watch)
    # A night asks everything anew.
    whole_cost = None if count_a_night is None else _taken(cell, cell.requests, as_of_date)[1]
    return Forecast(
        cell_id=cell.cell_id,
        count_requests=len(tokens),
        count_reused=len(cell.requests) - len(pending),
        tokens_input=sum(given for given, _ in tokens),
        tokens_output_at_most=sum(most for _, most in tokens),
        cost_usd_at_most=cost,
        minimum_detectable_tax=minimum_detectable_design(planned),
        variance_from="prior" if earlier.pilot is None else "pilot",
        count_items_needed=None if questions.tax is None else items_needed(questions.tax, planned),
        count_items_for_margin=None if questions.margin is None else items_for_margin(questions.margin, planned),
        count_items_a_night=count_a_night,
        cost_usd_a_night_at_most=_scaled(whole_cost, count_a_night, len(cell.items)),
        night_variance_from="prior" if earlier.item_variance is None else "pilot",
    )


@dataclass(frozen=True, slots=True)
class MacroForecast:
    """What the mean tax of a model over its capability benchmarks can show; items are those of each benchmark."""

    model_id: str
    count_benchmarks: int
    minimum_detectable_tax: float | None
    variance_from: VarianceFrom
    count_items_needed: int | None
    count_items_for_margin: int | None


def forecast_macro(
    cells: Sequence[PlannedCell], pilots: Sequence[Pilot | None], questions: Questions
) -> MacroForecast | None:
    """The same for the mean over a model's capability benchmarks, from all its cells; None for fewer than two."""
    counted = [
        (cell, pilot)
        for cell, pilot in zip(cells, pilots, strict=True)
        if cell.is_primary_style and cell.benchmark.attack is None and cell.benchmark.dimension in CAPABILITY_DIMENSIONS
    ]
    if len(counted) < 2:
        return None
    planned = [_planned_items(cell, pilot) for cell, pilot in counted]
    return MacroForecast(
        model_id=cells[0].model.id,
        count_benchmarks=len(planned),
        minimum_detectable_tax=minimum_detectable_design(*planned),
        variance_from="prior" if any(pilot is None for _, pilot in counted) else "pilot",
        count_items_needed=None if questions.tax is None else items_needed(questions.tax, *planned),
        count_items_for_margin=None if questions.margin is None else items_for_margin(questions.margin, *planned),
    )


def _taken(
    cell: PlannedCell, requests: Sequence[Request], as_of_date: date
) -> tuple[list[tuple[int, int]], float | None]:
    """Tokens of the prompt and of the longest answer for everything that requests could send, and what it costs."""
    asks = list(_asks(cell, requests))
    tokens = [(len(ask.prompt.content) // _CHARACTERS_PER_TOKEN, _most_tokens(ask)) for ask in asks]
    costs = [ask.model.cost_usd(as_of_date, *counts) for ask, counts in zip(asks, tokens, strict=True)]
    return tokens, None if None in costs else sum(cost for cost in costs if cost is not None)


def _items_a_night(cell: PlannedCell, item_variance: float | None, watch: Watch | None) -> int | None:
    if watch is None:
        return None
    prior = _PRIOR_DISCORDANCE / 2 / cell.repeats
    return items_for_nights(prior if item_variance is None else item_variance, watch)


def _scaled(cost: float | None, count: int | None, count_planned: int) -> float | None:
    return None if cost is None or count is None else cost * count / count_planned


def _asks(cell: PlannedCell, pending: Sequence[Request]) -> Iterator[Ask]:
    """Everything that open requests could send."""
    composed, items = composition(cell.model), {item.item_id: item for item in cell.items}
    for request in pending:
        if composed is None:
            yield Ask(cell.model, request.prompt, request.repeat)
        else:
            item = items[request.item_id]
            yield from composed.at_most(Occasion.of(cell.benchmark, item, request.prompt, request.repeat))


def _most_tokens(ask: Ask) -> int:
    return ask.model.sampling.max_tokens or ask.prompt.max_tokens


@dataclass(frozen=True, slots=True)
class JudgeForecast:
    """What a judge of a cell will take at most: every answer as long as it may be, and every grade.

    Money is None while a price is unknown; tokens are rough.
    """

    cell_id: str
    judge_model_id: str
    count_requests: int
    count_reused: int
    tokens_input_at_most: int
    tokens_output_at_most: int
    cost_usd_at_most: float | None


def forecast_judge(cell: PlannedCell, ungraded: Sequence[Request], as_of_date: date) -> JudgeForecast | None:
    """Estimate what grading a cell's answers takes; ``ungraded`` are those without a grade. None without a judge.

    Answers that turn out equal are asked about once, so that it may come to less.
    """
    scorer = SCORERS[cell.scorer]
    if cell.judge is None or not isinstance(scorer, JudgedScorer):
        return None
    asked, items = rubric(scorer.rubric), {item.item_id: item for item in cell.items}
    tokens_input = 0
    for request in ungraded:
        item = items[request.item_id]
        known = len(asked.prompt(item.question, "", reference_of(item.target))) // _CHARACTERS_PER_TOKEN
        answer = min(int(request.parameters["max_tokens"]), LONGEST_TEXT // _CHARACTERS_PER_TOKEN)
        tokens_input += asked.count_orders * (known + answer)
    count = asked.count_orders * len(ungraded)
    tokens_output = count * (cell.judge.sampling.max_tokens or asked.max_tokens)
    return JudgeForecast(
        cell_id=cell.cell_id,
        judge_model_id=cell.judge.id,
        count_requests=count,
        count_reused=asked.count_orders * len(cell.requests) - count,
        tokens_input_at_most=tokens_input,
        tokens_output_at_most=tokens_output,
        cost_usd_at_most=cell.judge.cost_usd(as_of_date, tokens_input, tokens_output),
    )


def spend_plan(
    run_id: str, cell: PlannedCell, pending: Sequence[Request], ungraded: Sequence[Request], as_of_date: date
) -> list[dict[str, Any]]:
    """Rows of ``raw.spend_plans``: what a cell takes at most, by the model that is asked. A judge is one of them."""
    count_reused = len(cell.requests) - len(pending)
    rows = {model.id: _spend_row(run_id, cell, model.id, count_reused) for model in cell.model.asked}
    for ask in _asks(cell, pending):
        most = (1, len(ask.prompt.content) // _CHARACTERS_PER_TOKEN, _most_tokens(ask))
        _add_spend(rows[ask.model.id], *most, ask.model.cost_usd(as_of_date, *most[1:]))
    if judge := forecast_judge(cell, ungraded, as_of_date):
        name, tokens = judge.judge_model_id, (judge.tokens_input_at_most, judge.tokens_output_at_most)
        row = rows.setdefault(name, _spend_row(run_id, cell, name, judge.count_reused))
        _add_spend(row, judge.count_requests, *tokens, judge.cost_usd_at_most)
    return list(rows.values())


def _spend_row(run_id: str, cell: PlannedCell, model_id: str, count_reused: int) -> dict[str, Any]:
    counts = dict.fromkeys(("count_requests", "tokens_input", "tokens_output_at_most"), 0)
    keys = {"run_id": run_id, "cell_id": cell.cell_id, "model_id": model_id}
    return {**keys, **counts, "count_reused": count_reused, "cost_usd_at_most": 0.0}


def _add_spend(row: dict[str, Any], count: int, tokens_input: int, tokens_output: int, usd: float | None) -> None:
    row["count_requests"] += count
    row["tokens_input"] += tokens_input
    row["tokens_output_at_most"] += tokens_output
    known = row["cost_usd_at_most"]
    row["cost_usd_at_most"] = None if usd is None or known is None else known + usd


def _planned_items(cell: PlannedCell, pilot: Pilot | None) -> PlannedItems:
    """The items of a cell and the variance of their differences; both models of a pair get the same repeats."""
    _, sizes = np.unique([item.cluster_id for item in cell.items], return_counts=True)
    if pilot is None:
        return PlannedItems(sizes, discordance=_PRIOR_DISCORDANCE)
    components = replace(pilot.components, repeats_reference=cell.repeats, repeats_candidate=cell.repeats)
    return PlannedItems(sizes, components=components, icc=pilot.icc)
