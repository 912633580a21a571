"""What depends on how many taxes are tested together: adjusted p-values, and the tax that is detectable among them.

The families of tests are these, each within a date, a family of models and a kind: the taxes of whole benchmarks; those
of subsets; metrics that are no mean; and taxes over several benchmarks, by weighting and kind of scope, so that those
over all capability are a family of their own. The taxes of methods have the same families, apart from those of their
checkpoints. Knows which rows belong together; must not know how they were computed.

Tested in tests/tasks/steps/aggregate/test_metric_rows.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import polars as pl

from tasks.stats.clustered import FloatArray
from tasks.stats.levels import ALPHA
from tasks.stats.multiplicity import benjamini_hochberg, holm
from tasks.stats.power import minimum_detectable
from tasks.steps.aggregate.estimate_rows import WHOLE

Adjustment: TypeAlias = Callable[[pl.DataFrame], FloatArray]

_STATISTIC, _SUBSET = pl.col("statistic"), pl.col("subset")


def adjusted_rows(
    estimates: pl.DataFrame, groups: pl.DataFrame, scopes: pl.DataFrame, methods: pl.DataFrame
) -> pl.DataFrame:
    """The adjusted numbers of every tax that has a p-value.

    Args:
        estimates: rows of stats.estimates.
        groups: which comparisons belong together.
        scopes: which pairs belong together.
        methods: which methods belong together.
    """
    by_comparison, by_pair = groups.rename({"comparison_id": "subject_id"}), scopes.rename({"pair_id": "subject_id"})
    is_whole, kind_of_scope = _SUBSET == WHOLE, _SUBSET.str.split(":").list.first()
    overall = {f"${{1}}_{name}": adjust for name, adjust in _OVERALL.items()}
    return pl.concat(
        [
            _adjusted(estimates, r"^tax_absolute$", _BENCHMARKS, by_comparison, [is_whole]),
            _adjusted(estimates, r"^metric_tax:", _METRICS, by_comparison, [is_whole]),
            _adjusted(estimates, r"^(tax_macro|tax_weighted)$", overall, by_pair, [_STATISTIC, kind_of_scope]),
            _adjusted(estimates, r"^tax_method$", _METHODS, methods, [is_whole]),
        ]
    )


def _adjusted(
    estimates: pl.DataFrame,
    pattern: str,
    adjustments: Mapping[str, Adjustment],
    groups: pl.DataFrame,
    apart: Sequence[pl.Expr],
) -> pl.DataFrame:
    """One row per adjustment and p-value of the statistics that match ``pattern``, which its name replaces."""
    taxes = estimates.filter(_STATISTIC.str.contains(pattern), pl.col("p_value").is_not_null()).join(
        groups, on=["as_of_date", "subject_id"]
    )
    parts = [
        family.select(
            "as_of_date",
            "subject_id",
            "subset",
            _STATISTIC.str.replace(pattern, name),
            pl.Series("estimate", adjust(family), dtype=pl.Float64, nan_to_null=True),
        )
        for _, family in taxes.group_by(["as_of_date", "adjustment_group", *apart], maintain_order=True)
        for name, adjust in adjustments.items()
    ]
    return pl.concat([estimates.clear(), *parts], how="diagonal")


def _holm(family: pl.DataFrame) -> FloatArray:
    return holm(family["p_value"].to_numpy())


def _benjamini_hochberg(family: pl.DataFrame) -> FloatArray:
    return benjamini_hochberg(family["p_value"].to_numpy())


def _count_tests(family: pl.DataFrame) -> FloatArray:
    return np.full(family.height, float(family.height))


def _detectable(family: pl.DataFrame) -> FloatArray:
    """The detectable taxes at the level of Holm's first step, at which the smallest of k p-values is compared."""
    errors = family.select("standard_error", "degrees_of_freedom").rows()
    found = (minimum_detectable(*error, alpha=ALPHA / family.height) for error in errors)
    return np.array([np.nan if tax is None else tax for tax in found])


_METRICS = {"metric_holm:": _holm, "metric_bh:": _benjamini_hochberg}
_OVERALL = {"holm": _holm, "bh": _benjamini_hochberg, "count_tests": _count_tests, "detectable": _detectable}
_METHODS = {"tax_method_holm": _holm, "tax_method_count_tests": _count_tests}
_BENCHMARKS = {
    "p_value_holm": _holm,
    "p_value_bh": _benjamini_hochberg,
    "count_tests_holm": _count_tests,
    "minimum_detectable_tax": _detectable,
}
