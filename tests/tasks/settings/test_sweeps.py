"""Sweeps: one entry of the file becomes a model for each strength."""

from __future__ import annotations

import pytest

from tasks.errors import SettingsError

FILE = """
model_defaults: {provider: llama_cpp}
models:
  - {id: plain, weights: model.gguf, parameters_billion: 2}
  - {%s}
benchmarks: [arithmetic]
"""


@pytest.fixture
def load(load_text, tmp_path):
    (tmp_path / "model.gguf").write_bytes(b"GGUF model")
    (tmp_path / "vector.gguf").write_bytes(b"GGUF general.architecture controlvector")
    (tmp_path / "lora.gguf").write_bytes(b"GGUF adapter")
    return lambda entry: load_text(FILE % entry).models


def test_strengths_of_a_vector_become_models_with_a_knob_and_zero_is_the_base(load):
    plain, *variants = load("id: warm, sweep: {of: plain, by: vector.gguf, strengths: [-0.5, 0, 0.25]}")
    assert [model.id for model in variants] == ["warm@-0.5", "warm@0.25"]
    assert [(m.knob.name, m.knob.value, m.base, m.method, m.stage) for m in variants] == [
        ("strength", -0.5, "plain", "vector", "aligned"),
        ("strength", 0.25, "plain", "vector", "aligned"),
    ]
    assert [m.control_vectors[0].strength for m in variants] == [-0.5, 0.25]
    assert len({m.endpoint for m in (plain, *variants)}) == 3
    assert variants[0].parameters_billion == 2


def test_strengths_of_an_adapter_share_the_server_of_the_base(load):
    plain, *variants = load("sweep: {of: plain, by: lora.gguf, strengths: [1, -1]}, system_prompt: Be good.")
    assert [model.id for model in variants] == ["plain-lora@1", "plain-lora@-1"]
    assert [m.adapters[0].scale for m in variants] == [1, -1]
    assert {m.endpoint for m in variants} == {plain.endpoint}
    assert {m.system_prompt for m in variants} == {"Be good."}


@pytest.mark.parametrize(
    ("sweep", "said"),
    [
        ("sweep: [1]", "must be {of: MODEL, by: FILE, strengths: [...]}"),
        ("sweep: {of: plain, by: vector.gguf}", "must be {of: MODEL, by: FILE, strengths: [...]}"),
        ("sweep: {of: plan, by: vector.gguf, strengths: [1]}", "must be the id of a model of this file, found 'plan'"),
        ("sweep: {of: plain, by: 3, strengths: [1]}", "must be the path of a control vector or an adapter"),
        ("sweep: {of: plain, by: vector.gguf, strengths: []}", "must be a list of numbers"),
        ("sweep: {of: plain, by: vector.gguf, strengths: [yes]}", "must be a list of numbers"),
        ("sweep: {of: plain, by: vector.gguf, strengths: [1, 1.0]}", "must not hold a strength twice"),
        ("sweep: {of: plain, by: absent.gguf, strengths: [1]}", "no such file"),
    ],
)
def test_what_is_no_sweep_is_one_line(load, sweep, said):
    with pytest.raises(SettingsError) as error:
        load(sweep)
    assert said in str(error.value)
