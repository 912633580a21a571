"""The Prefect server a run talks to: the configured one, or a temporary one on loopback that ends with the run.

It must be entered before Prefect is imported, because Prefect reads its settings once. The server needs some seconds to
start. So it starts first, and the run imports what it needs meanwhile.
"""

from __future__ import annotations

import os
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.processes.children import SAFE_PATH, child, free_port
from flows.processes.prefect_database import copy_template, keep_template
from tasks.errors import AligntaxError

# A busy machine may need minutes for the first start, which creates the server's database.
_LONGEST_START_S = 180.0

# Prefect prints nothing on the terminal: our own lines say what went wrong.
QUIET = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "DO_NOT_TRACK": "1",
}
_NO_TELEMETRY = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
# The server of a single run needs none of the services for deployments.
_LEAN = {
    **_NO_TELEMETRY,
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
}


@dataclass(frozen=True, slots=True)
class PrefectServer:
    """A server that is up or starting. ``created`` is the database that it creates at this start, if it does."""

    address: str
    created: Path | None = None

    def wait_until_up(self) -> None:
        """Return once the server answers.

        Raises:
            AligntaxError: it did not within three minutes.
        """
        deadline = time.monotonic() + _LONGEST_START_S
        while not self._answers():
            if time.monotonic() >= deadline:
                raise AligntaxError(f"the Prefect server at {self.address} does not answer. Is PREFECT_API_URL right?")
            time.sleep(0.2)
        if self.created:
            keep_template(self.created)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=5):  # noqa: S310 - http by construction
                return True
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def prefect_server(folder: Path, *, has_schedules: bool = False) -> Iterator[PrefectServer]:
    """Yield the server; a temporary one keeps its database in ``folder``, so that runs stay on record."""
    for name, value in {**QUIET, **SAFE_PATH}.items():  # the processes that Prefect starts inherit them
        os.environ.setdefault(name, value)
    if configured := configured_address():
        yield PrefectServer(configured)
        return
    port = free_port()
    address = f"http://127.0.0.1:{port}/api"
    os.environ["PREFECT_API_URL"] = address
    folder.mkdir(parents=True, exist_ok=True)
    database = (folder / "prefect.db").absolute()
    is_created = not (database.exists() or copy_template(database))
    # Uvicorn imports from its --app-dir first, by default the current directory.
    application = ["--app-dir", str(folder.absolute()), "--factory", "prefect.server.api.server:create_app"]
    arguments = [*application, "--host", "127.0.0.1", "--port", str(port)]
    environment = {
        **(_NO_TELEMETRY if has_schedules else _LEAN),
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{database}",
    }
    with child("uvicorn", [*arguments, "--log-level", "error"], log=folder / "server.log", environment=environment):
        try:
            yield PrefectServer(address, database if is_created else None)
        finally:
            os.environ.pop("PREFECT_API_URL", None)


def configured_address() -> str | None:
    """The user's own server: the environment variable, or the active Prefect profile."""
    if address := os.environ.get("PREFECT_API_URL"):
        return address
    home = Path(os.environ.get("PREFECT_HOME", Path.home() / ".prefect"))
    path = Path(os.environ.get("PREFECT_PROFILES_PATH", home / "profiles.toml"))
    if not path.is_file():
        return None
    profiles = tomllib.loads(path.read_text())
    name = os.environ.get("PREFECT_PROFILE", profiles.get("active"))
    address = profiles.get("profiles", {}).get(name, {}).get("PREFECT_API_URL")
    return str(address) if address else None
