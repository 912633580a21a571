"""The simulated model server of demonstrations and tests, as a process that ends with us."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.processes.children import child
from tasks.errors import AligntaxError

_LONGEST_START_S = 60.0


@contextmanager
def simulated_server(folder: Path, *options: str | Path) -> Iterator[str]:
    """Serve simulated models from a free port of loopback, what the server prints in ``folder``; yields its address.

    Raises:
        AligntaxError: it did not start.
    """
    ready, log = folder / "simulator.address", folder / "simulator.log"
    ready.unlink(missing_ok=True)
    arguments = ["--port", "0", "--ready-file", str(ready), *map(str, options)]
    with child("infra.simulator", arguments, log=log) as process:
        deadline = time.monotonic() + _LONGEST_START_S
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text().strip()[-300:]
                raise AligntaxError(f"the simulated model server did not start; it says: {said!r}")
            time.sleep(0.05)
        yield ready.read_text().strip()
