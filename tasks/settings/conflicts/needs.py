"""What a run needs besides its models: benchmarks, files, keys, budgets, receivers, a work pool.

Tested in tests/tasks/settings/test_bad_values.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from tasks.domain import PromptStyle
from tasks.settings.benchmarks import DESCRIBES, BenchmarkSettings
from tasks.settings.conflicts.askable import has_completions
from tasks.settings.conflicts.names import duplicate_ids, placed_models, unknown_name
from tasks.settings.known import Known
from tasks.settings.models import missing_variable
from tasks.settings.problems import Problem
from tasks.settings.whole import Settings


def benchmark_problems(settings: Settings, known: Known) -> Iterator[Problem]:
    """Names of benchmarks and scorers that do not exist, benchmarks named twice, styles that a model cannot answer."""
    yield from duplicate_ids("benchmarks", [benchmark.name for benchmark in settings.benchmarks])
    chat_only = next((model.id for model in settings.models if not has_completions(model, known)), None)
    for index, benchmark in enumerate(settings.benchmarks):
        if chat_only is not None and PromptStyle.COMPLETION in (benchmark.prompt_styles or ()):
            yield Problem(
                ("benchmarks", index, "prompt_styles"), f"must not hold 'completion': {chat_only!r} speaks only chat."
            )
        if benchmark.imported:
            yield from imported_problems(index, benchmark)
        elif benchmark.define is not None:
            yield from definition_problems(index, benchmark, known.benchmarks)
        elif benchmark.id not in known.benchmarks:
            problem = unknown_name(("benchmarks", index, "id"), "benchmark", benchmark.id, known.benchmarks)
            yield replace(problem, sentence=f"{problem.sentence} One that only imports know needs imported: true.")
        if not benchmark.imported:
            yield from described_problems(index, benchmark)
        if benchmark.scorer is not None and benchmark.scorer not in known.scorers:
            yield unknown_name(("benchmarks", index, "scorer"), "scorer", benchmark.scorer, known.scorers)


def imported_problems(index: int, benchmark: BenchmarkSettings) -> Iterator[Problem]:
    """Keys that say how to ask a benchmark which no run asks."""
    for name in sorted(benchmark.model_fields_set - {"id", "imported", "margin", *DESCRIBES}):
        yield Problem(("benchmarks", index, name), "must be left out: no run asks a benchmark with imported: true.")


def described_problems(index: int, benchmark: BenchmarkSettings) -> Iterator[Problem]:
    """Keys that describe a benchmark which is described elsewhere."""
    for name in benchmark.described:
        yield Problem(
            ("benchmarks", index, name),
            "must be left out: it describes a benchmark with imported: true. One of your own says it in define:.",
        )


def definition_problems(
    index: int, benchmark: BenchmarkSettings, known_benchmarks: Collection[str]
) -> Iterator[Problem]:
    """A benchmark of the user's own needs a name of its own and a file."""
    if benchmark.id in known_benchmarks:
        yield Problem(
            ("benchmarks", index, "id"), f"{benchmark.id!r} is a benchmark that aligntax has. Choose another."
        )
    if benchmark.source is None:
        yield Problem(("benchmarks", index, "source"), "is missing. A defined benchmark needs the path of its rows.")


def margin_problems(settings: Settings) -> Iterator[Problem]:
    """Acceptable taxes that are above the tax at which the gate blocks."""
    stated = [(("benchmarks", index, "margin"), entry.margin) for index, entry in enumerate(settings.benchmarks)]
    block = settings.gate.block
    for location, margin in ((("analysis", "margin"), settings.analysis.margin), *stated):
        if margin is not None and margin > block:
            yield Problem(location, f"must be at most gate.block, {block:g}, found {margin:g}.")


def sending_problems(settings: Settings, environment: Mapping[str, str]) -> Iterator[Problem]:
    """What only a command that asks models needs: benchmarks, their files, and key variables."""
    if all(benchmark.imported for benchmark in settings.benchmarks):
        yield Problem(("benchmarks",), "is missing, or holds only imported ones.")
    for place, model in placed_models(settings):
        name = model.api_key_env
        if name is not None and not environment.get(name, "").strip():
            yield Problem((*place, "api_key_env"), missing_variable(name))
        if host := model.exposes(environment):
            advice = "Use https, or allow it for a network that you trust: allow_http: true."
            yield Problem((*place, "base_url"), f"would send the key to {host} without encryption. {advice}")
        for key, trouble in model.missing_files():
            yield Problem((*place, *key), trouble)
    for index, benchmark in enumerate(settings.benchmarks):
        if isinstance(benchmark.source, Path) and not benchmark.source.exists():
            yield Problem(("benchmarks", index, "source"), f"no such file or folder: {str(benchmark.source)!r}.")
        if isinstance(benchmark.define, Path) and not benchmark.define.exists():
            yield Problem(("benchmarks", index, "define"), f"no such file: {str(benchmark.define)!r}.")


def cadence_problems(settings: Settings) -> Iterator[Problem]:
    """Cells that would be too old to count before they are asked again."""
    for section in ("models", "benchmarks"):
        for index, entry in enumerate(getattr(settings, section)):
            if entry.cadence > max(settings.max_age_days, 1):
                yield Problem(
                    (section, index, "cadence"),
                    f"must be at most max_age_days, {settings.max_age_days}, found {entry.cadence}: an older answer "
                    "counts no more. Raise max_age_days, or ask more often.",
                )


def budget_problems(settings: Settings, day: date) -> Iterator[Problem]:
    """Models that a budget of money covers, but whose price on a day is not known; budgets of models asked nowhere."""
    for place, model in placed_models(settings):
        if model.composition or model.is_recorded:
            if model.budget is not None:
                instead = "its parts have" if model.composition else "it is asked nowhere, so leave out"
                yield Problem((*place, "budget"), f"has no effect: {instead} the budget.")
            continue
        own = model.budget.of_money if model.budget else None
        if (key := own or settings.budget.of_money) and model.price_on(day) is None:
            whose = "its own" if own else "the"
            yield Problem(
                (*place, "price"),
                f"states no price for {day}, so {whose} {key} cannot be kept. State its price (0 for a server of your "
                "own), or limit requests instead of usd.",
            )


def pool_problems(settings: Settings) -> Iterator[Problem]:
    """A work pool whose workers could not land what they ask."""
    if settings.work_pool is None:
        return
    if settings.landing is None:
        yield Problem(("landing",), "is needed beside work_pool: workers cannot write to the warehouse's file.")
    elif not settings.landing.catalog.startswith("ducklake:postgres:"):
        yield Problem(
            ("landing",), "must be in PostgreSQL where a work_pool asks: no other catalog takes many writers."
        )


def receiver_problems(settings: Settings) -> Iterator[Problem]:
    """Receivers of one name, which the warehouse could not tell apart."""
    yield from duplicate_ids("notify", [receiver.name for receiver in settings.notify], "name")
