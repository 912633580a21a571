"""A host that is killed leaves no worker, no program and no folder behind, although it cannot end them itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tasks.sandbox.backends import starts
from tests.conftest import ROOT, absent

HOST = """
import sys
from tasks.sandbox import Program, open_sandbox
from tasks.sandbox.backends import starts
with open_sandbox([way for way in starts() if way.name == sys.argv[1]], count_workers=2) as sandbox:
    sys.stdout.write("ready\\n")
    sys.stdout.flush()
    sandbox.run([Program("import time\\ntime.sleep(60)", seconds=60), Program("while True: pass", seconds=60)])
"""
WAIT_S = 20


def descendants(root):
    """The processes that a process started, and those that these started. Orphans are not among them."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found, new = set(), {root}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new} - found
        found |= new
    return found


def lives(pid):
    """True if the process runs and is not a zombie."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def until(condition):
    deadline = time.monotonic() + WAIT_S
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@pytest.mark.parametrize("back_end", ["bubblewrap", "lockdown"])
def test_no_process_of_a_killed_host_lives_on(back_end):
    if back_end not in {way.name for way in starts()}:
        absent(f"{back_end} is not installed")
    with subprocess.Popen([sys.executable, "-c", HOST, back_end], cwd=ROOT, stdout=subprocess.PIPE) as host:
        try:
            assert host.stdout.readline() == b"ready\n"
            assert until(lambda: len(descendants(host.pid)) >= 4)  # two workers, a program in each
            started = descendants(host.pid)
            os.kill(host.pid, signal.SIGKILL)
            host.wait()
            assert until(lambda: not any(map(lives, started))), [pid for pid in started if lives(pid)]
        finally:
            host.kill()


def test_the_folder_of_a_worker_that_died_with_its_host_goes_with_the_next_sandbox(tmp_path):
    if not starts():
        absent("no sandbox on this machine")
    link = tmp_path / "aligntax-scratch-of-another"
    link.symlink_to(tmp_path)
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    scratch: set[Path] = set()
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", HOST, "lockdown"], cwd=ROOT, stdout=subprocess.PIPE, env=environment
        ) as host:
            assert host.stdout.readline() == b"ready\n"
            assert until(lambda: len(descendants(host.pid)) >= 4)
            assert not scratch & set(tmp_path.iterdir())
            scratch = set(tmp_path.iterdir()) - {link}
            assert len(scratch) == 2
            os.kill(host.pid, signal.SIGSTOP)  # so that it can start no other worker
            for pid in (*descendants(host.pid), host.pid):
                with suppress(ProcessLookupError):  # a program ends with its worker
                    os.kill(pid, signal.SIGKILL)
    assert set(tmp_path.iterdir()) == scratch | {link}
