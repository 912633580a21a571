"""Nights held one after the other in one process, each as `aligntax serve` holds it, at an instant that it is told.

``python -m tests.support.held_nights`` reads instants in ISO 8601 from its input, a line each. It sets its clock to
each, holds the night that is due then in the current folder, and answers with a line of JSON: see
``tests.support.measured``.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import time_machine

from tests.support.measured import measured


@contextmanager
def nights_process(folder: Path, environment: Mapping[str, str]) -> Iterator[Callable[[datetime], dict[str, Any]]]:
    """That process in a folder, as a function that has the night of an instant held; its warnings go to ``said``."""
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.held_nights"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )

    def hold(instant: datetime) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{instant.isoformat()}\n")
        process.stdin.flush()
        found: dict[str, Any] = json.loads(process.stdout.readline())
        return found

    with process:
        try:
            yield hold
        finally:
            process.kill()


def main() -> None:
    import flows.nightly
    from flows.configuration import load_configuration

    config = Path("aligntax.yaml")
    nightly = flows.nightly.served(config, load_configuration(config).schedule, lambda *_: None)
    for line in sys.stdin:
        instant = datetime.fromisoformat(line.strip())
        # When a run is due is what Prefect's server says, which has a clock of its own.
        due = mock.patch.object(flows.nightly, "flow_run", SimpleNamespace(scheduled_start_time=instant))
        with time_machine.travel(instant), due, measured() as found:
            state = asyncio.run(nightly(return_state=True))
        print(json.dumps({**found, "state": state.name, "message": state.message}), flush=True)


if __name__ == "__main__":
    main()
