"""What the words of the command line become in the package xllamacpp, which a stub stands in for."""

from __future__ import annotations

import runpy
import sys
import threading
from types import SimpleNamespace

import pytest


@pytest.fixture
def served(monkeypatch, capsys):
    """Run the program with some words; returns the parameters that its server got."""

    def run(*words):
        got = []

        def server(parameters):
            got.append(parameters)
            return SimpleNamespace(listening_address="http://127.0.0.1:81")

        stub = SimpleNamespace(
            CommonParams=lambda: SimpleNamespace(
                model=SimpleNamespace(), cpuparams=SimpleNamespace(), cpuparams_batch=SimpleNamespace()
            ),
            CommonAdapterLoraInfo=lambda path, scale: (path, scale),
            Server=server,
        )
        monkeypatch.setitem(sys.modules, "xllamacpp", stub)
        monkeypatch.setattr(sys, "argv", ["xllamacpp_server", *words])
        monkeypatch.setattr(threading.Event, "wait", lambda _: True)
        runpy.run_module("tasks.weights.xllamacpp_server", run_name="__main__")
        assert capsys.readouterr().out == "serving http://127.0.0.1:81\n"
        return got[0]

    return run


def test_it_serves_on_loopback_with_the_stated_numbers(served):
    got = served("/w.gguf", "name", "81", "8192", "2", "3", "5")
    assert (got.model.path, got.model_alias, got.hostnames, got.port) == ("/w.gguf", ["name"], ["127.0.0.1"], 81)
    assert (got.n_ctx, got.n_parallel, got.n_gpu_layers) == (8192, 2, 5)
    assert got.cpuparams.n_threads == got.cpuparams_batch.n_threads == 3
    assert (got.lora_adapters, got.lora_init_without_apply) == ([], False)


def test_what_is_left_open_is_decided_by_llama_cpp(served):
    got = served("/w.gguf", "name", "81", "8192", "2", "0", "")
    assert not hasattr(got, "n_gpu_layers")
    assert not hasattr(got.cpuparams, "n_threads")


def test_adapters_are_loaded_without_being_applied_because_each_request_states_its_scales(served):
    got = served("/w.gguf", "name", "81", "8192", "2", "0", "", "/a.gguf", "/b.gguf")
    assert got.lora_adapters == [("/a.gguf", 0.0), ("/b.gguf", 0.0)]
    assert got.lora_init_without_apply is True
