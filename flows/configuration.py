"""Read the configuration with the names that exist, and load the benchmarks it asks for."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from tasks import benchmarks
from tasks.domain import Benchmark
from tasks.providers import PROVIDERS
from tasks.rubrics import rubrics
from tasks.scorers import SCORERS
from tasks.settings import BenchmarkSettings, Known, Overrides, Settings, load_settings
from tasks.settings.document import read_document

NOBODY_TO_ASK = (
    "no model of this configuration can be asked, because the answers of all of them are imported. "
    "`aligntax import --help` says how."
)


def load_configuration(path: Path, overrides: dict[str, Any] | None = None, *, will_send: bool = True) -> Settings:
    """Load and check ``aligntax.yaml``; flags come before the environment, the environment before the file.

    Raises:
        SettingsError: one line with the path of the bad value.
    """
    return load_settings(
        path,
        environment=os.environ,
        known=known_names(),
        overrides=Overrides(**(overrides or {})),
        will_send=will_send,
    )


def known_names() -> Known:
    """What a configuration may name: benchmarks, scorers, providers and rubrics that exist."""
    return Known(
        benchmarks=benchmarks.known(),
        scorers=SCORERS,
        providers={name: provider.facts for name, provider in PROVIDERS.items()},
        rubrics={name: rubric.version for name, rubric in rubrics().items()},
    )


def load_benchmark(wanted: BenchmarkSettings, source: Path | str | None = None) -> Benchmark:
    """One benchmark, from its file if it has one, under its attack; another ``source`` is another edition of it."""
    plain = _plain_benchmark(wanted, source)
    if wanted.stop is not None:
        plain = replace(plain, stop=wanted.stop, stops_chat=bool(wanted.stop), version="")
    return benchmarks.attacked(plain, wanted.attack) if wanted.attack else plain


def _plain_benchmark(wanted: BenchmarkSettings, source: Path | str | None) -> Benchmark:
    rows = source or wanted.source
    text, group = str(rows) if rows else None, wanted.cluster_by
    if wanted.define is None:
        return benchmarks.load(wanted.id, text, group)
    values = read_document(wanted.define) if isinstance(wanted.define, Path) else wanted.define
    place = wanted.define.name if isinstance(wanted.define, Path) else f"define of benchmark {wanted.id!r}"
    return benchmarks.define(wanted.id, values, text, place=place, cluster_by=group)


def load_benchmarks(settings: Settings, names: Collection[str] | None = None) -> dict[str, Benchmark]:
    """The configured benchmarks by name, except those that only imports know; ``names`` limits them to some."""
    asked = (wanted for wanted in settings.benchmarks if not wanted.imported)
    return {wanted.name: load_benchmark(wanted) for wanted in asked if names is None or wanted.name in names}
