"""After a kill -9 in any phase a plain re-run gives the same tables, and no process, file or folder is left behind."""

from __future__ import annotations

import json
import random
import subprocess
from itertools import cycle, islice
from pathlib import Path

import psutil
import pytest

from tests.support.moments import PHASES
from tests.support.place import LONGEST_S, RUN, Place, at_moment, stopped
from tests.support.runs import command, tables
from tests.support.sizes import replications
from warehouse import migrate
from warehouse.connection import Warehouse

KILLS = 30


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
    calm = without_last_migration(tmp_path / "calm", simulator, older)
    counted = tmp_path / "counts"
    calm.run(*at_moment(counted, "asking", 0, "stop"))
    counts = json.loads(counted.read_text())
    assert counts.keys() == PHASES.keys()
    calm.run(*command(*RUN))  # a second run writes files of its own; every killed run gets a second one, too
    right, files = tables(calm.warehouse), calm.files()

    for number, phase in enumerate(islice(cycle(PHASES), replications(KILLS))):
        call = draw.randint(1, max(1, 4 * counts[phase] // 5))  # no two runs make exactly as many calls
        killed = without_last_migration(tmp_path / f"killed-{number}", simulator, older)
        alive = kill(killed.start(*at_moment(counted, phase, call, "stop")), is_whole=number % 2 == 1)
        assert alive == [], (phase, call)
        killed.run(*command(*RUN))
        assert tables(killed.warehouse) == right, (phase, call)
        assert killed.files() == files, (phase, call)


def without_last_migration(folder: Path, simulator: str, older: Path) -> Place:
    place = Place.create(folder, simulator)
    place.warehouse.write_bytes(older.read_bytes())
    return place


def kill(run: subprocess.Popen[bytes], *, is_whole: bool) -> list[psutil.Process]:
    """Kill a run once it has stopped itself, or all its processes with it; returns those that live on."""
    process = stopped(run)
    family = process.children(recursive=True)
    for one in (*family, process) if is_whole else (process,):
        one.kill()
    run.wait()
    return psutil.wait_procs(family, timeout=LONGEST_S)[1]
