"""Compare judges and rules with people, and correct scores and taxes by people's labels. Writes two tables of stats.

People's grades get their value from the same scorer as the judge's, so that both are in one unit. Knows labels, scorers
and statistics; must not know Prefect, providers or who was asked.

Tested in tests/tasks/steps/test_labels.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from tasks.scorers import grading_scorer
from tasks.stats.agreement import agreement
from tasks.stats.prediction_powered import PredictionPowered, prediction_powered_mean
from warehouse.connection import Row, Warehouse

_JUDGED = ["as_of_date", "benchmark_id", "benchmark_version", "origin", "scorer", "judge_model_id", "judge_version"]


def calibrate(warehouse: Warehouse, dates: Sequence[str]) -> int:
    """Recompute agreement and corrections of some report dates; returns the number of rows written."""
    answers = _graded(warehouse.query("labelled_answers", dates=list(dates)))
    agreements = list(_agreement_rows(answers))
    pairs = warehouse.query("comparison_cells", dates=list(dates))
    corrected = [*_score_rows(answers), *_tax_rows(answers, pairs)]
    warehouse.replace("stats.judge_agreement", dates, agreements)
    warehouse.replace("stats.corrected", dates, corrected)
    return len(agreements) + len(corrected)


def _graded(answers: pl.DataFrame) -> pl.DataFrame:
    """Add people's value and both raters' class, where the label is by the rubric of the answer's scorer."""
    values: list[float | None] = []
    classes: list[tuple[str | None, str | None]] = []
    for row in answers.iter_rows(named=True):
        grading = grading_scorer(row["scorer"])
        if grading is None or row["label"] is None or row["rubric"] != grading.rubric:
            values.append(None)
            classes.append((None, None))
            continue
        people = grading.of_people(json.loads(row["label"]))
        values.append(people.value)
        # A rule in the judge's place knows fewer classes than the rubric: there the values are compared.
        is_named = row["scorer"] == grading.name and (people.answer or "").isidentifier()
        pair = (row["answer"], people.answer) if is_named else (_side(row["value"]), _side(people.value))
        classes.append(pair)
    return answers.with_columns(
        people=pl.Series(values, dtype=pl.Float64),
        class_scorer=pl.Series([ours for ours, _ in classes], dtype=pl.String),
        class_people=pl.Series([theirs for _, theirs in classes], dtype=pl.String),
    )


def _side(value: float | None) -> str:
    """The class of a value where the classes have no names."""
    return "half" if value == 0.5 else "yes" if (value or 0.0) > 0.5 else "no"


def _agreement_rows(answers: pl.DataFrame) -> Iterator[Row]:
    rated = answers.filter(pl.col("class_people").is_not_null())
    for keys, group in rated.group_by(_JUDGED, maintain_order=True):
        yield _agreement(keys, group, "class_scorer", "class_people", "people")
    orders = answers.filter(pl.col("answer").str.contains(", then ", literal=True), pl.col("scorer") == "preferred")
    orders = orders.unique(["as_of_date", "cell_key", "generation_id"], maintain_order=True).with_columns(
        pl.col("answer").str.split_exact(", then ", 1).struct.rename_fields(["first", "swapped"]).alias("orders")
    )
    for keys, group in orders.unnest("orders").group_by(_JUDGED, maintain_order=True):
        yield _agreement(keys, group, "first", "swapped", "swapped order")


def _agreement(keys: Sequence[Any], group: pl.DataFrame, first: str, second: str, against: str) -> Row:
    found = agreement(group[first].to_numpy(), group[second].to_numpy(), group["cluster_id"].to_numpy())
    return {
        **dict(zip(_JUDGED, keys, strict=True)),
        "against": against,
        "count_answers": group["generation_id"].n_unique(),
        "count_ratings": group.height,
        "count_clusters": group["cluster_id"].n_unique(),
        "accuracy": found.accuracy.estimate,
        "accuracy_low": found.accuracy.low,
        "accuracy_high": found.accuracy.high,
        "kappa": found.kappa.estimate,
        "kappa_low": found.kappa.low,
        "kappa_high": found.kappa.high,
        "kappa_standard_error": found.kappa.standard_error or None,
        "kappa_method": found.kappa.method,
        "reason": found.kappa.reason,
    }


def _items(answers: pl.DataFrame) -> pl.DataFrame:
    """One row per cell x item: the scorer's value and people's.

    Of an item with labels, only the labelled answers count.
    """
    keys = ["as_of_date", "cell_key", "item_id"]
    per_answer = answers.group_by([*keys, "generation_id"], maintain_order=True).agg(
        pl.col("cluster_id").first(), pl.col("value").first(), pl.col("people").mean()
    )
    is_labelled = pl.col("people").is_not_null()
    return per_answer.group_by(keys, maintain_order=True).agg(
        pl.col("cluster_id").first(),
        pl.when(is_labelled.any()).then(pl.col("value").filter(is_labelled).mean()).otherwise(pl.col("value").mean()),
        pl.col("people").mean(),
    )


def _score_rows(answers: pl.DataFrame) -> Iterator[Row]:
    for (as_of_date, cell_key), group in _items(answers).group_by(["as_of_date", "cell_key"], maintain_order=True):
        if group["people"].count():
            yield {"as_of_date": as_of_date, "subject_id": cell_key, **_corrected(group)}


def _tax_rows(answers: pl.DataFrame, pairs: pl.DataFrame) -> Iterator[Row]:
    items = _items(answers)
    cells = dict(items.group_by(["as_of_date", "cell_key"], maintain_order=True))
    for as_of_date, comparison_id, reference_key, candidate_key in pairs.iter_rows():
        reference, candidate = cells.get((as_of_date, reference_key)), cells.get((as_of_date, candidate_key))
        if reference is None or candidate is None:
            continue
        both = reference.join(candidate, on="item_id", suffix="_candidate", maintain_order="left")
        differences = both.select(
            "cluster_id",
            value=pl.col("value") - pl.col("value_candidate"),
            people=pl.col("people") - pl.col("people_candidate"),
        )
        if differences["people"].count():
            yield {"as_of_date": as_of_date, "subject_id": comparison_id, **_corrected(differences)}


def _corrected(items: pl.DataFrame) -> Row:
    labelled, others = (items.filter(pl.col("people").is_null() == is_open) for is_open in (False, True))
    found: PredictionPowered = prediction_powered_mean(
        labelled["people"].to_numpy(),
        labelled["value"].to_numpy(),
        others["value"].to_numpy(),
        (labelled["cluster_id"].to_numpy(), others["cluster_id"].to_numpy()),
    )
    return {
        "estimate": found.estimate,
        "low": found.low,
        "high": found.high,
        "standard_error": found.standard_error,
        "degrees_of_freedom": found.df,
        "weight": found.weight,
        "scorer_only": found.judge_only,
        "people_only": found.people_only,
        "people_only_standard_error": found.people_only_standard_error,
        "count_labelled": found.count_labelled,
        "count_others": found.count_others,
        "reason": found.reason,
    }
