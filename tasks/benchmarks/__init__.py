"""Benchmarks by name. The built-in ones are built on first use and kept; the others are read from a file each time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from tasks.benchmarks import (
    alpaca_eval,
    arithmetic,
    bias,
    borderline,
    code_output,
    harmful,
    instructions,
    knowledge,
    logic,
    mmlu_pro,
    reading,
)
from tasks.benchmarks.sampling import sample
from tasks.domain import Benchmark
from tasks.errors import UnknownName, UsageError

__all__ = ["BUILTIN", "FROM_FILE", "known", "load", "sample"]

BUILTIN: dict[str, Callable[[], Benchmark]] = {
    "arithmetic": cache(arithmetic.build),
    "knowledge": cache(knowledge.build),
    "code_output": cache(code_output.build),
    "reading": cache(reading.build),
    "logic": cache(logic.build),
    "instructions": cache(instructions.build),
    "borderline": cache(borderline.build),
    "harmful": cache(harmful.build),
    "bias": cache(bias.build),
}

FROM_FILE: dict[str, Callable[[str], Benchmark]] = {
    "mmlu_pro": mmlu_pro.load,
    "alpaca_eval": alpaca_eval.load,
}


def load(benchmark_id: str, source: str | None = None) -> Benchmark:
    """The benchmark of that name; ``source`` is the file of one that is not shipped.

    Raises:
        UnknownName: no benchmark has this name.
        UsageError: a source is missing, or given where none is read.
        InputError: the source does not hold what it should.
    """
    if benchmark_id in BUILTIN:
        if source is not None:
            raise UsageError(f"{benchmark_id!r} is built in and reads no file, found source {source!r}. Remove it.")
        return BUILTIN[benchmark_id]()
    if benchmark_id not in FROM_FILE:
        raise UnknownName.of("benchmark", benchmark_id, known())
    if source is None:
        raise UsageError(f"{benchmark_id!r} is not shipped. Give the path of its official file as source.")
    return FROM_FILE[benchmark_id](source)


def known() -> tuple[str, ...]:
    """All names, sorted."""
    return tuple(sorted({*BUILTIN, *FROM_FILE}))
