"""Benchmarks by name. The built-in ones are built on first use and kept; the others are read from a file each time.

One with logic is a module, one without an entry of YAML; a user's own is an entry of the same form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tasks.benchmarks import (
    alpaca_eval,
    arithmetic,
    bbh,
    bbq,
    bias,
    borderline,
    code_output,
    coding,
    drop,
    entry,
    gsm8k,
    harmful,
    humaneval,
    ifeval,
    instructions,
    knowledge,
    logic,
    mmlu,
    mmlu_pro,
    reading,
    requests,
    truthfulqa,
)
from tasks.benchmarks.attacks import attacked
from tasks.benchmarks.sampling import sample
from tasks.domain import Benchmark
from tasks.errors import UnknownName, UsageError

__all__ = ["BUILTIN", "FROM_FILE", "attacked", "define", "known", "load", "sample"]

BUILTIN: dict[str, Callable[[], Benchmark]] = {
    "arithmetic": cache(arithmetic.build),
    "knowledge": cache(knowledge.build),
    "code_output": cache(code_output.build),
    "coding": cache(coding.build),
    "reading": cache(reading.build),
    "logic": cache(logic.build),
    "instructions": cache(instructions.build),
    "borderline": cache(borderline.build),
    "harmful": cache(harmful.build),
    "bias": cache(bias.build),
}

# Their worked examples go by cluster, so that they have only one grouping.
_GROUPED_BY = {"bbh": "task", "mmlu": "subject"}

FROM_FILE: dict[str, Callable[[str, str | None], Benchmark]] = {
    "bbh": lambda source, _: bbh.load(source),
    "bbq": bbq.load,
    "drop": drop.load,
    "gsm8k": gsm8k.load,
    "humaneval": humaneval.load,
    "ifeval": ifeval.load,
    "mmlu": lambda source, _: mmlu.load(source),
    "mmlu_pro": mmlu_pro.load,
    "truthfulqa": truthfulqa.load,
    "truthfulqa_generation": truthfulqa.load_generation,
    "alpaca_eval": alpaca_eval.load,
    **{name: requests.loader(name) for name in requests.NAMES},
}


def load(benchmark_id: str, source: str | None = None, cluster_by: str | None = None) -> Benchmark:
    """The benchmark of that name; ``source`` is where to read one that is not shipped.

    ``cluster_by`` is a column of the source that groups items with correlated answers in place of the benchmark's own.

    Raises:
        UnknownName: no benchmark has this name.
        UsageError: a source is missing, or given where none is read; or the benchmark has one grouping only.
        InputError: the source does not hold what it should.
    """
    if benchmark_id in BUILTIN:
        if source is not None:
            raise UsageError(f"{benchmark_id!r} is built in and reads no file, found source {source!r}. Remove it.")
        if cluster_by is not None:
            raise UsageError(f"{benchmark_id!r} is built in with its own clusters. Remove cluster_by: {cluster_by}.")
        return BUILTIN[benchmark_id]()
    if benchmark_id not in FROM_FILE:
        raise UnknownName.of("benchmark", benchmark_id, known())
    if source is None:
        raise UsageError(f"{benchmark_id!r} is not shipped. Give the path of its official file as source.")
    own = _GROUPED_BY.get(benchmark_id)
    if own and cluster_by not in {None, own}:
        raise UsageError(
            f"{benchmark_id!r} can be clustered by {own} only, which its worked examples go with. "
            f"Remove cluster_by: {cluster_by}."
        )
    return FROM_FILE[benchmark_id](source, cluster_by)


def define(
    benchmark_id: str, values: Mapping[str, Any], source: str | None, *, place: str, cluster_by: str | None = None
) -> Benchmark:
    """A user's own benchmark: an entry as plain values over a file; ``place`` says where it stands.

    Raises:
        UsageError: the name is taken, or no source is given.
        InputError: the entry or the file does not hold what it should.
    """
    if benchmark_id in known():
        raise UsageError(f"{place}: {benchmark_id!r} is the name of a benchmark that aligntax has. Choose another id.")
    if source is None:
        raise UsageError(f"{place}: {benchmark_id!r} has no source. Give the path of its rows.")
    return entry.build(benchmark_id, values, source, place=place, cluster_by=cluster_by)


def known() -> tuple[str, ...]:
    """All names, sorted."""
    return tuple(sorted({*BUILTIN, *FROM_FILE}))
