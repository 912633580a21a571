"""Decide what a run asks: cells, items, requests and their identities. Sends nothing and writes nothing.

Knows settings, benchmarks and prompts; must not know Prefect, SQL or scores.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from tasks.benchmarks.cells import cell_of
from tasks.benchmarks.paraphrases import check_paraphrases, with_paraphrases
from tasks.benchmarks.sampling import sample
from tasks.composites import Occasion, composed_parameters, composition
from tasks.domain import Benchmark, Item, Origin, Prompt, RunKind, content_hash
from tasks.errors import UsageError
from tasks.identity import planned_answer_id, request_hash, run_id
from tasks.planned import Cell, Plan, PlannedCell, Request
from tasks.providers import effective_parameters
from tasks.scorers import SCORERS
from tasks.settings import BenchmarkSettings, Settings


def plan(
    settings: Settings,
    benchmarks: Mapping[str, Benchmark],
    as_of_date: date,
    kind: RunKind = RunKind.ADHOC,
    models: Collection[str] | None = None,
) -> Plan:
    """Lay out the cells of a run: the models by these ids (by default all) on these benchmarks.

    The settings are always whole, because pairs and judges name models that a narrowed run does not ask.

    A nightly run's partition is its date, so that its answers are its own. Other runs share one partition, and with it
    every good answer.

    Raises:
        UsageError: a model cannot tell what a scorer reads.
    """
    partition_key = as_of_date.isoformat() if kind is RunKind.NIGHTLY else ""
    asked = [m for m in settings.models if not m.is_recorded and (models is None or m.id in models)]
    cells = tuple(
        _planned(settings, wanted, cell_of(settings, model, paraphrased, wanted, style=style), partition_key)
        for wanted in settings.benchmarks
        if wanted.name in benchmarks
        for paraphrased in [with_paraphrases(benchmarks[wanted.name], wanted)]
        for model in asked
        for style in settings.styles_for(model, wanted)
    )
    plan_hash = _plan_hash(settings, cells, models)
    return Plan(run_id(as_of_date, kind, plan_hash), kind, as_of_date, partition_key, plan_hash, settings, cells)


def _plan_hash(settings: Settings, cells: Sequence[PlannedCell], models: Collection[str] | None) -> str:
    """What decides the rows of a run: models, items, styles, scorers, rules, and the pairs of its candidates."""
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
    pairs = [
        (pair.kind, pair.reference, pair.candidate)
        for pair in settings.pairs()
        if models is None or pair.candidate in models
    ]
    return content_hash(parts, pairs)


def _planned(settings: Settings, wanted: BenchmarkSettings, cell: Cell, partition_key: str) -> PlannedCell:
    alternatives = _alternatives(settings, wanted, cell) if SCORERS[cell.scorer].reads == "first_token" else 0
    items = sample(cell.benchmark, wanted.sample_size, settings.sample_seed)
    check_paraphrases(cell)
    return PlannedCell(
        **{field.name: getattr(cell, field.name) for field in fields(cell)},
        source=wanted.source,
        items=items,
        repeats=wanted.repeats * len(cell.benchmark.instructions),
        origin=Origin.SIMULATED if cell.model.is_simulated else Origin.ENDPOINT,
        requests=tuple(_requests(cell, items, wanted.repeats, partition_key, alternatives)),
    )


def _alternatives(settings: Settings, wanted: BenchmarkSettings, cell: Cell) -> int:
    """How many alternatives of the first token to ask for, the same for all models that are compared.

    Raises:
        UsageError: somebody tells none, or thinks before the answer, so that the first token is no letter.
    """
    place = f"benchmark {wanted.name!r}: scorer {cell.scorer!r}"
    told = settings.alternatives(cell.model, wanted)
    if silent := next((name for name, count in told.items() if not count), None):
        raise UsageError(
            f"{place} reads log-probabilities, and the server of {silent!r} tells none. Choose a scorer that reads "
            f"the text, or state in the entry of {silent!r} how many it tells (alternatives: 20)."
        )
    for part in cell.model.answering:
        if part.sampling.reasoning_effort not in {None, "none"}:
            raise UsageError(
                f"{place} reads the first token, and {part.id!r} reasons before it answers (reasoning_effort: "
                f"{part.sampling.reasoning_effort}), so that its first token is no letter. Choose a scorer that reads "
                "the text."
            )
    return min(told.values())


def _requests(
    cell: Cell, items: Sequence[Item], repeats: int, partition_key: str, alternatives: int
) -> Iterator[Request]:
    model = cell.model
    names = (partition_key, model.id, cell.benchmark.benchmark_id, cell.prompt_style)
    count_templates = len(cell.benchmark.instructions)
    for item in items:
        prompts = [
            replace(cell.benchmark.render(item, cell.prompt_style, template), top_logprobs=alternatives)
            for template in range(count_templates)
        ]
        # The repeats of one template stand side by side, those of the benchmark's own first: they keep their numbers,
        # and with them their answers, when paraphrases are added.
        for repeat, prompt in enumerate(prompt for prompt in prompts for _ in range(repeats)):
            content, parameters = _asked(cell, item, prompt, repeat)
            asked = request_hash(model.provider, model.endpoint, content, parameters, repeat)
            answer_id = planned_answer_id(*names, item.item_id, repeat, asked)
            yield Request(answer_id, item.item_id, repeat, asked, prompt, parameters)


def _asked(cell: Cell, item: Item, prompt: Prompt, repeat: int) -> tuple[Any, dict[str, Any]]:
    """What decides the answer to a request: its wording, and the effective parameters."""
    composed = composition(cell.model)
    if composed is None:
        return prompt.content, effective_parameters(cell.model, prompt, repeat)
    # A part may be asked in the other style, so the wording of either style makes another request.
    prompts = Occasion.of(cell.benchmark, item, prompt, repeat).prompts.values()
    return [put.content for put in prompts], composed_parameters(cell.model, composed.rule, prompt, repeat)
