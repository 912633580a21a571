"""The Prefect server a run talks to: the configured one, or a temporary one on loopback that ends with the run.

It must be entered before Prefect is imported, because Prefect reads its settings once. The server needs some seconds to
start. So it starts first, and the run imports what it needs meanwhile.

The temporary server answers nobody who lacks its password, which is drawn anew at each start. Server and client are
given it in their environment, which other users of the machine cannot read.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from flows.processes.children import SAFE_PATH, private_file, private_folder, start
from flows.processes.prefect_database import copy_template, keep_template
from flows.processes.restarted import Restarted, restarted
from tasks.errors import AligntaxError, UsageError

# A busy machine may need minutes for the first start, which creates the server's database.
_LONGEST_START_S = 180.0
# The user's own server is up before a run, or was started a moment ago: that takes 5 s, and 20 on a busy machine.
_LONGEST_SILENCE_S = 30.0
# A busy server takes seconds for an answer.
_LONGEST_ANSWER_S = 10.0

# Prefect prints nothing on the terminal: our own lines say what went wrong.
QUIET = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_HANDLERS_DEBUG_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "DO_NOT_TRACK": "1",
}
# How long a run waits for a server that is being started again, or that is overloaded.
_PATIENCE = {"PREFECT_CLIENT_MAX_RETRIES": "2", "PREFECT_API_REQUEST_TIMEOUT": "15"}
# How often a flow run says that its process lives: Prefect takes no shorter time. flows/asking/crashes.py waits for it.
HEARTBEAT_S = 30
_HEARTBEATS = {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_S)}
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
    """A server that is up or starting.

    Attributes:
        address: Of its API.
        process: What became of the process that serves it. Like all that follows, None for a server of the user's own.
        log: The file with what it prints.
        created: The database that it creates at this start, if it does.
        password: The file with the password that its pages ask for, if somebody is meant to look at them.
    """

    address: str
    process: Restarted | None = None
    log: Path | None = None
    created: Path | None = None
    password: Path | None = None

    def wait_until_up(self) -> None:
        """Return once the server answers, or once a server of our own is gone: a run goes on without it.

        Raises:
            AligntaxError: it did not: the user's own within 30 seconds, ours within three minutes.
        """
        deadline = time.monotonic() + (_LONGEST_START_S if self.process else _LONGEST_SILENCE_S)
        while not self._answers():
            if self.process and self.process.is_gone:
                return
            if time.monotonic() >= deadline:
                raise AligntaxError(self._silence())
            time.sleep(0.2)
        if self.created:
            keep_template(self.created)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=_LONGEST_ANSWER_S):  # noqa: S310 - http by construction
                return True
        except (urllib.error.URLError, OSError):
            return False

    def _silence(self) -> str:
        if self.process is None:
            return (
                f"the Prefect server at {self.address} does not answer. Start it, or correct PREFECT_API_URL. Without "
                "PREFECT_API_URL a run starts a server of its own."
            )
        return f"the Prefect server that belongs to this command does not start; its log may say why: {self.log}"


@contextmanager
def prefect_server(folder: Path, *, has_schedules: bool = False, has_workers: bool = False) -> Iterator[PrefectServer]:
    """Yield the server; a temporary one keeps its database in ``folder``, so that runs stay on record.

    Raises:
        UsageError: workers need a server, and none is configured: they could not reach a temporary one.
    """
    for name, value in {
        **QUIET,
        **_PATIENCE,
        **_HEARTBEATS,
        **SAFE_PATH,
    }.items():  # the processes that Prefect starts inherit them
        os.environ.setdefault(name, value)
    if configured := configured_address():
        yield PrefectServer(configured)
        return
    if has_workers:
        raise UsageError("work_pool: workers need a Prefect server that they reach: name yours in PREFECT_API_URL.")
    password = (folder / "prefect.password").absolute()
    with suppress(OSError):  # on a disk that is read-only; the server says so
        password.unlink(missing_ok=True)
    with _own_server(folder, _NO_TELEMETRY if has_schedules else _LEAN) as server:
        if not has_schedules:
            yield server
            return
        with _kept(os.environ["PREFECT_API_AUTH_STRING"], password):
            yield replace(server, password=password)


@contextmanager
def _own_server(folder: Path, settings: Mapping[str, str]) -> Iterator[PrefectServer]:
    database, log = ((folder / name).absolute() for name in ("prefect.db", "server.log"))
    is_created = _prepared(database, log)
    secret = f"aligntax:{secrets.token_urlsafe(32)}"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        environment = {
            **QUIET,
            **settings,
            "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{database}",
            "PREFECT_SERVER_API_AUTH_STRING": secret,
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": origin,
            "PREFECT_SERVER_UI_API_URL": f"{origin}/api",  # else its pages ask port 4200
        }
        client = {"PREFECT_API_URL": f"{origin}/api", "PREFECT_API_AUTH_STRING": secret}
        begin = partial(_begin, listener.fileno(), log, environment)
        with restarted(begin, listener) as process, _set(client):
            yield PrefectServer(client["PREFECT_API_URL"], process, log, database if is_created else None)


def _prepared(database: Path, log: Path) -> bool:
    """Make room for a server's files; says whether the server itself creates its database.

    Raises:
        AligntaxError: the folder cannot be written.
    """
    try:
        private_folder(database.parent)
        is_created = not (database.exists() or copy_template(database))
        if not is_created:
            database.chmod(0o600)
        log.unlink(missing_ok=True)
    except OSError as error:
        why = error.strerror or error
        raise AligntaxError(f"cannot write {database.parent}: {why}. The same command goes on once it can.") from None
    return is_created


def _begin(descriptor: int, log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    application = "prefect.server.api.server:create_app"
    module, arguments = "flows.processes.listening", [application, str(descriptor)]
    return start(module, arguments, log=log, environment=environment, descriptors=[descriptor])


@contextmanager
def _set(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while."""
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            os.environ.pop(name, None)


@contextmanager
def _kept(secret: str, path: Path) -> Iterator[None]:
    """Keep a secret in a file for a while."""
    with private_file(path) as file:
        file.write(f"{secret}\n".encode())
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


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
