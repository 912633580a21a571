"""What a unit of safety cost: the pair's capability tax divided by the gain on each safety benchmark.

Knows the estimates made before it (the macro tax over all capability, the change of each safety benchmark) and which
comparison belongs to which pair.

Tested in tests/tasks/steps/aggregate/test_overall_rows.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from tasks.stats.estimates import Estimate, is_solid
from tasks.stats.exchange import exchange_rate
from tasks.steps.aggregate.estimate_rows import WHOLE, ratio_columns
from tasks.steps.aggregate.overall_rows import ALL_CAPABILITY
from warehouse.connection import Row, Warehouse


def exchange_rows(warehouse: Warehouse, dates: Sequence[str], estimates: pl.DataFrame) -> Iterator[Row]:
    """One rate per comparison on a benchmark of safety, bias or truthfulness."""
    taxes = _by_subject(estimates, "tax_macro", ALL_CAPABILITY)
    changes = _by_subject(estimates, "tax_absolute", WHOLE)
    for as_of_date, pair_id, comparison_id, direction in warehouse.query(
        "safety_comparisons", dates=list(dates)
    ).iter_rows():
        tax = taxes.get((as_of_date, pair_id), Estimate(reason="no_capability_tax"))
        loss = changes.get((as_of_date, comparison_id), Estimate(reason="no_safety_change"))
        # The loss is reference minus candidate, so where a higher score is safer the gain is its negative.
        gain = replace(loss, estimate=None if loss.estimate is None else -direction * loss.estimate)
        keys = {"as_of_date": as_of_date, "subject_id": comparison_id, "subset": WHOLE, "statistic": "exchange_rate"}
        flags = None if is_solid(gain) else "small_gain"
        yield {**keys, **ratio_columns(exchange_rate(tax, gain)), "flags": flags}


def _by_subject(estimates: pl.DataFrame, statistic: str, subset: str) -> dict[tuple[Any, str], Estimate]:
    wanted = estimates.filter(pl.col("statistic") == statistic, pl.col("subset") == subset)
    return {(row["as_of_date"], row["subject_id"]): _estimate(row) for row in wanted.iter_rows(named=True)}


def _estimate(row: dict[str, Any]) -> Estimate:
    """The part of an estimate that a ratio needs."""
    return replace(
        Estimate(reason=row["reason"]),
        estimate=row["estimate"],
        standard_error=row["standard_error"],
        df=row["degrees_of_freedom"],
    )
