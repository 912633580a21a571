"""The Prefect server of a user who has started it by hand, as `prefect server start` does."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flows.processes.prefect_database import copy_template
from tests.support.runs import environment

_LONGEST_START_S = 300  # a start takes 8 seconds on a quiet machine
_SETTINGS = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_SERVER_UI_ENABLED": "false", "DO_NOT_TRACK": "1"}


@dataclass
class UsersServer:
    """A server that keeps its port and its database, however often it is killed and started."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def start(self) -> None:
        """Start it, and return at once."""
        command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(self.port)]
        own = environment() | _SETTINGS | {"PREFECT_HOME": str(self.folder)}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=own, cwd=self.folder, stdout=log, stderr=log)

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + _LONGEST_START_S
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.address}/health", timeout=5).close()
        except OSError:
            return False
        return True


@contextmanager
def users_server(folder: Path) -> Iterator[UsersServer]:
    """A server that was started, and that is gone at the end. It may still be starting."""
    copy_template(folder / "prefect.db")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server = UsersServer(folder, port)
    server.start()
    try:
        yield server
    finally:
        server.kill()
