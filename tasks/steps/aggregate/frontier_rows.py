"""Where a family's models stand between capability and safety, and what a given safety costs.

Knows ``tasks.stats`` and families; must not know SQL. An axis is the mean over the family's benchmarks of a dimension;
a model that lacks one of them has no place.

Tested in tests/flows/test_families.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tasks.stats.frontier import (
    Axis,
    benchmark_axes,
    frontier_probability,
    mean_axis,
    on_frontier,
    tax_at_fixed_safety,
)
from tasks.stats.mean import mean_score
from tasks.steps.aggregate.families import AskedItems, Family, Member
from warehouse.connection import Row

ALL = "all"


@dataclass(frozen=True, slots=True)
class FrontierRows:
    """The places of a family's models, and its taxes at some levels of safety: over all benchmarks, and on each."""

    places: list[Row] = field(default_factory=list)
    taxes: list[Row] = field(default_factory=list)
    benchmark_taxes: list[Row] = field(default_factory=list)


def frontier_rows(family: Family, levels: Sequence[float]) -> FrontierRows:
    """The rows of a family; none without both axes."""
    with_both = {member.model_id for member in family.complete(["safety"])}
    members = [member for member in family.complete(["capability"]) if member.model_id in with_both]
    members.sort(key=lambda member: member.base_model_id is not None)
    capability, safety = (family.asked_of(members, [axis]) for axis in ("capability", "safety"))
    if not members or not capability or not safety:
        return FrontierRows()
    parts, safe_parts = _axes(family, capability), _axes(family, safety)
    able, safe = (None if found is None else mean_axis(found) for found in (parts, safe_parts))
    places = list(_places(family, members, capability, safety, able, safe))
    if parts is None or able is None or safe is None or members[0].base_model_id is not None or len(members) < 2:
        return FrontierRows(places)
    taxes, benchmark_taxes = [], []
    for name, chosen in _variants(members):
        for level in levels:
            keys = {**family.keys, "variants": name, "safety_level": level}
            taxes.append({**keys, **_fixed(members, chosen, able, safe, level)})
            benchmark_taxes += [
                {**keys, "benchmark_id": part.benchmark_id, **_fixed(members, chosen, axis, safe, level)}
                for part, axis in zip(capability, parts, strict=True)
            ]
    return FrontierRows(places, taxes, benchmark_taxes)


def _axes(family: Family, asked: Sequence[AskedItems]) -> list[Axis] | None:
    rng = family.rng(*(part.benchmark_id for part in asked))
    return benchmark_axes([(part.values, part.clusters) for part in asked], rng=rng)


def _places(
    family: Family,
    members: Sequence[Member],
    capability: Sequence[AskedItems],
    safety: Sequence[AskedItems],
    able: Axis | None,
    safe: Axis | None,
) -> Iterator[Row]:
    probability = None if able is None or safe is None else frontier_probability(able, safe)
    means = [[_mean(asked, index) for index in range(len(members))] for asked in (capability, safety)]
    is_best = None if able is None or safe is None else on_frontier(able.estimate, safe.estimate)
    for index, member in enumerate(members):
        refusing = family.asked_of([member], ["over_refusal"])
        kept = _mean(refusing, 0) if refusing else (None, None, None)
        turned = [None if value is None else 1 - value for value in (kept[0], kept[2], kept[1])]
        yield {
            **family.keys,
            "model_id": member.model_id,
            **_limits("capability", means[0][index]),
            **_limits("safety", means[1][index]),
            **_limits("over_refusal", turned),
            "is_on_frontier": None if is_best is None else bool(is_best[index]),
            "probability_on_frontier": None if probability is None else float(probability[index]),
            "count_models": len(members),
            "count_capability_items": sum(len(part.values) for part in capability),
            "count_safety_items": sum(len(part.values) for part in safety),
            "reason": None if is_best is not None else "one_cluster",
        }


def _mean(asked: Sequence[AskedItems], index: int) -> tuple[float | None, float | None, float | None]:
    """Mean over benchmarks, its limits by squaring and adding (Zou and Donner 2008); None if a benchmark lacks them."""
    scores = [mean_score(part.values[:, index], part.clusters) for part in asked]
    means = [score.estimate for score in scores if score.estimate is not None]
    centre = math.fsum(means) / len(means)
    below = [score.estimate - score.low for score in scores if score.estimate is not None and score.low is not None]
    above = [score.high - score.estimate for score in scores if score.estimate is not None and score.high is not None]
    if len(below) < len(scores) or len(above) < len(scores):
        return centre, None, None
    return centre, centre - math.hypot(*below) / len(scores), centre + math.hypot(*above) / len(scores)


def _limits(name: str, values: Sequence[float | None]) -> Row:
    return dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))


def _variants(members: Sequence[Member]) -> Iterator[tuple[str, list[int]]]:
    """All variants of the base model (the first), then each knob's, as places in ``members``."""
    yield ALL, list(range(1, len(members)))
    knobs: dict[str, list[int]] = {}
    for index, member in enumerate(members[1:], start=1):
        if member.knob_name is not None and member.knob_value is not None:
            knobs.setdefault(f"{member.method}/{member.knob_name}", []).append(index)
    for name, chosen in sorted(knobs.items()):
        if len({members[index].knob_value for index in chosen}) == len(chosen) > 1:
            yield name, chosen


def _fixed(members: Sequence[Member], chosen: Sequence[int], able: Axis, safe: Axis, level: float) -> Row:
    places = [0, *chosen]
    capability, safety = able.of_models(places), safe.of_models(places)
    knobs = {(members[index].method, members[index].knob_name) for index in chosen}
    strengths = [value for index in chosen if (value := members[index].knob_value) is not None]
    is_ordered = len(knobs) == 1 and len(set(strengths)) == len(chosen)
    found = tax_at_fixed_safety(capability, safety, level, strengths if is_ordered else None)
    nearest = None if found.nearest is None else places[found.nearest]
    selected = f"selected_from_{len(chosen)}" if len(chosen) > 1 else ""
    flags = [name for flag in found.flags if (name := selected if flag == "selected" else flag)]
    return {
        "base_model_id": members[0].model_id,
        "base_capability": float(able.estimate[0]),
        "tax": found.estimate,
        "tax_low": found.low,
        "tax_high": found.high,
        "probability_reachable": found.share_reached,
        "method": found.method,
        "nearest_model_id": None if nearest is None else members[nearest].model_id,
        "nearest_tax": None if nearest is None else float(able.estimate[0] - able.estimate[nearest]),
        "count_variants": len(chosen),
        "flags": ", ".join(flags) or None,
        "reason": found.reason,
    }
