"""p-values adjusted within a date, family and kind. Knows which rows belong together, not where they come from."""

from __future__ import annotations

import polars as pl

from tasks.aggregate.records import WHOLE
from tasks.stats import benjamini_hochberg, holm


def adjusted(estimates: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Holm and Benjamini-Hochberg over the taxes of each group; whole benchmarks and subsets apart."""
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
