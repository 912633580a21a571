"""Weights that the run serves itself: started, asked, and ended, whatever becomes of the run or of the server."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from flows.processes.model_servers import model_servers
from tasks.domain import Prompt, PromptStyle
from tasks.providers import Connection, connect
from tasks.settings import ModelSettings
from tasks.weights.gguf_files import write_adapter, write_control_vector
from tests.support.known import known_names
from tests.support.llama import installed, llama_server_program, weights, xllamacpp_alone
from tests.support.tiny_weights import write_tiny
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept
CONFIG = """
warehouse: warehouse.duckdb
publish: {{folder: publish}}
model_defaults:
  {{provider: llama_cpp, weights: {weights}, gpu_layers: 0, threads: 1{server},
   sampling: {{temperature: 0.0, seed: 0, max_tokens: 200}}}}
models:
  - {{id: smol-text, api: completions, prompt_styles: [completion]}}
  - {{id: smol-chat, base: smol-text}}
{more}benchmarks: [{{id: knowledge, sample_size: {sample_size}}}]
thresholds: {{max_truncated_rate: null}}
"""
_LONGEST_S = 120


@pytest.fixture(scope="module", autouse=True)
def _installed():
    installed()


@pytest.fixture
def aligntax(tmp_path):
    """Start a command of the program on a configuration of the weights."""

    def start(*command, server=None, sample_size=2, more="", **environment):
        named = f", server: {server}" if server else ""
        text = CONFIG.format(weights=weights(), server=named, sample_size=sample_size, more=more)
        (tmp_path / "aligntax.yaml").write_text(text)
        known = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "ALIGNTAX_"))}
        return subprocess.Popen(
            [str(Path(sys.executable).parent / "aligntax"), *command, "--config", "aligntax.yaml"],
            cwd=tmp_path,
            env={**known, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def serving_processes():
    """Processes that serve the weights."""
    return [one for one in psutil.process_iter(["cmdline"]) if str(weights()) in (one.info["cmdline"] or [])]


def wait_for(condition):
    deadline = time.monotonic() + _LONGEST_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def model(**keys):
    entry = {"id": "m", "provider": "llama_cpp", "weights": str(weights()), "base": None, "gpu_layers": 0, **keys}
    return ModelSettings.model_validate(entry, context={"known": known_names()})


def served(folder, entry, then=lambda _: None):
    """Start the server of a model, do something with it, and say why it is gone."""

    async def serve():
        async with model_servers([entry], folder) as servers:
            [server] = servers.values()
            then(server)
            return server.why_gone()

    return asyncio.run(serve())


def test_a_run_serves_its_weights_and_ends_the_server(aligntax, tmp_path):
    output, _ = (process := aligntax("run", PYTHONPATH=str(xllamacpp_alone(tmp_path)))).communicate(timeout=600)
    assert process.returncode == 0, output
    with Warehouse.read(tmp_path / "warehouse.duckdb") as warehouse:
        landed = "select count(*), sum((status = 'answered')::int)::int from raw.generations"
        models = "select count(distinct endpoint), min(provider) from raw.models"
        assert warehouse.rows(landed)[1] == [(4, 4)]
        assert warehouse.rows(models)[1] == [(1, "llama_cpp")]
    assert serving_processes() == []


def test_a_run_that_is_killed_leaves_no_server(aligntax):
    process = aligntax("run", server=llama_server_program(), sample_size=40)
    wait_for(serving_processes)
    process.kill()
    process.communicate()
    wait_for(lambda: not serving_processes())


def test_a_server_that_is_killed_is_told_in_one_line(tmp_path):
    def kill(server):
        assert server.base_url
        for process in serving_processes():
            if "llama-server" in process.cmdline()[0]:
                process.send_signal(signal.SIGKILL)
        wait_for(server.why_gone)

    why = served(tmp_path, model(server=str(llama_server_program())), kill)
    assert "the server of m ended: it was killed" in why
    assert serving_processes() == []


def test_a_server_that_is_killed_in_mid_run_ends_its_cells_with_its_reason(aligntax, tmp_path):
    process = aligntax("run", server=llama_server_program(), sample_size=40)
    wait_for(lambda: list(tmp_path.glob(".aligntax/*.log")) and "stop processing" in server_log(tmp_path))
    for one in serving_processes():
        if "llama-server" in one.cmdline()[0]:
            one.kill()
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 1, output
    assert "Traceback" not in output
    assert "the server of smol-text, smol-chat ended: it was killed" in output
    with Warehouse.read(tmp_path / "warehouse.duckdb") as warehouse:
        counts = "select count(*), count(distinct error_type), min(error_type) from raw.failures"
        [(count, kinds, kind)] = warehouse.rows(counts)[1]
        [(answered,)] = warehouse.rows("select count(*) from raw.generations where status = 'answered'")[1]
    assert (kinds, kind) == (1, "server_gone")
    assert count >= 1
    assert answered >= 1
    assert serving_processes() == []


def server_log(folder):
    return "".join(path.read_text(errors="replace") for path in folder.glob(".aligntax/llama_cpp-*.log"))


def test_a_prompt_beyond_the_context_is_an_answer_that_was_cut_off_whatever_the_token_limit(tmp_path):
    """llama.cpp serves at least 256 tokens; a limit of as many answers leaves room for other prompts."""
    entry = model(server=str(llama_server_program()), context=256, parallel=1)
    told = []

    def ask(server):
        connection = Connection(entry.endpoint, "llama_cpp", server.base_url, 1, 1.0)
        told.extend(asyncio.run(answers_to(connection, ["word " * 400, "Say yes."])))

    # In a thread: the servers' own loop is running.
    assert served(tmp_path, entry, lambda server: ThreadPoolExecutor(1).submit(ask, server).result()) is None
    too_long, other = told
    assert (too_long.text, too_long.finish_reason, too_long.finish_word) == ("", "length", "prompt_too_long")
    assert (other.status, other.text) == ("answered", "yes")


async def answers_to(connection, texts):
    endpoint = connect(connection)
    try:
        parameters = {"api": "completions", "model": "m", "max_tokens": 512, "extra": {"grammar": 'root ::= "yes"'}}
        prompts = [Prompt(PromptStyle.COMPLETION, text=text, max_tokens=512) for text in texts]
        return [await endpoint.ask(prompt, parameters, 60.0) for prompt in prompts]
    finally:
        await endpoint.close()


def test_a_busy_port_is_told_in_one_line(tmp_path):
    server = str(llama_server_program())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"did not start: port {port} is taken" in served(tmp_path, model(server=server, port=port))


def foreign_weights(folder):
    return {"weights": write_tiny(folder / "frob.gguf", architecture="frob")}


def cut_weights(folder):
    whole = weights().read_bytes()
    (folder / "cut.gguf").write_bytes(whole[: len(whole) // 2])
    return {"weights": folder / "cut.gguf"}


def foreign_adapter(folder):
    part = (np.ones((1, 8)), np.ones((8, 1)))
    write_adapter(folder / "lora.gguf", {"blk.0.attn_output.weight": part}, "llama")
    return {"adapters": [{"path": str(folder / "lora.gguf")}]}


def foreign_vector(folder):
    write_control_vector(folder / "vector.gguf", {2: np.ones(8)}, "llama")
    return {"control_vectors": [{"path": str(folder / "vector.gguf")}]}


def little_memory(folder):
    program = folder / "limited"
    program.write_text(f'#!/bin/sh\nulimit -v 500000\nexec {llama_server_program()} "$@"\n')
    program.chmod(0o700)
    return {"server": program}


@pytest.mark.parametrize(
    ("keys_in", "said"),
    [
        (foreign_weights, "llama.cpp does not know the architecture frob"),
        (cut_weights, "llama.cpp cannot read the weights: the file is cut off or damaged"),
        (foreign_adapter, "an adapter does not fit the weights"),
        # llama.cpp itself goes on without it, and the plain model would answer.
        (foreign_vector, "a control vector does not fit the weights"),
        (little_memory, "there is too little memory. Lower context: or parallel:"),
    ],
)
def test_what_cannot_be_served_is_told_in_one_line_and_leaves_nothing_running(tmp_path, keys_in, said):
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    keys = {name: str(value) if isinstance(value, Path) else value for name, value in keys_in(tmp_path).items()}
    why = served(tmp_path, model(**{"server": str(llama_server_program()), "context": 256, **keys}))
    assert f"the server of m did not start: {said}" in why
    assert "\n" not in why
    assert {process.pid for process in psutil.Process().children(recursive=True)} <= before


def test_a_run_with_weights_that_are_cut_off_asks_the_others_and_ends_with_1(aligntax, tmp_path):
    cut = cut_weights(tmp_path)["weights"]
    process = aligntax(
        "run",
        server=llama_server_program(),
        more=f"  - {{id: smol-cut, weights: {cut}, base: null}}\n",
    )
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 1, output
    assert "Traceback" not in output
    told = [line for line in output.splitlines() if "cut off or damaged" in line and "smol-cut" in line]
    assert told, output
    assert "4 asked, 0 failed, 4 scored" in output
    assert serving_processes() == []
