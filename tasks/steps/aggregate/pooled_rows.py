"""The taxes of a family pulled towards their mean, and what the family says of one more benchmark.

Knows the estimates made before it (the tax of each comparison) and the items of the taxes that are pooled: those of a
date, kind, family and origin over all capability. What is said of the whole group stands at each of its comparisons.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from tasks.stats.clustered import FloatArray, IntArray
from tasks.stats.partial_pooling import (
    FEWEST_TAXES,
    Limits,
    PooledTaxes,
    partial_pooling,
    shared_correlation,
    steady_errors,
)
from tasks.steps.aggregate.estimate_rows import WHOLE
from warehouse.connection import Row, Warehouse


def pooled_rows(warehouse: Warehouse, dates: Sequence[str], estimates: pl.DataFrame) -> Iterator[Row]:
    """Four rows per comparison whose tax has a standard error; one with a reason where the group has too few."""
    known = _known_taxes(estimates)
    benchmarks = warehouse.query_groups("pooled_items", ("as_of_date", "pool", "benchmark_id"), dates=list(dates))
    for (as_of_date, _), parts in itertools.groupby(benchmarks, key=lambda found: found[0][:2]):
        taxes: list[pl.DataFrame] = []
        correlations: list[float] = []
        for _, planned in parts:
            items = planned.join(known, on=["as_of_date", "comparison_id"], maintain_order="left")
            if items.height:
                taxes.append(items.unique("comparison_id", keep="first", maintain_order=True))
                correlations.append(_correlation(items))
        if taxes:
            for comparison_id, row in _rows_of(pl.concat(taxes), np.array(correlations)):
                yield {"as_of_date": as_of_date, "subject_id": comparison_id, "subset": WHOLE, **row}


def _known_taxes(estimates: pl.DataFrame) -> pl.DataFrame:
    """Comparisons with their taxes and three standard errors: behind the interval, of the clusters, of the items."""
    whole = estimates.filter(pl.col("subset") == WHOLE)
    keys = ("as_of_date", "subject_id")
    taxes = whole.filter(pl.col("statistic") == "tax_absolute", pl.col("standard_error").is_not_null())
    for kind in ("cr1", "naive"):
        of_kind = whole.filter(pl.col("statistic") == f"tax_absolute_{kind}")
        errors = of_kind.select(*keys, pl.col("standard_error").fill_null(0.0).alias(f"standard_error_{kind}"))
        taxes = taxes.join(errors, on=keys, how="left")
    return taxes.select(
        *("as_of_date", "estimate", "degrees_of_freedom"),
        *("standard_error", "standard_error_cr1", "standard_error_naive"),
        comparison_id="subject_id",
        is_score=pl.col("method").str.ends_with("_deff"),
    )


def _rows_of(taxes: pl.DataFrame, correlations: FloatArray) -> Iterator[tuple[str, Row]]:
    """The rows of one group without their other keys, from a row per comparison and a correlation per benchmark."""
    if taxes.height < FEWEST_TAXES:
        reason = {"statistic": "tax_pooled", "reason": f"fewer_than_{FEWEST_TAXES}_taxes"}
        yield from ((comparison_id, reason) for comparison_id in taxes["comparison_id"])
        return
    pooled = partial_pooling(
        (taxes["estimate"] * taxes["direction"]).to_numpy(),
        *_errors(taxes),
        _runs(taxes["benchmark_id"]),
        correlations,
    )
    of_all = _group_rows(pooled, has_benchmarks=taxes["benchmark_id"].n_unique() > 1)
    for place, comparison_id in enumerate(taxes["comparison_id"]):
        limits = {"low": float(pooled.low[place]), "high": float(pooled.high[place])}
        yield comparison_id, {"statistic": "tax_pooled", "estimate": float(pooled.tax[place]), **limits}
        yield from ((comparison_id, row) for row in of_all)


def _errors(taxes: pl.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Standard errors as used and as sampled. Those of score intervals stand for themselves."""
    used, sampled = (taxes[name].to_numpy().copy() for name in ("standard_error", "standard_error_cr1"))
    dense = ~taxes["is_score"].to_numpy()
    naive, df = (taxes[name].to_numpy() for name in ("standard_error_naive", "degrees_of_freedom"))
    benchmark = _runs(taxes["benchmark_id"])
    used[dense], sampled[dense] = steady_errors(used[dense], naive[dense], df[dense], benchmark[dense])
    return used, sampled


def _group_rows(pooled: PooledTaxes, *, has_benchmarks: bool) -> list[Row]:
    """What is said of the whole group. One benchmark says nothing of another."""
    found: dict[str, Limits] = {"pooled_mean": pooled.mean, "pooled_tau": pooled.tau}
    if has_benchmarks:
        found["pooled_new_benchmark"] = pooled.new_benchmark
    return [
        {"statistic": name, "estimate": limits.estimate, "low": limits.low, "high": limits.high}
        for name, limits in found.items()
    ]


def _correlation(items: pl.DataFrame) -> float:
    """The correlation that the taxes of one benchmark share."""
    names = items["item_id"].rank("dense").cast(pl.Int64).to_numpy() - 1
    return shared_correlation(items["difference"].to_numpy(), names, _runs(items["comparison_id"]))


def _runs(names: pl.Series) -> IntArray:
    """Codes from 0 of names that stand together."""
    return names.rle_id().cast(pl.Int64).to_numpy()
