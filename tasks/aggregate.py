"""Compute what SQL cannot: intervals, ratios, adjusted p-values, detectable taxes and bounds. Writes stats.estimates.

Knows statistics and the paired-item mart; must not know Prefect, providers or scorers. Every number is None with a
reason where it is undefined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from tasks.stats import (
    Estimate,
    RatioEstimate,
    benjamini_hochberg,
    holm,
    mean_score,
    minimum_detectable,
    missing_bounds,
    paired_difference,
    relative_tax,
)
from warehouse.connection import Warehouse

WHOLE = "all"

SCHEMA: dict[str, Any] = {
    "as_of_date": pl.Date,
    "subject_id": pl.String,
    "subset": pl.String,
    "statistic": pl.String,
    "estimate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "standard_error": pl.Float64,
    "degrees_of_freedom": pl.Float64,
    "p_value": pl.Float64,
    "method": pl.String,
    "design_effect": pl.Float64,
    "count_items": pl.Int64,
    "count_clusters": pl.Int64,
    "count_discordant": pl.Int64,
    "flags": pl.String,
    "reason": pl.String,
}
Row = dict[str, Any]


def aggregate(warehouse: Warehouse, dates: Sequence[str]) -> int:
    """Recompute the estimates of some report dates; returns the number of rows written."""
    rows = [*_comparison_rows(warehouse, dates), *_cell_rows(warehouse, dates)]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    groups = warehouse.query("comparison_groups", dates=list(dates))
    frame = pl.concat([frame, _adjusted(frame, groups)])
    warehouse.replace("stats.estimates", list(dates), frame)
    return frame.height


def _comparison_rows(warehouse: Warehouse, dates: Sequence[str]) -> Iterator[Row]:
    items = warehouse.query("paired_items", dates=list(dates))
    for (as_of_date, comparison_id), group in items.group_by(["as_of_date", "comparison_id"], maintain_order=True):
        # Other rules are there to show whether a sign hangs on the rule: the whole benchmark is enough for that.
        parts = _subsets(group) if group["is_configured_rule"][0] else [(WHOLE, group)]
        for subset, part in parts:
            for row in tax_rows(part, is_whole=subset == WHOLE):
                yield {"as_of_date": as_of_date, "subject_id": comparison_id, "subset": subset, **row}


def _cell_rows(warehouse: Warehouse, dates: Sequence[str]) -> Iterator[Row]:
    items = warehouse.query("cell_items", dates=list(dates))
    for (as_of_date, cell_key), group in items.group_by(["as_of_date", "cell_key"], maintain_order=True):
        for subset, part in _subsets(group):
            answered = part.filter(pl.col("value").is_not_null())
            clusters = _clusters(answered, is_whole=subset == WHOLE)
            score = mean_score(answered["value"].to_numpy(), clusters)
            keys = {"as_of_date": as_of_date, "subject_id": cell_key, "subset": subset}
            yield {**keys, "statistic": "model_score", **_estimate(score)}


def _subsets(group: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The whole, then each subset where there is more than one."""
    yield WHOLE, group
    if group["subset"].n_unique() > 1:
        for (name,), part in group.group_by(["subset"], maintain_order=True):
            yield str(name), part


def _clusters(items: pl.DataFrame, *, is_whole: bool) -> np.ndarray[Any, Any] | None:
    """Cluster codes; within a subset the next finer grouping, or none where the subset is itself one cluster."""
    if not is_whole and items["cluster_id"].n_unique() < 2:
        return None
    return items["cluster_id"].rank("dense").to_numpy()


def tax_rows(items: pl.DataFrame, *, is_whole: bool) -> Iterator[Row]:
    """Every statistic of one comparison on one subset, as rows of stats.estimates without their keys."""
    reference, candidate = items["reference_value"].to_numpy(), items["candidate_value"].to_numpy()
    bounds = missing_bounds(reference, candidate)
    yield {"statistic": "bounds", "low": bounds.low, "high": bounds.high}

    paired = items.drop_nulls(["reference_value", "candidate_value"])
    reference, candidate = paired["reference_value"].to_numpy(), paired["candidate_value"].to_numpy()
    clusters = _clusters(paired, is_whole=is_whole)
    tax = paired_difference(reference - candidate, clusters)
    yield {"statistic": "tax_absolute", **_estimate(tax)}
    for kind in ("naive", "cr0", "cr1"):
        standard_error = getattr(tax, f"standard_error_{kind}")
        yield {"statistic": f"tax_absolute_{kind}", "estimate": tax.estimate, "standard_error": standard_error or None}

    yield {"statistic": "tax_relative", **_ratio(relative_tax(reference, candidate, clusters))}
    chance = paired["chance_score"]
    if chance.null_count() == 0:
        adjusted = relative_tax(reference, candidate, clusters, chance=chance.to_numpy())
        yield {"statistic": "tax_chance_adjusted", **_ratio(adjusted)}
    else:
        yield {"statistic": "tax_chance_adjusted", "reason": "no_chance_score"}
    if tax.standard_error and tax.df:
        detectable = minimum_detectable(tax.standard_error, tax.df)
        yield {"statistic": "minimum_detectable_tax", "estimate": detectable}


def _estimate(result: Estimate) -> Row:
    return {
        "estimate": result.estimate,
        "low": result.low,
        "high": result.high,
        "standard_error": result.standard_error or None,
        "degrees_of_freedom": result.df,
        "p_value": result.p_value,
        "method": result.method,
        "design_effect": result.deff,
        "count_items": result.count_items,
        "count_clusters": result.count_clusters,
        "count_discordant": result.count_discordant,
        "flags": ", ".join(result.flags) or None,
        "reason": result.reason,
    }


def _ratio(result: RatioEstimate) -> Row:
    limits = {"low": result.low, "high": result.high, "method": result.kind}
    return {"estimate": result.estimate, **limits, "reason": result.reason}


def _adjusted(estimates: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Holm and Benjamini-Hochberg over the taxes of one date, family and kind; whole benchmarks and subsets apart."""
    taxes = estimates.filter(pl.col("statistic") == "tax_absolute", pl.col("p_value").is_not_null()).join(
        groups, left_on=["as_of_date", "subject_id"], right_on=["as_of_date", "comparison_id"]
    )
    parts = []
    keys = ["as_of_date", "adjustment_group", pl.col("subset") == WHOLE]
    for _, family in taxes.group_by(keys, maintain_order=True):
        p_values = family["p_value"].to_numpy()
        for statistic, adjust in (("p_value_holm", holm), ("p_value_bh", benjamini_hochberg)):
            parts.append(
                family.select("as_of_date", "subject_id", "subset").with_columns(
                    statistic=pl.lit(statistic), estimate=pl.Series(adjust(p_values), dtype=pl.Float64)
                )
            )
    return pl.concat([estimates.clear(), *parts], how="diagonal")
