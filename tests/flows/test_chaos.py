"""Whatever happens to a run, the next gives the tables of an undisturbed one, and each failure is one line.

The run's own Prefect server is killed in any phase, and so is a server that the user has started. The clock jumps
within a run and between two. A disk is full or read-only. What happens to the run itself is in
tests/flows/test_kills.py.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count, cycle, islice
from typing import Any

import psutil
import pytest

from tests.conftest import absent
from tests.support.disks import Disk, disk
from tests.support.moments import PHASES
from tests.support.place import RUN, Place, at_moment, resume, stopped
from tests.support.runs import Tables, command, tables
from tests.support.sizes import replications, size
from tests.support.users_server import users_server

pytestmark = pytest.mark.endurance

KILLS, JUMPS, DISKS = 20, 10, 10
SERVED = [phase for phase in PHASES if phase != "migrating"]  # which is before the server starts
LATER = ("run", "--as-of", "2026-02-01")
AGAIN = "warning: the Prefect server died and was started again; the run went on."
GONE = "warning: the Prefect server is gone. The run went on without it, and its pages lack the rest of the run."
HOURS = (-24 * 30, -72, -5, 5, 72, 24 * 30)
# Each folder that a run may write, and the most bytes that are left on its disk; None where it is read-only.
PUBLICATION, WAREHOUSE, TEMPORARY, PREFECT_HOME = "project/publish", "project/data", "tmp", "prefect"
TROUBLES = (
    (PUBLICATION, 12_000_000),
    *((WAREHOUSE, most) for most in (100_000, 2_500_000, 9_000_000)),
    (TEMPORARY, 0),
    (PREFECT_HOME, 0),
    *((place, None) for place in (PUBLICATION, WAREHOUSE, TEMPORARY, PREFECT_HOME)),
)


@dataclass(frozen=True, slots=True)
class Calm:
    """What two undisturbed runs of two dates come to: the calls in each phase, the tables after each run, the files."""

    counts: Mapping[str, int]
    first: Mapping[str, Any]
    both: Mapping[str, Any]
    files: frozenset[str]


@pytest.fixture(scope="module")
def users(tmp_path_factory, simulator) -> Iterator[Place]:
    """Users whose projects have not run."""
    folder = tmp_path_factory.mktemp("users")
    return (Place.create(folder / f"user-{number}", simulator) for number in count())


@pytest.fixture(scope="module")
def calm(users) -> Calm:
    user = next(users)
    counted = user.folder / "counts"
    assert user.run(*at_moment(counted, "asking", 0, "stop")) == []
    first, files = tables(user.warehouse), user.files()
    assert user.run(*command(*LATER)) == []
    return Calm(json.loads(counted.read_text()), first, tables(user.warehouse), frozenset(files))


def test_a_run_whose_prefect_server_is_killed_gives_the_same_tables(calm, users):
    draw = random.Random(20261129)
    for phase in islice(cycle(SERVED), replications(KILLS)):
        user, call = next(users), calm_call(calm, draw, phase)
        run = user.start(*at_moment(user.folder / "counts", phase, call, "stop"))
        own_server(stopped(run)).kill()
        resume(run)
        assert user.ended(run) in ([AGAIN], []), (phase, call)
        assert tables(user.warehouse) == calm.first, (phase, call)
        assert user.files() - calm.files == set(), (phase, call)
        assert user.run(*command(*RUN)) == [], (phase, call)
        assert tables(user.warehouse) == calm.first, (phase, call)
        assert user.alive() == [], (phase, call)


def test_a_run_whose_users_prefect_server_is_killed_gives_the_same_tables(calm, users, tmp_path):
    """Every second time the user starts it again while the run goes on."""
    draw = random.Random(20261130)
    with users_server(tmp_path) as server:
        for number, phase in enumerate(islice(cycle(SERVED), KILLS if size() == "full" else 1)):
            user, call, is_back = next(users), calm_call(calm, draw, phase), number % 2 == 0
            server.wait_until_up()
            own = {"PREFECT_API_URL": server.address}
            run = user.start(*at_moment(user.folder / "counts", phase, call, "stop"), **own)
            stopped(run)
            server.kill()
            if is_back:
                server.start()
            resume(run)
            assert user.ended(run) in ([GONE], []), (phase, call, is_back)
            assert tables(user.warehouse) == calm.first, (phase, call, is_back)
            assert user.files() - calm.files == set(), (phase, call, is_back)
            if not is_back:
                server.start()
            server.wait_until_up()
            assert user.run(*command(*RUN), **own) == [], (phase, call, is_back)
            assert tables(user.warehouse) == calm.first, (phase, call, is_back)
            assert user.alive() == [], (phase, call, is_back)
            print(f"kill {number + 1}: call {call} while {phase}, {'started again' if is_back else 'gone for good'}")


def own_server(run: psutil.Process) -> psutil.Process:
    """The server that a run has started."""
    (found,) = (one for one in run.children(recursive=True) if "prefect.server" in " ".join(one.cmdline()))
    return found


def calm_call(calm: Calm, draw: random.Random, phase: str) -> int:
    """The number of a call in a phase. No two runs make exactly as many, so it is none of the last ones."""
    return draw.randint(1, max(1, 4 * calm.counts[phase] // 5))


def test_a_clock_that_jumps_changes_times_only(calm, users):
    draw = random.Random(20261129)
    for number, phase in enumerate(islice(cycle(("asking", *PHASES)), replications(JUMPS))):
        hours, calls, user = draw.choice(HOURS), str(calm_call(calm, draw, phase)), next(users)
        jumps = str(hours)
        is_back = number == 0  # answers that come in between are from the future for all that follows
        if is_back:
            calls, jumps = ",".join(str(calm.counts["asking"] // part) for part in (5, 2)), "72,-72"
        counted = user.folder / "counts"
        warned = user.run(*at_moment(counted, phase, calls, jumps))
        warned += user.run(*at_moment(counted, "planning", 1, str(-hours), *LATER))
        assert warned == [], (phase, calls, jumps)
        found = tables(user.warehouse)
        warnings = {name: found.pop(name) for name in ("reports.validations",) if is_back}
        assert "so a clock was set back" in str(warnings) or not is_back
        assert found == Tables((name, calm.both[name]) for name in found), (phase, calls, jumps)


def test_a_run_that_met_a_full_or_read_only_disk_is_finished_by_the_next(calm, users):
    draw = random.Random(20261129)
    for where, most in islice(cycle(TROUBLES), replications(DISKS)):
        user, room = next(users), None if most is None else draw.randint(0, most)
        with troubled(user, where, room) as mounted:
            check_failure(user, where, (where, room))
            mounted.mend()
            assert user.run(*command(*RUN)) == [], (where, room)
            assert tables(user.warehouse) == calm.first, (where, room)


@contextmanager
def troubled(user: Place, where: str, room: int | None) -> Iterator[Disk]:
    """A disk for a folder of a user: with so many bytes of room, or read-only."""
    with ExitStack() as stack:
        try:
            mounted = stack.enter_context(disk(user.folder / where, size_mb=64))
        except OSError as error:
            absent(f"nothing can be mounted: {error}")
        if room is None:
            mounted.make_read_only()
        else:
            mounted.fill(but_bytes=room)
        yield mounted


def check_failure(user: Place, where: str, trouble: object) -> None:
    """One line names the folder, if the run cannot do without it. Nothing is left running."""
    run = user.start(*command(*RUN))
    code = run.wait()
    said = [line for line in user.ended(run, code) if line != GONE]
    assert user.alive() == [], trouble
    if code == 0:
        assert where in {TEMPORARY, PREFECT_HOME}, trouble
        assert said == [], trouble
    else:
        (line,) = said
        assert code == 1, (trouble, line)
        assert line.startswith("error: "), (trouble, line)
        assert str(user.folder / where) in line, (trouble, line)
