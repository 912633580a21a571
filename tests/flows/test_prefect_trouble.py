"""Prefect's server dies or answers no more while a run is at work: one line, and the run ends as it would without."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from flows.processes.children import start, stop
from flows.processes.prefect_database import copy_template
from tests.support.runs import command, count_requests, environment, write_config
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

SIZE = 12
AGAIN = "warning: the Prefect server died and was started again; the run went on.\n"
GONE = "warning: the Prefect server is gone. The run went on without it, and its pages lack the rest of the run.\n"


def servers(process: psutil.Process) -> list[psutil.Process]:
    return [child for child in process.children(recursive=True) if "prefect.server" in " ".join(child.cmdline())]


def troubled(
    folder: Path,
    is_time: Callable[[], bool],
    trouble: Callable[[psutil.Process], None],
    **more: str,
) -> subprocess.CompletedProcess[str]:
    """A run, and trouble for the Prefect server when it is time."""
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        run = subprocess.Popen(
            command("run", "--as-of", "2026-01-31"),
            cwd=folder,
            env={**environment(), **more},
            stdout=out,
            stderr=err,
        )
        while not is_time():
            assert run.poll() is None, (folder / "err").read_text()
            time.sleep(0.02)
        trouble(psutil.Process(run.pid))
        code = run.wait(300)
    return subprocess.CompletedProcess(run.args, code, *((folder / name).read_text() for name in ("out", "err")))


def check(folder: Path, found: subprocess.CompletedProcess[str], said: str) -> None:
    """Everything was asked and published, and stderr holds one line about Prefect."""
    assert found.returncode == 0, found.stderr
    lines = [line for line in found.stderr.splitlines(keepends=True) if not line.startswith("asked ")]
    assert "".join(lines) == said
    with Warehouse.read(folder / "publish" / "aligntax.duckdb") as published:
        assert published.rows("select count(*) from marts.fct_scores")[1] == [(6 * SIZE,)]


def killed(times: int) -> Callable[[psutil.Process], None]:
    def kill(run: psutil.Process) -> None:
        for _ in range(times):
            while not (found := servers(run)):
                time.sleep(0.02)
            found[0].kill()
            found[0].wait()

    return kill


@pytest.mark.parametrize(
    ("phase", "times", "said"),
    [("start", 2, GONE), ("asking", 2, GONE), ("published", 1, AGAIN)],
)
def test_a_run_goes_on_when_its_server_is_killed(project, simulator, phase, times, said):
    write_config(project, simulator, size=SIZE, concurrency=1)
    check(project, troubled(project, phases(project, simulator)[phase], killed(times)), said)


def test_a_run_goes_on_when_the_server_of_its_user_answers_no_more(project, simulator, of_the_user):
    """It hangs. tests/flows/test_chaos.py kills it."""
    process, listener = of_the_user
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/api"

    def trouble(_: psutil.Process) -> None:
        process.send_signal(signal.SIGSTOP)

    write_config(project, simulator, size=SIZE, concurrency=1)
    impatient = {"PREFECT_API_URL": address, "PREFECT_API_REQUEST_TIMEOUT": "1"}
    check(project, troubled(project, phases(project, simulator)["asking"], trouble, **impatient), GONE)


def phases(folder: Path, simulator: str) -> dict[str, Callable[[], bool]]:
    before = count_requests(simulator)
    return {
        "start": (folder / ".aligntax" / "prefect.db").exists,
        "asking": lambda: count_requests(simulator) > before + SIZE,
        "published": (folder / "publish" / "report.html").exists,
    }


@pytest.fixture
def of_the_user(tmp_path):
    """The process of a Prefect server that belongs to no run, and the socket on which it listens."""
    database = {"PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{tmp_path}/of-the-user.db"}
    copy_template(tmp_path / "of-the-user.db")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        arguments = ["prefect.server.api.server:create_app", str(listener.fileno())]
        process = start(
            "flows.processes.listening",
            arguments,
            log=tmp_path / "log",
            environment=database,
            descriptors=[listener.fileno()],
        )
        yield process, listener
        process.send_signal(signal.SIGCONT)
        stop(process)
