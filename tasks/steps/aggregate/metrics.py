"""Metrics of a whole cell that are no mean of its values: bias scores, BLEU of a corpus, perplexity, pass@k.

Knows which scorers' answers have such a metric, and what an answer adds to it; must not know how an answer was judged.
Differences are reference minus candidate: which direction is a loss, ``marts.dim_metric`` says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.scorers.bias import ambiguous_part, disambiguated_part, nonalignment_part
from tasks.scorers.overlap import bleu_part
from tasks.stats.bias import bias_score, bias_score_ambiguous, nonalignment_cost
from tasks.stats.bleu import corpus_bleu
from tasks.stats.bootstrap import metric_difference, metric_value
from tasks.stats.clustered import FloatArray
from tasks.stats.estimates import Estimate
from tasks.stats.mean import mean_score
from tasks.stats.paired import paired_difference
from tasks.stats.pass_at_k import pass_at_k
from tasks.stats.perplexity import perplexity
from tasks.steps.aggregate.estimate_rows import WHOLE, clusters_of, estimate_columns, generator_of, subsets_of
from warehouse.connection import Row, Warehouse

Clusters: TypeAlias = npt.NDArray[Any] | None
# What the answers to one item contribute to the sums of a metric, None where they have no part in it.
Part: TypeAlias = Callable[[Sequence[Row]], Sequence[float] | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """``of_sums`` makes the metric of sums of parts over items; None says that it is the mean of single parts."""

    name: str
    part: Part
    of_sums: Callable[[FloatArray], FloatArray] | None = None


def _averaged(part: Callable[[Row], tuple[float, ...] | None]) -> Part:
    """Repeats of an item count as one answer between them."""

    def averaged(answers: Sequence[Row]) -> Sequence[float] | None:
        parts = [found for answer in answers if (found := part(answer)) is not None]
        return [sum(column) / len(parts) for column in zip(*parts, strict=True)] if parts else None

    return averaged


def _judged(part: Callable[[str, str | None, float], tuple[float, ...] | None]) -> Part:
    return _averaged(lambda row: part(row["target"], row["answer"], row["value"]))


@cache  # equal k are one metric, so that two cells find each other
def _pass_at(k: int) -> Metric:
    def part(answers: Sequence[Row]) -> Sequence[float] | None:
        found = pass_at_k(len(answers), sum(row["value"] == 1 for row in answers), k)
        return None if found is None else [found]

    return Metric(f"pass_at_{k}", part)


def _likelihood_part(_: str, answer: str | None, value: float) -> tuple[float, ...] | None:
    """A text's log-likelihood and its length; nothing of a text that is impossible or has no length."""
    count = float(answer or 0)
    return (count * math.log(value), count) if count > 0 and value > 0 else None


BY_SCORER: dict[str, tuple[Metric, ...]] = {
    "bbq": (
        Metric("bias_ambiguous", _judged(ambiguous_part), bias_score_ambiguous),
        Metric("bias_disambiguated", _judged(disambiguated_part), bias_score),
        Metric("nonalignment_cost", _judged(nonalignment_part), nonalignment_cost),
    ),
    "bleu": (Metric("corpus_bleu", _averaged(lambda row: bleu_part(row["target"], row["text"])), corpus_bleu),),
    **{
        f"lm_eval:{unit}_probability": (Metric(f"{unit}_perplexity", _judged(_likelihood_part), perplexity),)
        for unit in ("word", "byte")
    },
}

_PARTS: dict[str, Any] = {
    "item_id": pl.String,
    "cluster_id": pl.String,
    "subset": pl.String,
    "part": pl.List(pl.Float64),
}


def metric_rows(warehouse: Warehouse, dates: Sequence[str], pass_at: Sequence[int]) -> Iterator[Row]:
    """Every metric of every cell and, on the items of both, of every comparison.

    ``pass_at`` are the k of pass@k; without them 1 and the number of repeats.
    """
    cells: dict[tuple[Any, Any], dict[Metric, pl.DataFrame]] = {}
    answers = warehouse.query("metric_answers", dates=list(dates), scorers=list(BY_SCORER))
    for (as_of_date, cell_key), group in answers.group_by(["as_of_date", "cell_key"], maintain_order=True):
        parts_of = ((metric, _parts(metric, group)) for metric in _metrics(group, pass_at))
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


def _metrics(cell: pl.DataFrame, pass_at: Sequence[int]) -> tuple[Metric, ...]:
    """Those of a cell's scorer; pass@k of programs that were asked for more than once."""
    first = cell.row(0, named=True)
    if first["scorer"] in BY_SCORER:
        return BY_SCORER[first["scorer"]]
    repeats = first["count_repeats"]
    return tuple(map(_pass_at, (k for k in pass_at or (1, repeats) if k <= repeats)))


def _parts(metric: Metric, cell: pl.DataFrame) -> pl.DataFrame:
    """One row per item that has a part in the metric."""
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
    """[n, k]; no items are a table, too."""
    return np.array(parts.to_list(), dtype=np.float64).reshape(len(parts), -1 if len(parts) else 1)
