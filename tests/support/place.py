"""A user with a project, a home and a folder for temporary files, whose commands a test disturbs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.support.runs import DEFAULTS, HARBOR, environment

LONGEST_S = 900  # a run takes 10 seconds on a quiet machine
RUN = ("run", "--as-of", "2026-01-31")
CONFIG = (
    DEFAULTS.replace("warehouse.duckdb", "data/warehouse.duckdb")
    + HARBOR
    + """\
publish: {{folder: publish, csv: true}}
judges: [{{id: careful, model: jury-careful}}]
benchmarks:
  - {{id: coding, sample_size: 8}}
  - {{id: arithmetic, sample_size: 20}}
  - {{id: harmful, sample_size: 12, judge: careful}}
"""
)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder for a user: a project, a home and a folder for temporary files."""

    folder: Path

    @classmethod
    def create(cls, folder: Path, simulator: str) -> Place:
        """A project that has not run."""
        place = cls(folder)
        for path in (place.warehouse.parent, place.temporary):
            path.mkdir(parents=True)
        (place.project / "aligntax.yaml").write_text(CONFIG.format(address=simulator))
        return place

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def home(self) -> Path:
        """It is shared with the users beside this one, because a first run there makes what later ones use."""
        return self.folder.parent / "home"

    @property
    def prefect_home(self) -> Path:
        return self.folder / "prefect"

    @property
    def warehouse(self) -> Path:
        return self.project / "data" / "warehouse.duckdb"

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        """Start a process for this user. It cannot find bubblewrap, so the sandbox writes to folders of the host."""
        folders = {"HOME": self.home, "TMPDIR": self.temporary, "PREFECT_HOME": self.prefect_home, "PATH": os.devnull}
        own = environment() | {name: str(folder) for name, folder in folders.items()} | more
        with (self.folder / "out").open("wb") as out, (self.folder / "err").open("wb") as err:
            return subprocess.Popen(arguments, cwd=self.project, env=own, stdout=out, stderr=err)

    def run(self, *arguments: str, code: int = 0, **more: str) -> list[str]:
        """Run a process to its end; returns what it warned of, without its progress."""
        return self.ended(self.start(*arguments, **more), code)

    def ended(self, process: subprocess.Popen[bytes], code: int = 0) -> list[str]:
        """The same for a process that is at work."""
        found, said = process.wait(LONGEST_S), (self.folder / "err").read_text()
        assert found == code, f"exit {found}\n{(self.folder / 'out').read_text()}\n{said}"
        return [line for line in said.splitlines() if not line.startswith("asked ")]

    def alive(self) -> list[str]:
        """The processes that this user left running."""
        return [" ".join(one.cmdline()) for one in psutil.process_iter() if is_of(one, str(self.temporary))]

    def files(self) -> set[str]:
        """Everything in the project, the home and the folder for temporary files."""
        homes = (self.project, self.temporary, self.home, self.prefect_home)
        found = {str(path.relative_to(home.parent)) for home in homes for path in home.rglob("*")}
        # Whole publications before the newest stay for their readers. A half one begins with a dot.
        return {name for name in found if not re.match(r"project/publish/(parquet|csv)/\d", name)}


def at_moment(counts: Path, phase: str, call: int | str, trouble: str, *arguments: str) -> list[str]:
    """The command for a run that makes its own trouble; see `tests.support.moments`."""
    return [sys.executable, "-m", "tests.support.moments", str(counts), phase, str(call), trouble, *(arguments or RUN)]


def stopped(run: subprocess.Popen[bytes]) -> psutil.Process:
    """A run that has stopped itself."""
    process = psutil.Process(run.pid)
    deadline = time.monotonic() + LONGEST_S
    while process.status() != psutil.STATUS_STOPPED:
        assert run.poll() is None, "the run ended before its moment"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


def resume(run: subprocess.Popen[bytes]) -> None:
    """Let a run that has stopped itself go on."""
    run.send_signal(signal.SIGCONT)


def is_of(process: psutil.Process, temporary: str) -> bool:
    """Whether a process lives that has this folder for temporary files, and with it all that it has started."""
    try:
        return process.environ().get("TMPDIR") == temporary and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
