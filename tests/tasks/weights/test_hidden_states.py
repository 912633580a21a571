"""The residual stream in numpy: each text by itself, and nothing read that is not understood."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.errors import InputError
from tasks.weights.gguf_files import WeightsFile
from tasks.weights.hidden_states import last_states
from tests.support.tiny_weights import BLOCKS, WIDTH, write_tiny


def test_texts_do_not_see_each_other_and_later_tokens_are_not_seen(tmp_path):
    weights = WeightsFile(write_tiny(tmp_path / "tiny.gguf"))
    texts = [[1, 2, 3], [4], [1, 2, 3, 5]]
    together = last_states(weights, texts)
    assert together.shape == (BLOCKS, 3, WIDTH)
    alone = np.concatenate([last_states(weights, [text]) for text in texts], axis=1)
    assert np.allclose(together, alone, atol=1e-5)
    assert not np.allclose(together[:, 0], together[:, 2], atol=1e-3)


def test_the_order_of_the_tokens_counts(tmp_path):
    states = last_states(WeightsFile(write_tiny(tmp_path / "tiny.gguf")), [[1, 2, 3], [2, 1, 3]])
    assert not np.allclose(states[:, 0], states[:, 1], atol=1e-3)


def test_another_architecture_is_one_line(tmp_path):
    weights = WeightsFile(write_tiny(tmp_path / "tiny.gguf", architecture="qwen2"))
    with pytest.raises(InputError, match="must be of the architecture llama, found 'qwen2'"):
        last_states(weights, [[1]])
