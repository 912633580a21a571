"""Several machines for a test: PostgreSQL, a Prefect server on it, and workers, each a process that can be killed."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

from flows.processes.prefect_server import QUIET
from tests.conftest import ROOT, absent
from tests.support.place import is_of
from tests.support.postgres_server import PostgresServer, free_port, running_postgres
from tests.support.runs import environment

PYTHON = ROOT / ".venv-lake/bin/python"
POOL = "aligntax-workers"
COMPOSE = yaml.safe_load((ROOT / "infra/compose.yaml").read_text())["services"]
LONGEST_S = 300
_COMMAND_LINE = "from flows.cli import main; main()"


@dataclass
class Machines:
    """A folder that all machines share, and what runs."""

    folder: Path
    postgres: PostgresServer
    port: int
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def catalog(self) -> str:
        return f"ducklake:postgres:{self.postgres.address}"

    @property
    def environment(self) -> dict[str, str]:
        names = {"PREFECT_API_URL": self.api, "PREFECT_HOME": str(self.folder / "home")}
        return {**environment(), **QUIET, **names, "ALIGNTAX_FOLDER": str(self.folder), "TMPDIR": str(self.folder)}

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        """A program of its own process group; what it prints goes to a file."""
        with (self.folder / f"log-{len(self.started)}.txt").open("wb") as log:
            process = subprocess.Popen(
                [PYTHON, *arguments],
                cwd=self.folder,
                env={**self.environment, **more},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def start_server(self) -> subprocess.Popen[bytes]:
        url = self.postgres.address.replace("postgresql://", "postgresql+asyncpg://")
        command = shlex.split(
            COMPOSE["prefect"]["command"].replace("0.0.0.0", "127.0.0.1").replace("4200", str(self.port))
        )
        kept = ("PREFECT_SERVER_ANALYTICS_ENABLED", "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE")
        more = {"PREFECT_API_DATABASE_CONNECTION_URL": url}
        more |= {name: COMPOSE["prefect"]["environment"][name] for name in kept}
        server = self.start("-m", *command, "--no-ui", **more)
        ends = time.monotonic() + LONGEST_S
        while server.poll() is None and time.monotonic() < ends:
            try:
                urllib.request.urlopen(f"{self.api}/health", timeout=5).close()
            except OSError:
                time.sleep(0.2)
            else:
                return server
        raise AssertionError(f"the Prefect server did not start: {self.logs()}")

    def start_worker(self, service: str = "worker", *options: str) -> subprocess.Popen[bytes]:
        """A service of compose.yaml that takes flow runs of a pool: ``worker`` of shards, ``builder`` of nights."""
        environment = COMPOSE[service]["environment"]
        more = {name: value for name, value in environment.items() if name.startswith("PREFECT_WORKER_")}
        return self.start("-m", *shlex.split(COMPOSE[service]["command"]), *options, **more)

    def start_run(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The command line on the machine of the warehouse, which may be killed."""
        return self.start("-c", _COMMAND_LINE, *arguments)

    def lose_worker(self) -> None:
        """Switch a machine off that asks a shard, and start another one."""
        asking = [worker for worker in self.workers() if worker.children(recursive=True)]
        lose((asking or self.workers())[0])
        self.start_worker()

    def restart_run(self) -> subprocess.Popen[bytes]:
        """Switch the machine of the warehouse off, and give the same command again."""
        lost = next(one for one in reversed(self.started) if _COMMAND_LINE in one.args)
        lose(psutil.Process(lost.pid))
        return self.start(*lost.args[1:])

    def restart_server(self, after_s: float = 0) -> None:
        lose(psutil.Process(next(one for one in reversed(self.started) if "server" in one.args).pid))
        time.sleep(after_s)
        self.start_server()

    def restart_postgres(self) -> None:
        assert self.postgres.process
        lose(psutil.Process(self.postgres.process.pid))
        self.postgres.process.wait()
        self.postgres.start()

    def run(self, *arguments: str, timeout: float = LONGEST_S) -> subprocess.CompletedProcess[str]:
        """The command line, on the machine of the warehouse."""
        return subprocess.run(
            [PYTHON, "-c", _COMMAND_LINE, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def workers(self) -> list[psutil.Process]:
        """Those that ask shards."""
        return [psutil.Process(one.pid) for one in self.started if POOL in one.args and one.poll() is None]

    def shards(self) -> list[int]:
        """The processes of flow runs that workers have started."""
        return [child.pid for worker in self.workers() for child in worker.children(recursive=True)]

    def ask_server(self, path: str, document: object) -> Any:
        """What the Prefect server answers."""
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.api}/{path}", json.dumps(document).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def left(self) -> list[str]:
        """The processes of this folder that belong neither to a server nor to a worker that waits for shards."""
        running = [psutil.Process(one.pid) for one in self.started if one.poll() is None]
        servers = [child for one in running if "server" in one.cmdline() for child in one.children(recursive=True)]
        known = {one.pid for one in (*running, *servers)}
        found = (one for one in psutil.process_iter() if one.pid not in known and is_of(one, str(self.folder)))
        return [" ".join(one.cmdline()) for one in found]

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        ends, last = time.monotonic() + LONGEST_S, self.started[-1]
        while not condition():
            assert last.poll() is None, f"{last.args} has ended: {self.logs()}"
            assert time.monotonic() < ends, f"{what}: {self.logs()}"
            time.sleep(0.05)

    def logs(self) -> str:
        return "\n".join(path.read_text()[-3000:] for path in sorted(self.folder.glob("log-*.txt")))


def deploy(environment: Mapping[str, str], only: str | tuple[str, ...] = "", programs: Path = PYTHON.parent) -> None:
    """Make the pools and deployments of compose.yaml by its own commands, or those alone that end with some names."""
    lines = COMPOSE["deploy"]["command"][-1].splitlines()
    done = subprocess.run(
        ["sh", "-ec", "\n".join(line for line in lines if line.endswith(only))],
        cwd=ROOT / "infra",
        env={**environment, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def lose(process: psutil.Process) -> None:
    """Kill a process and all that it started at once, as if their machine was switched off."""
    family = [process, *process.children(recursive=True)]
    for one in family:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(family, timeout=LONGEST_S)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a machine at once: the process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)


@contextmanager
def machines(folder: Path, *, count_workers: int) -> Iterator[Machines]:
    """PostgreSQL, a Prefect server on it with the pool's deployment, and workers; all end with the block."""
    if not PYTHON.exists():
        absent("no extensions of DuckDB for a lake: `make lake` installs them for the tests")
    with ExitStack() as stack:
        found = Machines(folder, stack.enter_context(running_postgres("pg_trgm")), free_port())
        stack.callback(lambda: [kill(process) for process in reversed(found.started)])
        found.start_server()
        deploy(found.environment, POOL)
        for _ in range(count_workers):
            found.start_worker()
        yield found
