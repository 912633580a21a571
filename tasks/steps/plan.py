"""Decide what a run asks: cells, items, requests and their identities. Sends nothing and writes nothing.

Knows settings, benchmarks and prompts; must not know Prefect, SQL or scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, TypedDict

import numpy as np

from tasks.benchmarks.sampling import sample
from tasks.composites import Ask, Occasion, composed_parameters, composition
from tasks.domain import Benchmark, Item, Origin, PromptStyle, RunKind, content_hash
from tasks.errors import UsageError
from tasks.identity import cell_id, planned_answer_id, request_hash, run_id
from tasks.planned import Plan, PlannedCell, Request
from tasks.providers import effective_parameters, facts_of
from tasks.rubrics import rubric
from tasks.scorers import LONGEST_TEXT, SCORERS, JudgedScorer, chosen_scorer, measured_by, reference_of
from tasks.scorers.contract import Reads
from tasks.settings import BenchmarkSettings, ModelSettings, Settings
from tasks.stats.power import Pilot, VarianceComponents, items_needed, minimum_detectable_design

# Prior share of items on which a base and an aligned model differ; DESIGN's pilot figure until a run measured it.
_PRIOR_DISCORDANCE = 0.2


# English text: about four characters a token. Only for the estimate that `plan` prints.
_CHARACTERS_PER_TOKEN = 4


def plan(
    settings: Settings, benchmarks: Mapping[str, Benchmark], as_of_date: date, kind: RunKind = RunKind.ADHOC
) -> Plan:
    """Lay out the cells of a run.

    A nightly run's partition is its date, so that its answers are its own; other runs share one partition and
    with it every good answer.
    """
    partition_key = as_of_date.isoformat() if kind is RunKind.NIGHTLY else ""
    cells = tuple(
        _cell(settings, model, wanted, benchmarks[wanted.name], style, partition_key)
        for wanted in settings.benchmarks
        for model in settings.models
        if not model.is_recorded
        for style in settings.styles_for(model, wanted)
    )
    plan_hash = _plan_hash(settings, cells)
    return Plan(run_id(as_of_date, kind, plan_hash), kind, as_of_date, partition_key, plan_hash, settings, cells)


def _plan_hash(settings: Settings, cells: Sequence[PlannedCell]) -> str:
    """What decides the rows of a run: models, items, styles, scorers, rules, and which pairs are compared."""
    parts = [
        (
            cell.cell_id,
            cell.model.model_version,
            cell.benchmark.version,
            content_hash([item.item_id for item in cell.items]),
            cell.repeats,
            cell.scorer,
            cell.unparsed_rule.value,
            *([cell.judge.model_version] if cell.judge else []),
            *([composed.rule] if (composed := composition(cell.model)) else []),
        )
        for cell in cells
    ]
    ids = {model.id for model in settings.models}
    pairs = [(pair.kind, pair.reference, pair.candidate) for pair in settings.pairs() if pair.candidate in ids]
    return content_hash(parts, pairs)


def _cell(
    settings: Settings,
    model: ModelSettings,
    wanted: BenchmarkSettings,
    benchmark: Benchmark,
    style: PromptStyle,
    partition_key: str,
) -> PlannedCell:
    judge = settings.judge_for(wanted)
    scorer = chosen_scorer(benchmark, wanted.scorer, has_judge=judge is not None)
    benchmark = measured_by(benchmark, SCORERS.get(scorer))
    items = sample(benchmark, wanted.sample_size, settings.sample_seed)
    if SCORERS[scorer].reads == "first_token" and not _alternatives(model):
        raise UsageError(f"{model.id!r}: this API tells no log-probabilities, which the scorer {scorer!r} reads.")
    return PlannedCell(
        cell_id=cell_id(model.id, benchmark.benchmark_id, style),
        model=model,
        benchmark=benchmark,
        source=wanted.source,
        items=items,
        prompt_style=style,
        is_primary_style=style is settings.styles_for(model, wanted)[0],
        repeats=wanted.repeats,
        scorer=scorer,
        unparsed_rule=wanted.unparsed or benchmark.unparsed_rule,
        origin=Origin.SIMULATED if model.is_simulated else Origin.ENDPOINT,
        requests=tuple(_requests(model, benchmark, items, style, wanted.repeats, partition_key, SCORERS[scorer].reads)),
        judge=judge,
    )


def _alternatives(model: ModelSettings) -> int:
    """How many alternatives of a token can be asked for; 0 where a part's API tells none."""
    return min(facts_of(part).most_alternatives for part in model.answering)


def _requests(
    model: ModelSettings,
    benchmark: Benchmark,
    items: Sequence[Item],
    style: PromptStyle,
    repeats: int,
    partition_key: str,
    reads: Reads,
) -> Iterator[Request]:
    composed = composition(model)
    for item in items:
        prompt = benchmark.render(item, style)
        if reads == "first_token":
            prompt = replace(prompt, max_tokens=1, top_logprobs=_alternatives(model))
        for repeat in range(repeats):
            content: Any = prompt.content
            if composed is None:
                parameters = effective_parameters(model, prompt, repeat)
            else:
                parameters = composed_parameters(model, composed.rule, prompt, repeat)
                # a part may be asked in the other style, so the wording of either makes another request
                content = [put.content for put in Occasion.of(benchmark, item, prompt, repeat).prompts.values()]
            asked = request_hash(model.provider, model.endpoint, content, parameters, repeat)
            answer_id = planned_answer_id(
                partition_key, model.id, benchmark.benchmark_id, style, item.item_id, repeat, asked
            )
            yield Request(answer_id, item.item_id, repeat, asked, prompt, parameters)


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


def forecast(
    cell: PlannedCell,
    pending: Sequence[Request],
    as_of_date: date,
    pilot: Pilot | None = None,
    wanted_tax: float | None = None,
) -> Forecast:
    """Estimate requests, tokens, money and the detectable tax of a cell before anything is sent.

    The variance is that of the pair's newest comparison where there is one, else of the prior discordance. With
    ``wanted_tax`` it also says how many items, in clusters like those planned, would show it.
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
