"""The shared data until the whole suite's conftest brings it: skipped when absent, a failure under CI."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data():
    folder = Path(__file__).resolve().parents[3] / ".." / "shared"
    if not (folder / "data").is_dir():
        message = "the folder ../shared/data with real outputs is absent"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return folder.resolve()
