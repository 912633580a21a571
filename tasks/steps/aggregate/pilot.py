"""What earlier comparisons and nights say about the variance of the next ones, for what `plan` prints.

Knows ``tasks.stats`` and the marts; must not know what is planned.
"""

from __future__ import annotations

from tasks.stats.power import Pilot, pilot_components
from warehouse.connection import Warehouse


def pilots(warehouse: Warehouse) -> dict[tuple[str, str], Pilot]:
    """The pilots by model and benchmark, each from the newest comparison. Where no item differed there is none."""
    items = warehouse.query("pilot_items")
    found = {}
    for (model_id, benchmark_id), part in items.group_by(["model_id", "benchmark_id"], maintain_order=True):
        first = part.row(0, named=True)
        pilot = pilot_components(
            part["difference"].to_numpy(),
            part["cluster_id"].to_numpy(),
            within=(first["within_reference"], first["within_candidate"]),
            repeats=(first["repeats_reference"], first["repeats_candidate"]),
        )
        if pilot is not None:
            found[str(model_id), str(benchmark_id)] = pilot
    return found


def night_variances(warehouse: Warehouse) -> dict[str, float]:
    """The variance of an item's value between nights, by cell, from the cell's newest series."""
    return dict(warehouse.query("night_variances").iter_rows())
