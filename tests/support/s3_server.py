"""A server that speaks S3, for a test: moto from ``.venv-servers``, on loopback."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import ROOT, absent

_PYTHON = ROOT / ".venv-servers" / "bin" / "python"
_LONGEST_S = 120


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of a new server without buckets."""
    if not _PYTHON.exists():
        absent("no server of S3: `make servers` installs one for the tests")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [_PYTHON, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(server, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait(_LONGEST_S)


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    ends = time.monotonic() + _LONGEST_S
    while server.poll() is None and time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server of S3 did not start: `.venv-servers/bin/python -m moto.server` says why")
