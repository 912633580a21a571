"""The configuration of a run, loaded once, and its warehouse, opened once and held until the command ends."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.configuration import load_configuration
from flows.light_imports import light_imports
from tasks.settings import Settings
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseBusy


@dataclass(frozen=True, slots=True)
class Opened:
    """A warehouse that is open for writing, and the configuration it belongs to."""

    warehouse: Warehouse
    settings: Settings
    config: Path
    overrides: Mapping[str, Any]


@contextmanager
def opened(
    config: Path, overrides: Mapping[str, Any] | None = None, wait_s: float = 0.0, *, will_send: bool = True
) -> Iterator[Opened]:
    """Load a configuration and hold its warehouse open.

    Args:
        config: The configuration's file.
        overrides: What flags say in place of the file.
        wait_s: How long to wait for a warehouse that somebody else writes.
        will_send: False for who asks no model; see ``load_configuration``.

    Raises:
        SettingsError: the configuration holds a bad value.
        WarehouseBusy: somebody else still writes the warehouse after ``wait_s`` seconds.
    """
    given = dict(overrides or {})
    settings = load_configuration(config, given, will_send=will_send)
    with _opened_when_free(settings.warehouse, wait_s) as warehouse:
        yield Opened(warehouse, settings, config, given)


def _opened_when_free(path: Path, wait_s: float) -> Warehouse:
    deadline = time.monotonic() + wait_s
    while True:
        try:
            with light_imports():
                return Warehouse.open(path)
        except WarehouseBusy:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.5)
