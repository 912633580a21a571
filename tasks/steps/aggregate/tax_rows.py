"""The tax of each comparison and the score of each cell: intervals, ratios, bounds.

Knows the paired-item mart and ``tasks.stats``; must not know the other families of statistics.

Tested in tests/tasks/steps/aggregate/test_part_rows.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import polars as pl

from tasks.stats.level_variance import AddedVariance, widened
from tasks.stats.mean import mean_score
from tasks.stats.paired import paired_difference
from tasks.stats.ratio import relative_tax
from tasks.steps.aggregate.estimate_rows import (
    WHOLE,
    clusters_of,
    comparison_parts,
    estimate_columns,
    ratio_columns,
    subsets_of,
)
from tasks.steps.aggregate.missing_rows import missing_rows
from tasks.steps.aggregate.wording_rows import Wordings, added_by
from warehouse.connection import Row, Warehouse


def comparison_rows(warehouse: Warehouse, dates: Sequence[str], wordings: Wordings) -> Iterator[Row]:
    """Every comparison, whole and by subset; the intervals also hold the variance between these wordings."""
    groups = warehouse.query_groups("paired_items", ("as_of_date", "comparison_id"), dates=list(dates))
    for (as_of_date, comparison_id), group in groups:
        for subset, part in comparison_parts(group):
            added = added_by(wordings, [((as_of_date, comparison_id, subset), 1.0)])
            for row in tax_rows(part, added, is_whole=subset == WHOLE):
                yield {"as_of_date": as_of_date, "subject_id": comparison_id, "subset": subset, **row}


def cell_rows(warehouse: Warehouse, dates: Sequence[str]) -> Iterator[Row]:
    """The score of every cell, whole and by subset."""
    groups = warehouse.query_groups("cell_items", ("as_of_date", "cell_key"), dates=list(dates))
    for (as_of_date, cell_key), group in groups:
        for subset, part in subsets_of(group):
            answered = part.filter(pl.col("value").is_not_null())
            clusters = clusters_of(answered, is_whole=subset == WHOLE)
            score = mean_score(answered["value"].to_numpy(), clusters)
            keys = {"as_of_date": as_of_date, "subject_id": cell_key, "subset": subset}
            yield {**keys, "statistic": "model_score", **estimate_columns(score)}


def tax_rows(items: pl.DataFrame, added: AddedVariance | None, *, is_whole: bool) -> Iterator[Row]:
    """Every statistic of one comparison on one subset, as rows of stats.estimates without their keys."""
    yield from missing_rows(items, added, is_whole=is_whole)
    paired = items.drop_nulls(["reference_value", "candidate_value"])
    reference, candidate = paired["reference_value"].to_numpy(), paired["candidate_value"].to_numpy()
    clusters = clusters_of(paired, is_whole=is_whole)
    tax = widened(partial(paired_difference, reference - candidate, clusters), added)
    yield {"statistic": "tax_absolute", **estimate_columns(tax)}
    for kind in ("naive", "cr0", "cr1"):
        standard_error = getattr(tax, f"standard_error_{kind}")
        yield {"statistic": f"tax_absolute_{kind}", "estimate": tax.estimate, "standard_error": standard_error or None}

    yield {"statistic": "tax_relative", **ratio_columns(relative_tax(reference, candidate, clusters))}
    chance = paired["chance_score"]
    if chance.null_count() == 0:
        adjusted = relative_tax(reference, candidate, clusters, chance=chance.to_numpy())
        yield {"statistic": "tax_chance_adjusted", **ratio_columns(adjusted)}
    else:
        yield {"statistic": "tax_chance_adjusted", "reason": "no_chance_score"}
