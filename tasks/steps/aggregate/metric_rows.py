"""Metrics of a whole cell that are not means over its items, for every cell and every comparison.

Knows the answers of cells and the metrics of their scorers; must not know how an answer got its value. Differences are
reference minus candidate; ``marts.dim_metric`` says which direction is a loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.stats.bootstrap import metric_difference, metric_value
from tasks.stats.clustered import FloatArray
from tasks.stats.estimates import Estimate
from tasks.stats.mean import mean_score
from tasks.stats.paired import paired_difference
from tasks.steps.aggregate.estimate_rows import WHOLE, clusters_of, estimate_columns, generator_of, subsets_of
from tasks.steps.aggregate.metrics import BY_SCORER, TEXT_SCORERS, Metric, pass_at
from warehouse.connection import Row, Warehouse

Clusters: TypeAlias = npt.NDArray[Any] | None

_PARTS: dict[str, Any] = {
    "item_id": pl.String,
    "cluster_id": pl.String,
    "subset": pl.String,
    "part": pl.List(pl.Float64),
}


def metric_rows(warehouse: Warehouse, dates: Sequence[str], ks: Sequence[int]) -> Iterator[Row]:
    """Every metric of every cell and, on the items of both, of every comparison.

    ``ks`` are the k of pass@k; without them 1 and the number of repeats.
    """
    cells: dict[tuple[Any, Any], dict[Metric, pl.DataFrame]] = {}
    answers = warehouse.query("metric_answers", dates=list(dates), scorers=list(BY_SCORER), text_scorers=TEXT_SCORERS)
    for (as_of_date, cell_key), group in answers.group_by(["as_of_date", "cell_key"], maintain_order=True):
        parts_of = ((metric, _parts(metric, group)) for metric in _metrics(group, ks))
        found = {metric: parts for metric, parts in parts_of if parts.height}
        cells[as_of_date, cell_key] = found
        for metric, parts in found.items():
            for row in _cell_rows(metric, parts, str(cell_key)):
                yield {"as_of_date": as_of_date, "subject_id": cell_key, **row}
    if not cells:
        return
    for as_of_date, comparison_id, *sides in warehouse.query("comparison_cells", dates=list(dates)).iter_rows():
        reference, candidate = (cells.get((as_of_date, key), {}) for key in sides)
        for metric in (metric for metric in reference if metric in candidate):
            paired = reference[metric].join(
                candidate[metric].select("item_id", candidate="part"), on="item_id", maintain_order="left"
            )
            for row in _pair_rows(metric, paired, comparison_id):
                yield {"as_of_date": as_of_date, "subject_id": comparison_id, **row}


def _metrics(cell: pl.DataFrame, ks: Sequence[int]) -> tuple[Metric, ...]:
    """The metrics of a cell's scorer, or pass@k for programs that were asked for more than once."""
    first = cell.row(0, named=True)
    if first["scorer"] in BY_SCORER:
        return BY_SCORER[first["scorer"]]
    repeats = first["count_repeats"]
    return tuple(map(pass_at, (k for k in ks or (1, repeats) if k <= repeats)))


def _parts(metric: Metric, cell: pl.DataFrame) -> pl.DataFrame:
    """One row per item that contributes to the metric."""
    found = []
    for item_id, answers in groupby(cell.iter_rows(named=True), key=itemgetter("item_id")):
        rows = list(answers)
        part = metric.part(rows)
        if part is not None:
            found.append((item_id, rows[0]["cluster_id"], rows[0]["subset"], list(part)))
    return pl.DataFrame(found, schema=_PARTS, orient="row")


def _cell_rows(metric: Metric, parts: pl.DataFrame, cell_key: str) -> Iterator[Row]:
    for subset, group in subsets_of(parts):
        clusters = clusters_of(group, is_whole=subset == WHOLE)
        score = _value(metric, group["part"], clusters, cell_key)
        yield {"subset": subset, "statistic": f"metric_score:{metric.name}", **estimate_columns(score)}


def _pair_rows(metric: Metric, paired: pl.DataFrame, comparison_id: str) -> Iterator[Row]:
    for subset, group in subsets_of(paired):
        clusters = clusters_of(group, is_whole=subset == WHOLE)
        tax = _difference(metric, group["part"], group["candidate"], clusters, comparison_id)
        yield {"subset": subset, "statistic": f"metric_tax:{metric.name}", **estimate_columns(tax)}
        for side, column in (("reference", "part"), ("candidate", "candidate")):
            score = _value(metric, group[column], clusters, comparison_id)
            yield {"subset": subset, "statistic": f"metric_{side}:{metric.name}", **estimate_columns(score)}


def _value(metric: Metric, parts: pl.Series, clusters: Clusters, seed: str) -> Estimate:
    if metric.of_sums is None:
        return mean_score(_table(parts).ravel(), clusters)
    return metric_value(_table(parts), clusters, metric.of_sums, rng=generator_of(seed))


def _difference(metric: Metric, reference: pl.Series, candidate: pl.Series, clusters: Clusters, seed: str) -> Estimate:
    before, after = _table(reference), _table(candidate)
    if metric.of_sums is None:
        return paired_difference((before - after).ravel(), clusters)
    return metric_difference(before, after, clusters, metric.of_sums, rng=generator_of(seed))


def _table(parts: pl.Series) -> FloatArray:
    """Parts as [n, k]; an empty list still gives a table."""
    return np.array(parts.to_list(), dtype=np.float64).reshape(len(parts), -1 if len(parts) else 1)
