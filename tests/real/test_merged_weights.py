"""Merged weights are weights: equal to what they are made of where they must be, and served."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.weights.gguf_files import WeightsFile
from tests.support.llama import installed, llama_server_program, weights
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept
# Neither is the base of the other: a pair whose answers are all equal would be held back.
CONFIG = """
warehouse: warehouse.duckdb
publish: {{folder: publish}}
model_defaults:
  {{provider: llama_cpp, server: {server}, gpu_layers: 0, threads: 1, context: 512, base: null,
   sampling: {{temperature: 0.0, seed: 0, max_tokens: 8}}}}
models:
  - {{id: plain, weights: {plain}}}
  - {{id: merged, weights: {merged}, method: average}}
benchmarks: [{{id: knowledge, sample_size: 4}}]
thresholds: {{max_truncated_rate: null}}
"""


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    """The average of the weights with themselves."""
    installed()
    path = tmp_path_factory.mktemp("merged") / "twice.gguf"
    parts = ("--part", str(weights()), "--part", str(weights()))
    done = aligntax("merge", str(path), *parts)
    assert done.returncode == 0, done.stderr
    return path


def aligntax(*command, folder=None):
    """Run a command of the program without what this shell says of Prefect and of us."""
    return subprocess.run(
        [str(Path(sys.executable).parent / "aligntax"), *command],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "ALIGNTAX_"))},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_the_average_of_weights_with_themselves_is_them_to_the_byte(merged):
    whole, twice = WeightsFile(weights()), WeightsFile(merged)
    assert twice.names == whole.names
    assert all(twice.tensor(name).tobytes() == whole.tensor(name).tobytes() for name in whole.names)
    assert json.loads(twice.keys["aligntax.merge"])["method"] == "average"


def test_merged_weights_are_served_and_evaluated(merged, tmp_path):
    """What is equal to the byte answers equally."""
    (tmp_path / "aligntax.yaml").write_text(
        CONFIG.format(plain=weights(), merged=merged, server=llama_server_program())
    )
    done = aligntax("run", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    with Warehouse.read(tmp_path / "warehouse.duckdb") as warehouse:
        answers = warehouse.rows(
            "select model_id, list(text order by item_id) from raw.generations "
            "where status = 'answered' group by model_id order by model_id"
        )[1]
        models = warehouse.rows("select method, provider from raw.models where model_id = 'merged'")[1]
    (_, of_merged), (_, of_plain) = answers
    assert len(of_merged) == 4
    assert of_merged == of_plain
    assert models == [("average", "llama_cpp")]
