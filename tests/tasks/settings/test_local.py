"""Weights that the run serves: known by their content, served once for the models that share them."""

from __future__ import annotations

import os

import pytest

from tasks.errors import SettingsError

FILE = """
models:
  - {id: plain, provider: llama_cpp, weights: model.gguf%s}
  - {id: other, provider: llama_cpp, weights: model.gguf, base: plain%s}
benchmarks: [arithmetic]
"""


@pytest.fixture
def models(load_text, tmp_path):
    """Two models of one file, with some keys added to each; the files exist."""
    for name in ("model", "lora", "vector"):
        (tmp_path / f"{name}.gguf").write_bytes(b"GGUF" + name.encode())

    def load(first="", second=", system_prompt: Be good.", **arguments):
        return load_text(FILE % (first, second), **arguments).models

    return load


def test_what_follows_from_weights_is_filled_in(models):
    plain, _ = models()
    assert (plain.model, plain.api, plain.base_url, plain.concurrency) == ("model", "chat", None, 2)
    assert plain.endpoint.startswith("llama_cpp/")


def test_a_changed_file_is_another_model_and_a_moved_one_the_same(models, tmp_path):
    before, weights = models()[0].model_version, tmp_path / "model.gguf"
    weights.write_bytes(b"GGUFother")
    assert models()[0].model_version != before
    weights.write_bytes(b"GGUFmodel")
    os.utime(weights, ns=(1, 1))
    assert models()[0].model_version == before


def test_scales_share_a_server_and_strengths_do_not(models):
    first, second = models(", adapters: [{path: lora.gguf, scale: 1}]", ", adapters: [{path: lora.gguf, scale: -1}]")
    assert first.endpoint == second.endpoint
    assert first.model_version != second.model_version
    first, second = models("", ", control_vectors: [{path: vector.gguf, strength: 0.5}]")
    assert first.endpoint != second.endpoint


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (", base_url: 'http://127.0.0.1:1/v1'", "", "must have weights:, which the run serves, or base_url:"),
        (", endpoint: mine", "", "must leave out 'endpoint'"),
        (", api_key_env: KEY", "", "must leave out 'api_key_env'"),
        ("", ", context: 8", "must be that of models[0], 4096: one server serves both"),
        ("", ", adapters: [{path: absent.gguf}]", "no such file"),
        ("", ", control_vectors: [{path: aligntax.yaml}]", "must be a GGUF file"),
        (", server: absent", ", server: absent", "no such program"),
        (", server: aligntax.yaml", ", server: aligntax.yaml", "must be a program that may be run"),
        ("", ", port: 70000", "port"),
    ],
)
def test_what_cannot_be_served_is_one_line(models, first, second, said):
    with pytest.raises(SettingsError) as error:
        models(first, f"{second}, system_prompt: Be good.")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_files_may_be_missing_where_nobody_is_asked(load_text):
    text = FILE % (", model: one", ", system_prompt: Be good.")
    assert len(load_text(text, will_send=False).models) == 2
    with pytest.raises(SettingsError, match="no such file"):
        load_text(text)


@pytest.mark.parametrize("key", ["parallel: 3", "adapters: [{path: lora.gguf}]"])
def test_keys_of_weights_need_weights(load_text, key):
    text = f"models: [{{id: a, provider: openai, base_url: 'http://h/v1', model: m, api: chat, {key}}}]\n"
    with pytest.raises(SettingsError, match="belongs to weights"):
        load_text(text + "benchmarks: [arithmetic]")


def test_weights_need_the_provider_that_serves_them(load_text):
    text = "models: [{id: a, provider: openai, weights: model.gguf}]\nbenchmarks: [arithmetic]"
    with pytest.raises(SettingsError, match="must have provider: llama_cpp"):
        load_text(text)


def test_a_server_that_runs_is_used_as_it_is(load_text):
    text = "models: [{id: a, provider: llama_cpp, base_url: 'http://127.0.0.1:8080/v1', model: m, api: chat}]"
    model = load_text(f"{text}\nbenchmarks: [arithmetic]").models[0]
    assert (model.base_url, model.endpoint, model.timeout_s) == ("http://127.0.0.1:8080/v1", "127.0.0.1/v1", 60)
