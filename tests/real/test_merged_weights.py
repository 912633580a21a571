"""Merged weights are weights: equal to what they are made of where they must be, and served."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from flows.processes.model_servers import model_servers
from tasks.settings import ModelSettings
from tasks.weights.gguf_files import WeightsFile
from tests.support.known import known_names
from tests.support.llama import installed, llama_server_program, weights

pytestmark = pytest.mark.accept


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    """The average of the weights with themselves."""
    installed()
    path = tmp_path_factory.mktemp("merged") / "twice.gguf"
    parts = ("--part", str(weights()), "--part", str(weights()))
    done = subprocess.run(
        [str(Path(sys.executable).parent / "aligntax"), "merge", str(path), *parts],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return path


def test_the_average_of_weights_with_themselves_is_them_to_the_byte(merged):
    whole, twice = WeightsFile(weights()), WeightsFile(merged)
    assert twice.names == whole.names
    assert all(twice.tensor(name).tobytes() == whole.tensor(name).tobytes() for name in whole.names)
    assert '"method": "average"' in twice.keys["aligntax.merge"]


def test_merged_weights_are_served(merged, tmp_path):
    entry = {"id": "m", "provider": "llama_cpp", "weights": str(merged), "base": None, "gpu_layers": 0}
    own = {"server": str(llama_server_program()), "context": 256, "parallel": 1}
    model = ModelSettings.model_validate({**entry, **own}, context={"known": known_names()})

    async def serve():
        async with model_servers([model], tmp_path) as servers:
            return [(server.base_url is not None, server.why_gone()) for server in servers.values()]

    assert asyncio.run(serve()) == [(True, None)]
