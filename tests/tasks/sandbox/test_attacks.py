"""Every attack fails as expected, as root and as an ordinary user, in both back ends, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT, absent
from tests.tasks.sandbox.attacks import ATTACKS, HARMLESS
from tests.tasks.sandbox.cheats import CHEATS

NOBODY = 65534
# The attacks of one place take 8 s, so those by root are long tests.
PLACES = [(back_end, "nobody") for back_end in ("bubblewrap", "lockdown")] + [
    pytest.param(back_end, "root", marks=pytest.mark.accept) for back_end in ("bubblewrap", "lockdown")
]


@pytest.fixture(scope="session")
def copied():
    """A copy of the package that every user may read. Other users cannot read the folders of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="aligntax-attacks-"))
    folder.chmod(0o755)
    shutil.copytree(ROOT / "tasks" / "sandbox", folder / "tasks" / "sandbox")
    shutil.copy(Path(__file__).with_name("attacks.py"), folder)
    (folder / "tests" / "tasks" / "sandbox").mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("cheats.py"), folder / "tests" / "tasks" / "sandbox")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def attacked(copied):
    """How every attack by a user in a back end ended."""

    @cache
    def attack(back_end, user):
        if back_end == "bubblewrap" and shutil.which("bwrap") is None:
            absent("bubblewrap is not installed")
        is_root = os.getuid() == 0
        if user == "root" and not is_root:
            absent("the tests do not run as root")
        becoming = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if is_root and user == "nobody" else {}
        python = readable_python() if becoming else sys.executable
        done = subprocess.run(
            [python, copied / "attacks.py", back_end],
            env={"PYTHONPATH": str(copied), "ATTACK_SECRET": "s3cret", "PATH": os.environ["PATH"]},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **becoming,
        )
        assert done.returncode == 0, done.stderr[-2_000:]
        return json.loads(done.stdout)

    return attack


def readable_python():
    """An interpreter that an ordinary user may start. Ours may lie in root's home folder, which is closed to others."""
    real = Path(sys.executable).resolve()
    if all(parent.stat().st_mode & 0o001 for parent in real.parents):
        return str(real)
    system = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if system is None:
        absent("no Python that an ordinary user can start")
    return str(system)


@pytest.mark.parametrize(("back_end", "user"), PLACES)
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_ends_as_expected(attacked, back_end, user, name):
    verdict, detail = attacked(back_end, user)[name]
    expected = ATTACKS[name][1]
    if expected == "full":  # the kernel refuses what would not fit, or the worker measures
        expected = "error" if back_end == "bubblewrap" else "file_flood"
    assert verdict == expected, detail


@pytest.mark.parametrize(("back_end", "user"), PLACES)
def test_no_wrong_program_passes_and_none_changes_the_verdict_of_a_right_one(attacked, back_end, user):
    report = attacked(back_end, user)
    assert set(report["cheats"]) == set(CHEATS)
    assert {name for name, (verdict, _) in report["cheats"].items() if verdict == "pass"} == set()
    assert report["right"] == ["pass"]


def test_there_are_150_attacks():
    assert len(ATTACKS) + len(CHEATS) >= 150


@pytest.mark.parametrize(("back_end", "user"), PLACES)
@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_program_passes(attacked, back_end, user, name):
    assert attacked(back_end, user)[name] == ["pass", None]


@pytest.mark.parametrize(("back_end", "user"), PLACES)
def test_the_attacks_change_nothing_on_the_host(attacked, back_end, user):
    report = attacked(back_end, user)
    assert report["sibling lives"]
    assert report["victim"].startswith("untouched")
    assert (report["escaped"], report["left"]) == ([], [])


@pytest.mark.parametrize("back_end", ["bubblewrap", "lockdown"])
def test_the_sandbox_names_its_layers(attacked, back_end):
    layers = attacked(back_end, "nobody")["layers"]
    assert ("namespaces" in layers) == (back_end == "bubblewrap")
    assert {"seccomp", "limits"} <= set(layers)
