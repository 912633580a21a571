"""What a change of the served model changed: the night before against the night after, paired on the items.

A change of the model behind a name starts a new series in the monitor, which can therefore not see the step itself.

Tested in tests/tasks/steps/aggregate/test_served_rows.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.stats.multiplicity import holm
from tasks.stats.paired import paired_difference
from tasks.steps.aggregate.estimate_rows import WHOLE, clusters_of, estimate_columns
from warehouse.connection import Row, Warehouse


def served_rows(warehouse: Warehouse, dates: Sequence[str]) -> Iterator[Row]:
    """The fall of each change; its p-value is adjusted (Holm) over the changes of a date and origin."""
    items = warehouse.query("served_items", dates=list(dates))
    for (as_of_date, _), of_date in items.group_by(["as_of_date", "origin"], maintain_order=True):
        names, falls = [], []
        for (change_id,), part in of_date.group_by(["change_id"], maintain_order=True):
            names.append(change_id)
            falls.append(paired_difference(part["fall"].to_numpy(), clusters_of(part, is_whole=True)))
        adjusted = holm([fall.p_value for fall in falls]).tolist()
        for change_id, fall, p_value in zip(names, falls, adjusted, strict=True):
            keys = {"as_of_date": as_of_date, "subject_id": change_id, "subset": WHOLE}
            yield {**keys, "statistic": "served_fall", **estimate_columns(fall)}
            if fall.p_value is not None:
                yield {**keys, "statistic": "served_fall_holm", "estimate": p_value}
