"""p-values that are adjusted within a date, a family of models and a kind.

Knows which rows belong together; must not know how they were computed.

Tested in tests/tasks/steps/aggregate/test_metric_rows.py.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tasks.stats.multiplicity import benjamini_hochberg, holm
from tasks.steps.aggregate.estimate_rows import WHOLE

_STATISTIC, _SUBSET = pl.col("statistic"), pl.col("subset")
_METHODS = {"holm": holm, "bh": benjamini_hochberg}


def adjusted_rows(estimates: pl.DataFrame, groups: pl.DataFrame, scopes: pl.DataFrame) -> pl.DataFrame:
    """Holm's and Benjamini-Hochberg's p-values of every tax that has one.

    Each of three kinds is a family of its own: taxes of benchmarks, and metrics that are no mean, whole benchmarks and
    subsets apart (``groups`` says which comparisons belong together); taxes over several benchmarks, by weighting and
    kind of scope (``scopes`` says it of pairs).
    """
    by_comparison, by_pair = groups.rename({"comparison_id": "subject_id"}), scopes.rename({"pair_id": "subject_id"})
    return pl.concat(
        [
            _adjusted(estimates, r"^tax_absolute$", "p_value_{}", by_comparison, [_SUBSET == WHOLE]),
            _adjusted(estimates, r"^metric_tax:", "metric_{}:", by_comparison, [_SUBSET == WHOLE]),
            _adjusted(
                estimates,
                r"^(tax_macro|tax_weighted)$",
                "${{1}}_{}",
                by_pair,
                [_STATISTIC, _SUBSET.str.split(":").list.first()],
            ),
        ]
    )


def _adjusted(
    estimates: pl.DataFrame, pattern: str, name: str, groups: pl.DataFrame, apart: Sequence[pl.Expr]
) -> pl.DataFrame:
    """One row per method and p-value of the statistics that match ``pattern``, which ``name`` replaces."""
    taxes = estimates.filter(_STATISTIC.str.contains(pattern), pl.col("p_value").is_not_null()).join(
        groups, on=["as_of_date", "subject_id"]
    )
    parts = [
        family.select(
            "as_of_date",
            "subject_id",
            "subset",
            _STATISTIC.str.replace(pattern, name.format(method)),
            pl.Series("estimate", adjust(family["p_value"].to_numpy()), dtype=pl.Float64),
        )
        for _, family in taxes.group_by(["as_of_date", "adjustment_group", *apart], maintain_order=True)
        for method, adjust in _METHODS.items()
    ]
    return pl.concat([estimates.clear(), *parts], how="diagonal")
