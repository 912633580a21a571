"""What the prompt style alone does to a score: one model against itself, completion minus chat.

Beside a tax across styles it says how much of that tax is format. Knows the pairs of styles; must not know taxes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.stats.paired import paired_difference
from tasks.steps.aggregate.estimate_rows import WHOLE, clusters_of, estimate_columns
from warehouse.connection import Row, Warehouse


def style_rows(warehouse: Warehouse, dates: Sequence[str]) -> Iterator[Row]:
    """The style effect of every model and benchmark asked in both styles."""
    items = warehouse.query("style_items", dates=list(dates))
    for (as_of_date, style_pair_id), group in items.group_by(["as_of_date", "style_pair_id"], maintain_order=True):
        effect = (group["completion_value"] - group["chat_value"]).to_numpy()
        keys = {"as_of_date": as_of_date, "subject_id": style_pair_id, "subset": WHOLE, "statistic": "style_effect"}
        yield {**keys, **estimate_columns(paired_difference(effect, clusters_of(group, is_whole=True)))}
