"""A safety benchmark under attack: the same items, each request wrapped in a published template.

The attacked benchmark has a name of its own, ``strongreject+role_play``, so that its answers are compared only with
each other. Its items keep their ids, so that they can be joined with the plain ones. ``data/attacks.yaml`` names the
sources. These are the simplest attacks: a model that resists them may still give in to an attack that searches for a
weak spot.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from tasks.benchmarks.yaml_data import read_data
from tasks.domain import Attack, Benchmark, Dimension
from tasks.errors import UnknownName, UsageError


@cache
def attacks() -> dict[str, Attack]:
    """Every attack by name."""
    return {name: Attack(name=name, **described) for name, described in read_data("attacks").items()}


def attacked(benchmark: Benchmark, name: str) -> Benchmark:
    """The benchmark with each of its requests wrapped in the attack of that name.

    Raises:
        UnknownName: there is no such attack.
        UsageError: the benchmark does not measure safety, so an answer to its requests is no fault.
    """
    if name not in attacks():
        raise UnknownName.of("kind of attack", name, attacks())
    if benchmark.dimension is not Dimension.SAFETY:
        raise UsageError(
            f"benchmark {benchmark.benchmark_id!r}: attack: is for safety benchmarks, "
            f"and this one measures {benchmark.dimension.value}. Remove it."
        )
    attack = attacks()[name]
    return replace(
        benchmark,
        benchmark_id=f"{benchmark.benchmark_id}+{name}",
        title=f"{benchmark.title}; attack: {attack.title}",
        attack=attack,
        version="",
    )
