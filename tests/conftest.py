"""Fixtures of several tests: shared data, a browser, a simulated server.

A test whose resource is missing is skipped. With CI=true it fails instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from flows.processes.simulated import simulated_server
from tests.support.runs import Tables

ROOT = Path(__file__).resolve().parents[1]
_MOST_LINES = 20


# Every machine checks the same examples, and no example has a time limit.
hypothesis.settings.register_profile("aligntax", deadline=None, derandomize=True)
hypothesis.settings.load_profile("aligntax")


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """The rows in which the tables of two runs differ: the rest would fill the log."""
    if op != "==" or not isinstance(left, Tables) or not isinstance(right, Tables):
        return None
    found = ("+", left.beyond(right)), ("-", right.beyond(left))
    return ["two runs differ", *(f"{sign} {line}" for sign, lines in found for line in lines[:_MOST_LINES])]


@pytest.fixture(autouse=True)
def _same_umask() -> Iterator[None]:
    """Each test leaves the process's umask as it was: the command line, called in a test, makes it private."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


def absent(what: str) -> None:
    """Skip the test because this machine lacks something. With CI=true the test fails instead."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} (CI=true: nothing may be skipped)")
    pytest.skip(what)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real benchmark files and model outputs beside the checkout."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        absent("../shared/data is not here: tests on real files need it")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium that opens pages."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        absent("no chromium on this machine")
    return str(found)


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a simulated model server with the shipped truth."""
    with simulated_server(tmp_path_factory.mktemp("simulator")) as address:
        yield address
