"""What several tests need: shared data, a browser, a simulated server. Absent is a skip, under CI=true a failure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]


# Properties are checked on the same examples everywhere, and never against a clock.
hypothesis.settings.register_profile("aligntax", deadline=None, derandomize=True)
hypothesis.settings.load_profile("aligntax")


def absent(what: str) -> None:
    """Skip for something this machine lacks; on CI nothing may be lacking."""
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
    """Path of a Chromium to look at pages with."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        absent("no chromium on this machine")
    return str(found)


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a simulated model server with the shipped truth."""
    ready = tmp_path_factory.mktemp("simulator") / "address"
    command = [sys.executable, "-m", "infra.simulator", "--port", "0", "--ready-file", str(ready), "--exit-with-stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=ROOT) as process:
        deadline = time.monotonic() + 60
        while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert ready.exists(), "the simulated server did not start"
        yield ready.read_text().strip()
        process.terminate()
