"""Compute what SQL cannot and write it to the ``stats`` schema: one module per family of statistics.

An undefined number is None and has a reason. A module that yields rows of ``stats.estimates`` (subject x subset x
statistic) is listed in ``FAMILIES``, in ``WORDED`` if the wordings of instructions can widen its intervals, or in
``DERIVED`` if it starts from the estimates of the others. One that needs another grain has a table of its own, listed
in ``TABLES``. Knows statistics and the marts; must not know Prefect,
providers or, outside ``metrics``, scorers.

Tested in tests/tasks/steps/aggregate/test_real_data.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import polars as pl

from tasks.settings import AnalysisSettings
from tasks.steps.aggregate.adjusted_rows import adjusted_rows
from tasks.steps.aggregate.cost_rows import cost_rows
from tasks.steps.aggregate.exchange_rows import exchange_rows
from tasks.steps.aggregate.families import families
from tasks.steps.aggregate.frontier_rows import frontier_rows
from tasks.steps.aggregate.margin_rows import margin_rows
from tasks.steps.aggregate.method_rows import method_rows
from tasks.steps.aggregate.metric_rows import metric_rows
from tasks.steps.aggregate.metrics import LISTED
from tasks.steps.aggregate.mitigation_rows import mitigation_rows
from tasks.steps.aggregate.monitor_nights import monitor_nights
from tasks.steps.aggregate.overall_rows import overall_rows
from tasks.steps.aggregate.part_rows import part_rows
from tasks.steps.aggregate.pooled_rows import pooled_rows
from tasks.steps.aggregate.published_rows import published_rows
from tasks.steps.aggregate.reliability_rows import reliability_rows
from tasks.steps.aggregate.served_rows import served_rows
from tasks.steps.aggregate.style_rows import style_rows
from tasks.steps.aggregate.sweep_rows import sweep_rows
from tasks.steps.aggregate.tax_rows import cell_rows, comparison_rows
from tasks.steps.aggregate.wording_rows import Wordings, wording_rows, wordings_of_taxes
from warehouse.connection import Row, Warehouse

__all__ = ["DERIVED", "FAMILIES", "TABLES", "aggregate"]

Family: TypeAlias = Callable[[Warehouse, Sequence[str]], Iterator[Row]]
Derived: TypeAlias = Callable[[Warehouse, Sequence[str], pl.DataFrame], Iterator[Row]]
Worded: TypeAlias = Callable[[Warehouse, Sequence[str], Wordings], Iterator[Row]]
Table: TypeAlias = Callable[[Warehouse, Sequence[str]], list[Row]]

DEFAULTS = AnalysisSettings()
ESTIMATES = "stats.estimates"
FAMILIES: tuple[Family, ...] = (
    cell_rows,
    part_rows,
    style_rows,
    method_rows,
    cost_rows,
    reliability_rows,
    published_rows,
    served_rows,
)
WORDED: tuple[Worded, ...] = (comparison_rows, overall_rows)
DERIVED: tuple[Derived, ...] = (exchange_rows, pooled_rows)
TABLES: dict[str, Table] = {"stats.mitigations": mitigation_rows}


def aggregate(
    warehouse: Warehouse,
    dates: Sequence[str],
    settings: AnalysisSettings = DEFAULTS,
    margins: Mapping[str, float] | None = None,
) -> int:
    """Recompute the statistics of some report dates; returns the number of rows written.

    ``margins`` are those of benchmarks that state one of their own.
    """
    taxes = wordings_of_taxes(warehouse, dates)
    held = taxes if settings.include_prompt_variance else {}
    rows = [row for worded in WORDED for row in worded(warehouse, dates, held)]
    rows += [row for family in FAMILIES for row in family(warehouse, dates)]
    rows += wording_rows(warehouse, dates, taxes)
    frame = warehouse.frame(ESTIMATES, [*rows, *metric_rows(warehouse, dates, settings.pass_at)])
    groups = warehouse.query("comparison_groups", dates=list(dates))
    derived = warehouse.frame(ESTIMATES, [row for family in DERIVED for row in family(warehouse, dates, frame)])
    scopes = warehouse.query("scope_groups", dates=list(dates))
    methods = warehouse.query("method_groups", dates=list(dates))
    acceptable = margin_rows(groups, scopes, settings.margin, margins or {})
    parts = [frame, derived, adjusted_rows(frame, groups, scopes, methods), acceptable]
    frame = pl.concat(parts, how="diagonal")
    warehouse.replace(ESTIMATES, dates, frame)
    others = {name: table(warehouse, dates) for name, table in TABLES.items()} | _chosen(warehouse, dates, settings)
    for name, found in others.items():
        warehouse.replace(name, dates, found)
    warehouse.replace("stats.metrics", None, [metric.listed for metric in LISTED])
    return frame.height + sum(map(len, others.values())) + monitor_nights(warehouse, dates, settings.monitor)


def _chosen(warehouse: Warehouse, dates: Sequence[str], settings: AnalysisSettings) -> dict[str, list[Row]]:
    """The rows of four tables about families of models, from one reading of their items."""
    places: list[Row] = []
    taxes: list[Row] = []
    benchmark_taxes: list[Row] = []
    sweeps: list[Row] = []
    for family in families(warehouse, dates):
        found = frontier_rows(family, settings.safety_levels)
        places += found.places
        taxes += found.taxes
        benchmark_taxes += found.benchmark_taxes
        sweeps += sweep_rows(family, settings.helpfulness_weight)
    return {
        "stats.frontier": places,
        "stats.fixed_safety": taxes,
        "stats.benchmark_fixed_safety": benchmark_taxes,
        "stats.sweeps": sweeps,
    }
