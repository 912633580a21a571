"""From a configuration to the plan of a run on a warehouse: what is asked for, less what is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from flows.configuration import load_benchmarks
from tasks.domain import RunKind
from tasks.errors import UnknownName
from tasks.planned import Plan
from tasks.settings import BenchmarkSettings, ModelSettings, Settings
from tasks.steps.land import missing_cells, standing
from tasks.steps.plan import plan
from warehouse.connection import Warehouse


def plan_run(
    warehouse: Warehouse | None,
    settings: Settings,
    as_of_date: date,
    kind: RunKind = RunKind.ADHOC,
    only: Mapping[str, Collection[str]] | None = None,
) -> Plan:
    """Plan a run; ``only`` narrows it to some ``models`` and ``benchmarks``.

    Raises:
        UnknownName: ``only`` names what is not configured.
    """
    narrowed = _narrowed(settings, only or {})
    planned = replace(plan(narrowed, load_benchmarks(narrowed), as_of_date, kind), settings=settings)
    if warehouse is None:
        return planned
    if kind is RunKind.BACKFILL:
        planned = missing_cells(warehouse, planned)
    return standing(warehouse, planned)


def _narrowed(settings: Settings, only: Mapping[str, Collection[str]]) -> Settings:
    """The settings with some of their models and benchmarks; pairs are read from the whole ones.

    A benchmark's id means it plain and under every attack, ``id+attack`` that one alone.
    """
    chosen = {}
    for section, names in only.items():
        entries = getattr(settings, section)
        known = {name for entry in entries for name in _names(entry)}
        for name in names:
            if name not in known:
                raise UnknownName.of(f"configured {section.removesuffix('s')}", name, known)
        if names:
            chosen[section] = tuple(entry for entry in entries if not _names(entry).isdisjoint(names))
    return settings.model_copy(update=chosen)


def _names(entry: ModelSettings | BenchmarkSettings) -> set[str]:
    return {entry.id, entry.name} if isinstance(entry, BenchmarkSettings) else {entry.id}
