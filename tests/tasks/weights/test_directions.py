"""Directions of a behaviour: found, measured on pairs that were held out, added and taken out."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.weights.directions import control_vector, directions, projection
from tasks.weights.gguf_files import WeightsFile
from tests.support.tiny_weights import BLOCKS, WIDTH, write_tiny

RANDOM = np.random.default_rng(5)
TRUE = np.eye(WIDTH, dtype=np.float32)[3]


def states(*, separated_blocks=(2, 3)):
    """States of 40 pairs: some blocks have the behaviour along one axis, the others have noise alone."""
    noise = RANDOM.normal(0, 1, (2, BLOCKS, 40, WIDTH)).astype(np.float32)
    for block in separated_blocks:
        noise[0, block] += 4 * TRUE
        noise[1, block] -= 4 * TRUE
    return noise


@pytest.mark.parametrize("estimator", ["mean", "component"])
def test_the_direction_separates_what_it_was_not_made_from(estimator):
    found = directions(*states(), estimator)
    assert found.best in {2, 3}
    assert found.separated[found.best] > 0.95
    assert found.separated[0] < 0.9
    assert found.unit[found.best] @ TRUE > 0.9
    assert np.allclose(np.linalg.norm(found.unit, axis=1), 1, atol=1e-5)


def test_strength_one_is_as_long_as_the_residual_stream():
    found = directions(*states(), "mean")
    [(block, vector)] = control_vector(found, range(2, 3)).items()
    assert block == 2
    assert np.linalg.norm(vector) == pytest.approx(found.size[2], rel=1e-5)
    parts = control_vector(found, range(2, 4))
    assert np.linalg.norm(parts[3]) == pytest.approx(found.size[3] / 2, rel=1e-5)


def test_scale_one_takes_the_direction_out_of_what_every_block_writes(tmp_path):
    weights = WeightsFile(write_tiny(tmp_path / "tiny.gguf"))
    adapter = projection(weights, TRUE)
    assert len(adapter) == 2 * BLOCKS
    for name, (a, b) in adapter.items():
        changed = weights.tensor(name).astype(np.float32) + b @ a
        assert np.allclose(TRUE @ changed, 0, atol=1e-6)
