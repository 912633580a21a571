"""Estimate what a planned cell takes and what it can show, before anything is sent. Writes nothing.

Knows plans, prices and the statistics of power; must not know Prefect, SQL or scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypedDict

import numpy as np

from tasks.answers import LONGEST_TEXT
from tasks.composites import Ask, Occasion, composition
from tasks.planned import PlannedCell, Request
from tasks.rubrics import rubric
from tasks.scorers import SCORERS, JudgedScorer, reference_of
from tasks.stats.power import Pilot, VarianceComponents, items_for_margin, items_needed, minimum_detectable_design

# Share of items on which a base and an aligned model differ, until a run has measured it; from a pilot.
_PRIOR_DISCORDANCE = 0.2
# English text: about four characters a token. Only for the estimate that `plan` prints.
_CHARACTERS_PER_TOKEN = 4


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
    variance_from: Literal["prior", "pilot"]
    count_items_needed: int | None
    count_items_for_margin: int | None


def forecast(
    cell: PlannedCell,
    pending: Sequence[Request],
    as_of_date: date,
    pilot: Pilot | None = None,
    wanted_tax: float | None = None,
    margin: float | None = None,
) -> Forecast:
    """Estimate requests, tokens, money and the detectable tax of a cell before anything is sent.

    The variance is that of the pair's newest comparison where there is one, else of the prior discordance. With
    ``wanted_tax`` it also says how many items, in clusters like those planned, would show it; with ``margin`` how many
    would show that the tax is below the margin, if the true tax is 0.
    """
    asks = list(_asks(cell, pending))
    tokens = [(len(ask.prompt.content) // _CHARACTERS_PER_TOKEN, _most_tokens(ask)) for ask in asks]
    costs = [ask.model.cost_usd(as_of_date, *counts) for ask, counts in zip(asks, tokens, strict=True)]
    _, sizes = np.unique([item.cluster_id for item in cell.items], return_counts=True)
    design = _design(cell, pilot)
    return Forecast(
        cell_id=cell.cell_id,
        count_requests=len(asks),
        count_reused=len(cell.requests) - len(pending),
        tokens_input=sum(given for given, _ in tokens),
        tokens_output_at_most=sum(most for _, most in tokens),
        cost_usd_at_most=None if None in costs else sum(cost for cost in costs if cost is not None),
        minimum_detectable_tax=minimum_detectable_design(sizes, **design),
        variance_from="prior" if pilot is None else "pilot",
        count_items_needed=None if wanted_tax is None else items_needed(wanted_tax, sizes, **design),
        count_items_for_margin=None if margin is None else items_for_margin(margin, sizes, **design),
    )


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


class _Design(TypedDict, total=False):
    discordance: float
    components: VarianceComponents
    icc: float


def _design(cell: PlannedCell, pilot: Pilot | None) -> _Design:
    """Where the variance of a planned difference comes from; both models of a pair get the same repeats."""
    if pilot is None:
        return {"discordance": _PRIOR_DISCORDANCE}
    components = replace(pilot.components, repeats_reference=cell.repeats, repeats_candidate=cell.repeats)
    return {"components": components, "icc": pilot.icc}
