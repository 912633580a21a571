"""How reliable each cell's score is: the noise of its answers, and the model compared with itself.

Alerts compare a fall with the noise floor. Knows the answers of cells with repeats; must not know other models.

Tested in tests/tasks/steps/aggregate/test_style_rows.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from tasks.stats.reliability import measured_reliability, self_difference
from tasks.steps.aggregate.estimate_rows import WHOLE, clusters_of, estimate_columns, generator_of
from warehouse.connection import Row, Warehouse


def reliability_rows(warehouse: Warehouse, dates: Sequence[str]) -> Iterator[Row]:
    """Variance components, noise floor and self-difference of every cell asked more than once.

    Noise is what repeats of one wording show: an item under another wording counts as another item of its cluster.
    """
    answers = warehouse.query("cell_answers", dates=list(dates))
    for (as_of_date, cell_key), group in answers.group_by(["as_of_date", "cell_key"], maintain_order=True):
        value, item = (
            group["value"].to_numpy(),
            group.select(pl.struct("item_id", "template").rank("dense")).to_series().to_numpy(),
        )
        clusters = clusters_of(group, is_whole=True)
        result = measured_reliability(value, item, clusters)
        against_itself = self_difference(value, item, clusters, rng=generator_of(str(cell_key)))
        single = {
            "variance_between": result.between,
            "reliability": result.reliability,
            "noise_standard_deviation": result.noise_sd,
            "noise_floor": result.noise_floor,
        }
        keys = {"as_of_date": as_of_date, "subject_id": cell_key, "subset": WHOLE}
        yield {**keys, "statistic": "variance_within", **estimate_columns(result.within)}
        for statistic, number in single.items():
            yield {**keys, "statistic": statistic, "estimate": number, "reason": result.reason}
        yield {**keys, "statistic": "self_difference", **estimate_columns(against_itself)}
