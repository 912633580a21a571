"""Nights held one after the other in one process, each as `aligntax serve` holds it, at an instant that it is told.

``python -m tests.support.held_nights`` reads instants in ISO 8601 from its input, a line each. It sets its clock to
each, holds the night that is due then in the current folder, and answers with a line of JSON: see
``tests.support.measured``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import time_machine

import flows.nightly
from flows.configuration import load_configuration
from tests.support.measured import measured


def main() -> None:
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
