"""Read the configuration with the names that exist, and load the benchmarks it asks for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tasks import benchmarks
from tasks.domain import Benchmark
from tasks.scorers import SCORERS
from tasks.settings import Overrides, Settings, load_settings

DEFAULT_PATH = Path("aligntax.yaml")


def load_configuration(path: Path, overrides: dict[str, Any] | None = None, *, will_send: bool = True) -> Settings:
    """Load and check ``aligntax.yaml``; flags come before the environment, the environment before the file.

    Raises:
        SettingsError: one line with the path of the bad value.
    """
    return load_settings(
        path,
        environment=os.environ,
        known_benchmarks=benchmarks.known(),
        known_scorers=SCORERS,
        overrides=Overrides(**(overrides or {})),
        will_send=will_send,
    )


def load_benchmark(benchmark_id: str, source: Path | str | None) -> Benchmark:
    """One benchmark, from its file if it has one."""
    return benchmarks.load(benchmark_id, str(source) if source else None)


def load_benchmarks(settings: Settings) -> dict[str, Benchmark]:
    """Every configured benchmark, by id."""
    return {wanted.id: load_benchmark(wanted.id, wanted.source) for wanted in settings.benchmarks}
