"""The acceptable tax of each comparison and pair, as the settings state it: the margin that its upper limit is put to.

Knows settings; must not know any tax.

Tested in tests/tasks/steps/aggregate/test_margins.py.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tasks.steps.aggregate.estimate_rows import WHOLE


def margin_rows(
    groups: pl.DataFrame, scopes: pl.DataFrame, margin: float, margins: Mapping[str, float]
) -> pl.DataFrame:
    """One row per comparison of ``groups`` and pair of ``scopes``.

    Args:
        groups: comparisons with their benchmark.
        scopes: pairs.
        margin: as a proportion, of pairs and of benchmarks without a margin of their own.
        margins: by benchmark.
    """
    own = pl.col("benchmark_id").replace_strict(dict(margins), default=margin, return_dtype=pl.Float64)
    keys = pl.lit(WHOLE).alias("subset"), pl.lit("margin").alias("statistic")
    return pl.concat(
        [
            groups.select("as_of_date", pl.col("comparison_id").alias("subject_id"), *keys, own.alias("estimate")),
            scopes.select("as_of_date", pl.col("pair_id").alias("subject_id"), *keys, pl.lit(margin).alias("estimate")),
        ]
    )
