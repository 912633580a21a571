"""Rows of ``stats.estimates``: their columns, and how the results of ``tasks.stats`` become them.

Reads no table and computes nothing: a family of statistics yields rows, ``aggregate`` writes them.

Tested in tests/tasks/steps/aggregate/test_real_data.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from tasks.identity import seed_of
from tasks.stats.estimates import Estimate
from tasks.stats.ratio import RatioEstimate
from warehouse.connection import Row

WHOLE = "all"


def estimate_columns(result: Estimate) -> Row:
    """The columns of a mean with its interval."""
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


def ratio_columns(result: RatioEstimate) -> Row:
    """The columns of a ratio; ``method`` is the shape of its confidence set."""
    limits = {"low": result.low, "high": result.high, "method": result.kind}
    return {"estimate": result.estimate, **limits, "reason": result.reason}


def subsets_of(items: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The whole, then each subset if there is more than one."""
    yield WHOLE, items
    if items["subset"].n_unique() > 1:
        for (name,), part in items.group_by(["subset"], maintain_order=True):
            yield str(name), part


def comparison_parts(items: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The parts of a comparison that have a tax of their own.

    Rules that are not configured only show whether a tax's sign depends on the rule: the whole is enough for that.
    """
    return subsets_of(items) if items["is_configured_rule"][0] else iter([(WHOLE, items)])


def clusters_of(items: pl.DataFrame, *, is_whole: bool) -> np.ndarray[Any, Any] | None:
    """Cluster codes; None within a subset that is itself one cluster."""
    if not is_whole and items["cluster_id"].n_unique() < 2:
        return None
    return items["cluster_id"].rank("dense").to_numpy()


def generator_of(subject_id: str) -> np.random.Generator:
    """A generator of random numbers whose seed belongs to a subject: the same facts always give the same numbers."""
    return np.random.default_rng(seed_of(subject_id))
