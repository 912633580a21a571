from __future__ import annotations

import socket
import subprocess
import time

import pytest

from flows.processes.children import start
from flows.processes.restarted import restarted


def test_a_server_that_dies_twice_is_gone_and_asking_it_fails_at_once(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = listener.getsockname()

        def begin() -> subprocess.Popen[bytes]:
            return start("this", [], log=tmp_path / "log", descriptors=[listener.fileno()])

        with restarted(begin, listener) as process:
            while not process.is_gone:
                time.sleep(0.01)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(place, timeout=5)
        assert process.was_restarted
