"""Serve the dashboards on this machine until Ctrl-C: ``python -m infra.superset``, which ``make bi`` calls.

The first start makes Superset's metadata and imports the dashboards; later ones only serve. The process becomes the
server, so that what ends it ends everything. Tested in tests/infra/superset/test_server.py.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from infra.superset.home import Home
from infra.superset.sources import BiError, Source, postgres, snapshot
from tasks.errors import AligntaxError

_INSIDE = Path(__file__).parent / "inside"  # what runs in the environment of Superset
_ROOT = _INSIDE.parents[2]
_ENVIRONMENT = _ROOT / ".venv-superset" / "bin"
_VERSIONS = _ROOT / "requirements-superset.lock"
# What Superset's processes are told of ours: no provider's key.
_PASSED_ON = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR")


def main(arguments: Sequence[str] | None = None) -> int:
    """Set Superset up where needed, then become its server.

    Returns:
        1 where that cannot be done; the reason is one line on standard error. Otherwise it does not return.
    """
    options = _parser().parse_args(arguments)
    try:
        source = (postgres if options.postgres else snapshot)(options.config)
        _check_port(options.port)
        home = Home(options.home.resolve())
        environment = _environment(home, options.port)
        if options.postgres:
            _check_reader(source, environment)
        if home.prepare(source, _VERSIONS):
            _set_up(home, environment)
    except KeyboardInterrupt:
        return 130
    except AligntaxError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return _serve(home, environment)


def _serve(home: Home, environment: dict[str, str]) -> NoReturn:
    """Become the server."""
    server = str(_ENVIRONMENT / "gunicorn")
    os.chdir(home.folder)
    os.execve(server, [server, "--config", str(_INSIDE / "gunicorn_config.py")], environment)  # noqa: S606 - no shell


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bi", description="Dashboards over the published tables, on loopback.")
    parser.add_argument("--config", type=Path, help="configuration whose publication is shown (default: aligntax.yaml)")
    parser.add_argument("--postgres", action="store_true", help="show the tables in PostgreSQL instead of the snapshot")
    parser.add_argument("--port", type=int, default=8088)
    parser.add_argument(
        "--home", type=Path, default=_ROOT / ".superset", help="folder of the password and the metadata"
    )
    return parser


def _check_port(port: int) -> None:
    """Stop before a minute of work where the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise BiError(f"port {port}: {error.strerror}. Choose another: make bi ARGS='--port {port + 1}'.") from None


def _environment(home: Home, port: int) -> dict[str, str]:
    passed = {name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith("PG")}
    address = (
        f"Dashboards: http://127.0.0.1:{port}/dashboard/list/\nUser: admin, password in {home.password}\nCtrl-C stops."
    )
    return passed | {
        "SUPERSET_HOME": str(home.folder),
        "SUPERSET_CONFIG_PATH": str(_INSIDE / "superset_config.py"),
        "SCARF_ANALYTICS": "false",
        "ALIGNTAX_BI_PORT": str(port),
        "ALIGNTAX_BI_READY": address,
    }


def _check_reader(source: Source, environment: dict[str, str]) -> None:
    """Refuse a user who could change the tables: SQL Lab runs what its reader writes.

    Raises:
        BiError: the user cannot connect, or may do more than read.
    """
    command = [str(_ENVIRONMENT / "python"), str(_INSIDE / "check_reader.py"), source.uri]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = (done.stdout or done.stderr).strip().splitlines()[-1]
        raise BiError(f"PostgreSQL: {said}. Name a user who may log in and only read: PGUSER=NAME make bi ...")


def _set_up(home: Home, environment: dict[str, str]) -> None:
    """Run Superset's own commands.

    Raises:
        BiError: one of them failed.
    """
    sys.stderr.write("Setting Superset up (about half a minute) ...\n")
    command = [str(_ENVIRONMENT / "python"), str(_INSIDE / "set_up.py"), str(home.assets)]
    with home.log.open("w") as log:
        done = subprocess.run(command, env=environment, cwd=home.folder, stdout=log, stderr=log, check=False)  # noqa: S603
    if done.returncode:
        said = home.log.read_text().strip().splitlines() or ["nothing"]
        raise BiError(f"Superset could not be set up: {said[-1].strip()} All it printed is in {home.log}.")
    home.note_imported(_VERSIONS)


if __name__ == "__main__":
    sys.exit(main())
