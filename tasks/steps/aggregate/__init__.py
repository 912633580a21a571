"""Compute what SQL cannot and write it to the ``stats`` schema: one module per family of statistics.

Knows statistics and the marts; must not know Prefect or providers, nor scorers (but for ``metrics``). Every number is
None with a reason where it is undefined. A family whose results are rows of ``stats.estimates`` (subject x subset x
statistic) is listed in ``FAMILIES``, or in ``DERIVED`` where it starts from the estimates of the others; one that needs
another grain has a table of its own, listed in ``TABLES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import polars as pl

from tasks.settings import AnalysisSettings
from tasks.steps.aggregate import cost, decomposition, overall, published_means, reliability, safety, styles, taxes
from tasks.steps.aggregate.families import families
from tasks.steps.aggregate.frontier import frontier_rows
from tasks.steps.aggregate.metrics import metric_rows
from tasks.steps.aggregate.mitigation import mitigation_rows
from tasks.steps.aggregate.monitor import monitor
from tasks.steps.aggregate.multiplicity import adjusted
from tasks.steps.aggregate.sweep import sweep_rows
from warehouse.connection import Row, Warehouse

__all__ = ["DERIVED", "FAMILIES", "TABLES", "aggregate"]

Family: TypeAlias = Callable[[Warehouse, Sequence[str]], Iterator[Row]]
Derived: TypeAlias = Callable[[Warehouse, Sequence[str], pl.DataFrame], Iterator[Row]]
Table: TypeAlias = Callable[[Warehouse, Sequence[str]], list[Row]]

DEFAULTS = AnalysisSettings()
ESTIMATES = "stats.estimates"
FAMILIES: tuple[Family, ...] = (
    taxes.comparison_rows,
    taxes.cell_rows,
    decomposition.part_rows,
    styles.style_rows,
    overall.overall_rows,
    cost.cost_rows,
    reliability.reliability_rows,
    published_means.published_rows,
)
DERIVED: tuple[Derived, ...] = (safety.exchange_rows,)
TABLES: dict[str, Table] = {"stats.mitigations": mitigation_rows}


def aggregate(warehouse: Warehouse, dates: Sequence[str], settings: AnalysisSettings = DEFAULTS) -> int:
    """Recompute the statistics of some report dates; returns the number of rows written."""
    rows = [row for family in FAMILIES for row in family(warehouse, dates)]
    frame = warehouse.frame(ESTIMATES, [*rows, *metric_rows(warehouse, dates, settings.pass_at)])
    groups = warehouse.query("comparison_groups", dates=list(dates))
    derived = warehouse.frame(ESTIMATES, [row for family in DERIVED for row in family(warehouse, dates, frame)])
    scopes = warehouse.query("scope_groups", dates=list(dates))
    frame = pl.concat([frame, derived, adjusted(frame, groups, scopes)])
    warehouse.replace(ESTIMATES, dates, frame)
    others = {name: table(warehouse, dates) for name, table in TABLES.items()} | _chosen(warehouse, dates, settings)
    for name, found in others.items():
        warehouse.replace(name, dates, found)
    return frame.height + sum(map(len, others.values())) + monitor(warehouse, dates, settings.monitor)


def _chosen(warehouse: Warehouse, dates: Sequence[str], settings: AnalysisSettings) -> dict[str, list[Row]]:
    """What families of models offer: three tables from one reading of their items."""
    places: list[Row] = []
    taxes: list[Row] = []
    sweeps: list[Row] = []
    for family in families(warehouse, dates):
        found = frontier_rows(family, settings.safety_levels)
        places += found[0]
        taxes += found[1]
        sweeps += sweep_rows(family, settings.helpfulness_weight)
    return {"stats.frontier": places, "stats.fixed_safety": taxes, "stats.sweeps": sweeps}
