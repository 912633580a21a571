"""What alignment costs to run: ratios of tokens, time and money between the two models of a comparison.

Usage that was not reported is unknown, never 0. Knows the usage of paired requests; must not know prices or providers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from tasks.identity import seed_of
from tasks.stats.cost import cost_per_right_ratio, quantile_ratio, sum_ratio
from tasks.stats.ratio import RatioEstimate
from tasks.steps.aggregate.estimate_rows import WHOLE, clusters_of, ratio_columns
from warehouse.connection import Row, Warehouse

SUMS = ("tokens_input", "tokens_output", "latency_ms", "cost_usd")
QUANTILES = {"latency_median_ms": 0.5, "latency_p95_ms": 0.95}


def cost_rows(warehouse: Warehouse, dates: Sequence[str]) -> Iterator[Row]:
    """Every measure of every comparison under the configured rule and the primary styles."""
    keys = ["as_of_date", "comparison_id"]
    for (as_of_date, comparison_id), group in warehouse.query_groups("paired_usage", keys, dates=list(dates)):
        for row in usage_rows(group, seed=str(comparison_id)):
            yield {"as_of_date": as_of_date, "subject_id": comparison_id, "subset": WHOLE, **row}


def usage_rows(usage: pl.DataFrame, *, seed: str) -> Iterator[Row]:
    """The ratios of one comparison as rows of stats.estimates without their keys, and the two sides of each.

    A side is the amount per request over the requests whose usage is known of both models. So the sides and their ratio
    rest on the same requests.
    """
    clusters = clusters_of(usage, is_whole=True)
    columns = {name: usage[name].cast(pl.Float64).to_numpy() for name in usage.columns if name[-3:] != "_id"}

    for measure in SUMS:
        before, after = columns[f"reference_{measure}"], columns[f"candidate_{measure}"]
        ratio = sum_ratio(before, after, clusters)
        if measure.endswith("usd"):
            ratio = _priced(ratio, columns)
        yield from _measure_rows(measure, ratio, _means(before, after))
    before, after = columns["reference_latency_ms"], columns["candidate_latency_ms"]
    for measure, quantile in QUANTILES.items():
        rng = np.random.default_rng(seed_of(seed, measure))
        ratio = quantile_ratio(before, after, clusters, quantile=quantile, rng=rng)
        yield from _measure_rows(measure, ratio, _quantiles(before, after, quantile))
    reference, candidate = (
        (columns[f"{side}_cost_usd"], columns[f"{side}_value"]) for side in ("reference", "candidate")
    )
    ratio = _priced(cost_per_right_ratio(reference, candidate, clusters), columns)
    yield from _measure_rows("cost_per_right_answer_usd", ratio, _per_right(reference, candidate))


def _priced(ratio: RatioEstimate, columns: Mapping[str, np.ndarray[Any, Any]]) -> RatioEstimate:
    """A ratio of money, with the reason why it is unknown: money follows from tokens and prices."""
    used = [columns[f"{side}_tokens_{kind}"] for side in ("reference", "candidate") for kind in ("input", "output")]
    has_usage = bool((~np.isnan(np.stack(used)).any(axis=0)).any())
    return replace(ratio, reason="price_unknown") if ratio.reason == "usage_unknown" and has_usage else ratio


Sides = tuple[float | None, float | None, int]


def _measure_rows(measure: str, ratio: RatioEstimate, sides: Sides) -> Iterator[Row]:
    reference, candidate, count = sides
    yield {"statistic": f"cost:{measure}", **ratio_columns(ratio), "count_items": count}
    for side, amount in (("reference", reference), ("candidate", candidate)):
        yield {"statistic": f"cost:{measure}:{side}", "estimate": amount, "count_items": count}


def _means(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any]) -> Sides:
    is_known = ~(np.isnan(before) | np.isnan(after))
    count = int(is_known.sum())
    if count == 0:
        return None, None, 0
    return float(np.sort(before[is_known]).mean()), float(np.sort(after[is_known]).mean()), count


def _quantiles(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any], quantile: float) -> Sides:
    is_known = ~(np.isnan(before) | np.isnan(after))
    if not is_known.any():
        return None, None, 0
    first, second = (float(np.quantile(part[is_known], quantile)) for part in (before, after))
    return first, second, int(is_known.sum())


def _per_right(
    reference: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]],
    candidate: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]],
) -> Sides:
    is_known = ~np.isnan(np.stack([*reference, *candidate])).any(axis=0)
    amounts = []
    for cost, value in (reference, candidate):
        right = float(np.sort(value[is_known]).sum())
        amounts.append(float(np.sort(cost[is_known]).sum()) / right if right > 0 else None)
    return amounts[0], amounts[1], int(is_known.sum())
