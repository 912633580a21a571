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


def adjusted_overall(estimates: pl.DataFrame, scopes: pl.DataFrame) -> pl.DataFrame:
    """Holm over the taxes of the same weighting and kind of scope (domains, dimensions) of a family's pairs."""
    taxes = estimates.filter(
        pl.col("statistic").is_in(["tax_macro", "tax_weighted"]), pl.col("p_value").is_not_null()
    ).join(scopes, left_on=["as_of_date", "subject_id"], right_on=["as_of_date", "pair_id"])
    parts = [
        family.select("as_of_date", "subject_id", "subset").with_columns(
            statistic=family["statistic"] + "_holm",
            estimate=pl.Series(holm(family["p_value"].to_numpy()), dtype=pl.Float64),
        )
        for _, family in taxes.group_by(
            ["as_of_date", "adjustment_group", "statistic", pl.col("subset").str.split(":").list.first()],
            maintain_order=True,
        )
    ]
    return pl.concat([estimates.clear(), *parts], how="diagonal")
