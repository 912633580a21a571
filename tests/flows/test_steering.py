"""What cannot be steered is one line, and writes nothing. tests/real steers real weights."""

from __future__ import annotations

import sys

import pytest

from flows.steering import SteeredWeights, steer
from tasks.errors import AligntaxError
from tests.support.tiny_weights import write_tiny


def program(folder, said):
    path = folder / "llama-server"
    path.write_text(f"#!/bin/sh\necho '{said}'\nexit 1\n")
    path.chmod(0o700)
    return path


@pytest.mark.parametrize(
    ("of", "method", "said"),
    [
        (lambda at: SteeredWeights(at / "absent.gguf", None, None), "vector", "absent.gguf: no such file"),
        (lambda at: SteeredWeights(at / "frob.gguf", None, None), "vector", "found 'frob'. Name the folder of Hugging"),
        (lambda at: SteeredWeights(at, None, None), "vector", "must be a GGUF file or a folder with a config.json"),
        (lambda at: SteeredWeights(at, None, None), "lora", "changes tensors of a GGUF file: name it, and"),
        (lambda at: SteeredWeights(at / "frob.gguf", at, None), "lora", "a folder with a config.json"),
        (
            lambda at: SteeredWeights(at / "model", None, None),
            "vector",
            "needs the package torch: pip install 'aligntax[",
        ),
        (lambda at: SteeredWeights(at / "tiny.gguf", None, at / "gone"), "vector", "--server: no such program: "),
        (
            lambda at: SteeredWeights(at / "tiny.gguf", None, program(at, "error loading model")),
            "vector",
            "tiny.gguf did not start: llama.cpp cannot read the weights: the file is cut off or damaged",
        ),
    ],
)
def test_what_cannot_be_steered_is_one_line_and_writes_nothing(tmp_path, monkeypatch, of, method, said):
    monkeypatch.setitem(sys.modules, "torch", None)
    write_tiny(tmp_path / "tiny.gguf")
    write_tiny(tmp_path / "frob.gguf", architecture="frob")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text('{"model_type": "frob", "num_hidden_layers": 2}')
    out = tmp_path / "out.gguf"
    with pytest.raises(AligntaxError) as error:
        steer(of(tmp_path), "refusal", out, method=method, estimator="mean", blocks=None)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    # Its log goes with it.
    assert "(log:" not in str(error.value)
    assert not out.exists()
