"""Runs a case of the field with the program of this checkout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cases import RunCase, run_case


@pytest.fixture(name="run_case")
def running_case(shared_data: Path, tmp_path: Path) -> Callable[..., RunCase]:
    """Run a case by its name, as ``answers/F05_text_after_marker``."""

    def run(name: str, commands: str | None = None) -> RunCase:
        return run_case(shared_data / "data" / "cases" / name, tmp_path / name, commands)

    return run
