"""The demo: the simulated model server as a process beside us, and an ordinary run against it."""

from __future__ import annotations

import json
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import typer

from flows.launch import STATE_FOLDER, Order, execute
from flows.simulated import simulated_server
from flows.summary import summarise

_TEMPLATE = Path(__file__).with_suffix(".yaml")
_PORT = "127.0.0.1:8377"


def demonstrate(folder: Path, *, is_json: bool) -> None:
    """Evaluate two simulated families whose true taxes are known; a second call reuses every answer."""
    state = folder / STATE_FOLDER
    state.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with simulated_server(state) as address:
        config = folder / "aligntax.yaml"
        config.write_text(_TEMPLATE.read_text().replace(_PORT, address))
        evaluated = execute(Order(config, datetime.now(UTC).date()))
        count_requests = _count_requests(address)
    summarise(evaluated, config=config, is_json=is_json)
    if not is_json:
        typer.echo(
            f"{count_requests} real HTTP answers from simulated models in {time.monotonic() - started:.0f} s; "
            "their true rates are in infra/simulator/truth.yaml."
        )


def _count_requests(address: str) -> int:
    with urllib.request.urlopen(f"http://{address}/stats", timeout=10) as response:
        return int(json.load(response)["total"]["requests"])
