"""The program without a checkout: a wheel in an environment of its own, and what `make` says of an old Python."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.runs import ROOT, environment

CONFIG = "--config .demo/aligntax.yaml"
ASKED = (
    "aligntax --version",
    f"aligntax sql {CONFIG}",
    f"aligntax status {CONFIG}",
    f"aligntax gate {CONFIG}",
    f"aligntax plan {CONFIG}",
    "aligntax benchmarks",
    "aligntax init",
)
VERDICTS = {0, 3, 4, 5}


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The programs of an environment that holds the wheel and what it depends on, in the locked versions."""
    folder = tmp_path_factory.mktemp("installed")
    uv, place = Path(sys.prefix) / "bin" / "uv", {**os.environ, "VIRTUAL_ENV": str(folder / "venv")}
    for command in (
        ["build", "--quiet", "--wheel", "--out-dir", folder, ROOT],
        ["venv", "--quiet", "--python", sys.executable, folder / "venv"],
    ):
        subprocess.run([uv, *command], check=True)
    [wheel] = folder.glob("*.whl")
    locked = ["--constraint", ROOT / "requirements.lock", wheel]
    subprocess.run([uv, "pip", "install", "--quiet", *locked], env=place, check=True)
    return folder / "venv" / "bin"


@pytest.mark.accept
def test_the_wheel_runs_the_demo_and_every_command_that_it_prints(installed, tmp_path):
    path = f"{installed}:{os.environ['PATH']}"
    alone = {name: value for name, value in environment().items() if name != "PYTHONPATH"} | {"PATH": path}

    def said(command: str) -> str:
        done = subprocess.run(
            shlex.split(command), cwd=tmp_path, env=alone, capture_output=True, text=True, check=False
        )
        assert done.returncode in (VERDICTS if " gate " in command else {0}), f"{command}: {done.stderr}"
        return done.stdout

    demo = said("aligntax demo")
    truth = Path(re.search(r"true rates are in (.*)\.$", demo, re.MULTILINE)[1])
    assert truth.is_file()
    assert truth.is_relative_to(installed.parent)
    waiting, done = [*hints(demo), *ASKED], set()
    while waiting:
        command = waiting.pop(0)
        if command not in done and not command.startswith(("aligntax run", "python ")):
            done.add(command)
            waiting += hints(said(command))
    assert f"aligntax sql {CONFIG} --ask surely_lost" in done
    assert "aligntax plan --config aligntax.yaml" in done


def hints(text: str) -> list[str]:
    """The commands that a command prints as the next ones."""
    lines = re.findall(r"^(?:(?:Try next|Next): |  (?=aligntax|python))(.*)$", text, re.MULTILINE)
    return [command.replace("NAME", "arithmetic") for line in lines for command in line.split(", or ")]


def test_make_says_in_one_line_that_python_is_too_old(tmp_path):
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    old = tmp_path / "python3.9"
    old.write_text('#!/bin/sh\ncase "$1" in -V) echo Python 3.9.18;; *) echo False;; esac\n')
    old.chmod(0o755)
    asked = ["make", "demo", f"PYTHON={old}"]
    done = subprocess.run(asked, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Python 3.9.18" in done.stderr
    assert not (tmp_path / ".venv").exists()
