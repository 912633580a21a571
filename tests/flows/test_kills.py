"""After a kill -9 in any phase a plain re-run gives the same tables, and no process, file or folder is left behind."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import psutil
import pytest

from tests.support.moments import PHASES
from tests.support.runs import DEFAULTS, HARBOR, command, environment, tables
from tests.support.sizes import replications
from warehouse import migrate
from warehouse.connection import Warehouse

KILLS = 30
LONGEST_S = 900  # a run takes 10 seconds on a quiet machine
RUN = ("run", "--as-of", "2026-01-31")
CONFIG = (
    DEFAULTS
    + HARBOR
    + """\
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
    def create(cls, folder: Path, simulator: str, older: Path) -> Place:
        """A project whose warehouse lacks the last migration."""
        place = cls(folder)
        for path in (place.project, place.temporary):
            path.mkdir(parents=True)
        (place.project / "aligntax.yaml").write_text(CONFIG.format(address=simulator))
        (place.project / "warehouse.duckdb").write_bytes(older.read_bytes())
        return place

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a process for this user. It cannot find bubblewrap, so the sandbox writes to folders of the host."""
        homes = {"HOME": str(self.folder.parent / "home"), "TMPDIR": str(self.temporary), "PATH": os.devnull}
        with (self.folder / "printed").open("ab") as printed:
            return subprocess.Popen(
                arguments, cwd=self.project, env={**environment(), **homes}, stdout=printed, stderr=printed
            )

    def run(self, *arguments: str) -> None:
        code = self.start(*arguments).wait(LONGEST_S)
        assert code == 0, (self.folder / "printed").read_text()

    def files(self) -> set[str]:
        """Everything in the project, the home and the folder for temporary files."""
        homes = (self.project, self.temporary, self.folder.parent / "home")
        found = {str(path.relative_to(home.parent)) for home in homes for path in home.rglob("*")}
        # Whole publications before the newest stay for their readers. A half one begins with a dot.
        return {name for name in found if not re.match(r"project/publish/parquet/\d", name)}


@pytest.fixture
def older(tmp_path, monkeypatch) -> Path:
    """A warehouse without the last migration."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for file in migrate._files()[:-1]:
        (folder / file.name).write_text(file.read_text())
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "MIGRATIONS", folder)
        Warehouse.open(tmp_path / "older.duckdb").close()
    return tmp_path / "older.duckdb"


@pytest.mark.endurance
def test_a_run_killed_in_any_phase_is_finished_by_the_next_and_leaves_nothing_behind(tmp_path, simulator, older):
    draw = random.Random(20261129)
    calm = Place.create(tmp_path / "calm", simulator, older)
    calm.run(*at_moment(tmp_path, "never", 0))
    counts = json.loads((tmp_path / "counts").read_text())
    assert counts.keys() == PHASES.keys()
    calm.run(*command(*RUN))  # a second run writes files of its own; every killed run gets a second one, too
    right, files = tables(calm.project / "warehouse.duckdb"), calm.files()

    for number, phase in enumerate(islice(cycle(PHASES), replications(KILLS))):
        call = draw.randint(1, max(1, 4 * counts[phase] // 5))  # no two runs make exactly as many calls
        killed = Place.create(tmp_path / f"killed-{number}", simulator, older)
        alive = kill(killed.start(*at_moment(tmp_path, phase, call)), is_whole=number % 2 == 1)
        assert alive == [], (phase, call)
        killed.run(*command(*RUN))
        assert tables(killed.project / "warehouse.duckdb") == right, (phase, call)
        assert killed.files() == files, (phase, call)


def at_moment(folder: Path, phase: str, call: int) -> list[str]:
    return [sys.executable, "-m", "tests.support.moments", str(folder / "counts"), phase, str(call), "stop", *RUN]


def kill(run: subprocess.Popen[bytes], *, is_whole: bool) -> list[psutil.Process]:
    """Kill a run once it has stopped itself, or all its processes with it; returns those that live on."""
    process = psutil.Process(run.pid)
    deadline = time.monotonic() + LONGEST_S
    while process.status() != psutil.STATUS_STOPPED:
        assert run.poll() is None, "the run ended before its moment"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    family = process.children(recursive=True)
    for one in (*family, process) if is_whole else (process,):
        one.kill()
    run.wait()
    return psutil.wait_procs(family, timeout=LONGEST_S)[1]
