"""Benchmarks by name. Built-in ones are made on first use and kept; the others are read from a file each time.

A benchmark with logic is a module here and a line below; one without logic is an entry of YAML, like a user's own.
Tested in tests/tasks/benchmarks/test_registry.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
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
from tasks.benchmarks.official import Official
from tasks.domain import Benchmark
from tasks.errors import UnknownName, UsageError

__all__ = ["BUILTIN", "FROM_FILE", "attacked", "define", "known", "load"]

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

FROM_FILE: dict[str, Official] = {
    "alpaca_eval": alpaca_eval.OFFICIAL,
    "bbh": bbh.OFFICIAL,
    "bbq": bbq.OFFICIAL,
    "drop": drop.OFFICIAL,
    "gsm8k": gsm8k.OFFICIAL,
    "humaneval": humaneval.OFFICIAL,
    "ifeval": ifeval.OFFICIAL,
    "mmlu": mmlu.OFFICIAL,
    "mmlu_pro": mmlu_pro.OFFICIAL,
    "truthfulqa": truthfulqa.OFFICIAL,
    "truthfulqa_generation": truthfulqa.OFFICIAL_GENERATION,
    **requests.OFFICIAL,
}


def load(benchmark_id: str, source: str | None = None, cluster_by: str | None = None) -> Benchmark:
    """The benchmark of that name; ``source`` is where to read one that is not shipped.

    ``cluster_by`` is a column of the source. Its value groups items with correlated answers, in place of the
    benchmark's own groups.

    Raises:
        UnknownName: no benchmark has this name.
        UsageError: a source is missing, or is given where none is read; or the items can be grouped in one way only.
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
    return FROM_FILE[benchmark_id].load(source, cluster_by)


def define(
    benchmark_id: str, values: Mapping[str, Any], source: str | None, *, place: str, cluster_by: str | None = None
) -> Benchmark:
    """A user's own benchmark: an entry as plain values over a file; ``place`` says where the entry stands.

    Raises:
        UsageError: the name is taken, or no source is given.
        InputError: the entry or the file does not hold what it should.
    """
    if benchmark_id in known():
        raise UsageError(f"{place}: {benchmark_id!r} is the name of a benchmark that aligntax has. Choose another id.")
    if source is None:
        raise UsageError(f"{place}: {benchmark_id!r} has no source. Give the path of its rows.")
    described = entry.read_entry(values, place)
    made = entry.official(benchmark_id, lambda: described).load(source, cluster_by)
    return replace(made, stops_chat=True, version="") if values.get("stop") else made


def known() -> tuple[str, ...]:
    """All names, sorted."""
    return tuple(sorted({*BUILTIN, *FROM_FILE}))
