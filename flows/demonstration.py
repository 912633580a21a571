"""The demo: the simulated model server as a process beside us, and an ordinary run against it."""

from __future__ import annotations

import json
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from flows.launch import execute
from flows.opened import opened
from flows.processes import STATE_FOLDER
from flows.processes.simulated import simulated_server

if TYPE_CHECKING:
    from flows.evaluate import Evaluated

_TEMPLATE = Path(__file__).with_suffix(".yaml")
_PORT = "127.0.0.1:8377"


@dataclass(frozen=True, slots=True)
class Demonstrated:
    """A demo's run, its configuration, the true rates behind it, and what the simulated server was asked."""

    evaluated: Evaluated
    config: Path
    truth: Path
    count_requests: int
    seconds: float


def demonstrate(folder: Path) -> Demonstrated:
    """Evaluate two simulated families whose true taxes are known; a second call reuses every answer."""
    state = folder / STATE_FOLDER
    state.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with simulated_server(state) as address:
        config = folder / "aligntax.yaml"
        config.write_text(_TEMPLATE.read_text().replace(_PORT, address))
        with opened(config) as given:
            evaluated = execute(given, [datetime.now(UTC).date()])
        return Demonstrated(evaluated, config, _truth(), _count_requests(address), time.monotonic() - started)


def _truth() -> Path:
    """Where the simulated server reads its true rates; nobody imports that server."""
    return Path(str(resources.files("infra.simulator").joinpath("truth.yaml")))


def _count_requests(address: str) -> int:
    with urllib.request.urlopen(f"http://{address}/stats", timeout=10) as response:
        return int(json.load(response)["total"]["requests"])
