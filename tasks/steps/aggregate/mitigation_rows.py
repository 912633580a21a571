"""How much of a tax mitigations gave back, and which of them are significantly better than others.

A comparison of kind ``method`` names the plainly aligned model (reference) and the mitigated one (candidate); their
base is the reference's. Knows ``tasks.stats``; must not know how a comparison was chosen.

Tested in tests/flows/test_families.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from tasks.stats.estimates import Estimate
from tasks.stats.levels import ALPHA
from tasks.stats.mitigation import Recovery, rank_methods, recovery
from warehouse.connection import Row, Warehouse

_KEYS = ["as_of_date", "reference_model_id", "benchmark_id", "origin"]


def mitigation_rows(warehouse: Warehouse, dates: Sequence[str]) -> list[Row]:
    """Every mitigation of some dates, ranked among those of the same aligned model and benchmark."""
    items = warehouse.query("method_items", dates=list(dates))
    return [row for _, group in items.group_by(_KEYS, maintain_order=True) for row in _ranked(group)]


def _ranked(group: pl.DataFrame) -> Iterator[Row]:
    methods = {str(name): part for (name,), part in group.group_by(["candidate_model_id"], maintain_order=True)}
    wide = group.pivot(on="candidate_model_id", index=["item_id", "cluster_id"], values="candidate_value")
    shared = wide.drop_nulls(list(methods))
    ranks: dict[str, int] = {}
    better: dict[str, list[str]] = {}
    if shared.height and len(methods) > 1:
        scores = {name: shared[name].to_numpy() for name in methods}
        order = sorted(scores, key=lambda name: (-float(scores[name].mean()), name))
        ranks = {name: place for place, name in enumerate(order, start=1)}
        for pair in rank_methods(scores, shared["cluster_id"].to_numpy()):
            if pair.p_value_holm is not None and pair.p_value_holm < ALPHA:
                better.setdefault(pair.first, []).append(pair.second)
    for name, part in methods.items():
        beaten = ", ".join(sorted(better.get(name, []))) or None
        yield {**_recovered(part), "method_rank": ranks.get(name), "better_than": beaten}


def _recovered(part: pl.DataFrame) -> Row:
    """One mitigation on the items that all three models answered."""
    first = part.row(0, named=True)
    row: Row = {key: first[key] for key in ("as_of_date", "comparison_id", "base_model_id")}
    both = part.drop_nulls(["reference_value", "candidate_value"])
    whole = both.drop_nulls(["base_value"])
    row["count_items"] = whole.height
    if whole.is_empty():
        reason = "no_base_model" if first["base_model_id"] is None else "base_not_evaluated"
        return {**row, "is_recovery_solid": False, "recovery_reason": reason, "reason": reason}
    base, aligned, mitigated = (whole[name].to_numpy() for name in ("base_value", "reference_value", "candidate_value"))
    found = recovery(base, aligned, mitigated, whole["cluster_id"].to_numpy())
    return {
        **row,
        "base_score": float(base.mean()),
        "aligned_score": float(aligned.mean()),
        "mitigated_score": float(mitigated.mean()),
        **_limits("tax", found.tax),
        **_limits("gained", found.gained),
        "gained_p_value": found.gained.p_value,
        **_limits("remaining", found.remaining),
        **_share(found),
        "reason": found.tax.reason,
    }


def _share(found: Recovery) -> Row:
    """The share of the tax that came back, as a ratio."""
    share = found.share
    return {
        "recovery": share.estimate,
        "recovery_low": share.low,
        "recovery_high": share.high,
        "recovery_kind": share.kind,
        "recovery_reason": share.reason,
        "is_recovery_solid": found.is_solid and share.estimate is not None,
    }


def _limits(name: str, found: Estimate) -> Row:
    return {name: found.estimate, f"{name}_low": found.low, f"{name}_high": found.high}
