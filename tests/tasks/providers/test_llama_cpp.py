"""What llama.cpp's server takes beside OpenAI's formats, and how the end of one that we started is told."""

from __future__ import annotations

import asyncio

import pytest

from tasks.domain import Prompt, PromptStyle
from tasks.errors import CellError, TransientError
from tasks.providers import Answer, Connection, connect
from tasks.providers.llama_cpp_wire import LlamaCppEndpoint

PROMPT = Prompt(PromptStyle.COMPLETION, text="one two", max_tokens=4)
PARAMETERS = {"api": "completions", "model": "m", "max_tokens": 4, "adapters": {"b": -0.5}, "extra": {"top_k": 1}}


class Recorder:
    """Takes the place of OpenAI's endpoint."""

    def __init__(self, trouble=None):
        self.sent, self.trouble = None, trouble

    async def ask(self, _prompt, parameters, _timeout_s):
        self.sent = parameters
        if self.trouble:
            raise self.trouble
        return Answer("answered", "three", "stop")

    async def close(self):
        pass


def asked(recorder, parameters=PARAMETERS, **facts):
    connection = Connection("llama_cpp/1", "llama_cpp", "http://127.0.0.1:1/v1", 1, 1.0, **facts)
    endpoint = LlamaCppEndpoint(connection, recorder)
    return asyncio.run(endpoint.ask(PROMPT, parameters, 1.0))


def test_every_adapter_of_the_server_gets_a_scale():
    recorder = Recorder()
    assert asked(recorder, adapters=("a", "b")).text == "three"
    assert recorder.sent["extra"] == {"top_k": 1, "lora": [{"id": 0, "scale": 0.0}, {"id": 1, "scale": -0.5}]}
    assert "adapters" not in recorder.sent


def test_a_server_without_adapters_is_told_nothing_of_them():
    recorder = Recorder()
    asked(recorder, {name: value for name, value in PARAMETERS.items() if name != "adapters"})
    assert recorder.sent["extra"] == {"top_k": 1}


def test_a_server_that_did_not_start_stops_the_cell():
    connection = Connection("llama_cpp/1", "llama_cpp", None, 1, 1.0, why_gone=lambda: "it did not start")

    async def ask():
        endpoint = connect(connection)
        try:
            await endpoint.ask(PROMPT, PARAMETERS, 1.0)
        finally:
            await endpoint.close()

    with pytest.raises(CellError, match="it did not start"):
        asyncio.run(ask())


def test_a_failure_is_transient_while_the_server_runs_and_the_end_of_the_cell_once_it_is_gone():
    trouble = TransientError("connection refused", error_type="connection")
    with pytest.raises(TransientError, match="refused"):
        asked(Recorder(trouble))
    said = iter([None, "it was killed"])
    with pytest.raises(CellError, match="it was killed"):
        asked(Recorder(trouble), why_gone=lambda: next(said))
