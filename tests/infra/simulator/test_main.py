"""The server as a process: the real client over real HTTP, start and stop."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from infra.simulator.__main__ import _listener
from tasks import benchmarks
from tasks.domain import PromptStyle

REPOSITORY = Path(__file__).resolve().parents[3]


def _with_client(address, ask):
    """Run ``ask(client)`` with the SDK set up as the program sets it up."""
    from openai import AsyncOpenAI, DefaultAioHttpClient

    async def run():
        async with (
            DefaultAioHttpClient() as http_client,
            AsyncOpenAI(
                api_key="placeholder", base_url=f"http://{address}/v1", http_client=http_client, max_retries=0
            ) as client,
        ):
            return await ask(client)

    return asyncio.run(run())


def _get(address, path):
    with urllib.request.urlopen(f"http://{address}{path}", timeout=10) as response:
        return json.loads(response.read())


def _prompt(name, number, style):
    benchmark = benchmarks.load(name)
    return benchmark.render(benchmark.items[number], style)


def test_the_sdk_reads_a_chat_answer(server):
    prompt = _prompt("arithmetic", 0, PromptStyle.CHAT)
    messages = [{"role": m.role, "content": m.content} for m in prompt.messages]

    async def ask(client):
        return [
            await client.chat.completions.create(model="harbor-dpo-050", messages=messages, seed=seed, max_tokens=512)
            for seed in (0, 0, 1)
        ]

    first, again, repeat = _with_client(server.address, ask)
    assert first.model == "harbor-dpo-050"
    assert first.choices[0].message.content
    assert first.choices[0].finish_reason in {"stop", "length"}
    assert first._request_id == f"req-{first.id.removeprefix('chatcmpl-')}"
    assert first.usage.completion_tokens > 0
    assert (again.id, again.choices) == (first.id, first.choices)
    assert repeat.id != first.id


def test_the_sdk_reads_a_completion(server):
    prompts = [_prompt("knowledge", number, PromptStyle.COMPLETION) for number in range(20)]

    async def ask(client):
        return [
            await client.completions.create(
                model="meadow-base", prompt=prompt.text, stop=list(prompt.stop), max_tokens=prompt.max_tokens, seed=3
            )
            for prompt in prompts
        ]

    answers = _with_client(server.address, ask)
    assert len({answer.id for answer in answers}) == len(prompts)
    assert all(answer.choices[0].text.startswith(" ") for answer in answers)
    assert not any(mark in answer.choices[0].text for answer in answers for mark in prompts[0].stop)
    assert any("The answer is (" in answer.choices[0].text for answer in answers)


def test_the_sdk_lists_the_models_and_raises_its_own_errors(server):
    from openai import NotFoundError

    async def ask(client):
        names = [model.id async for model in client.models.list()]
        with pytest.raises(NotFoundError) as caught:
            await client.chat.completions.create(model="gpt", messages=[{"role": "user", "content": "x"}])
        return names, caught.value

    names, error = _with_client(server.address, ask)
    assert {"harbor-base", "meadow-ptx"} <= set(names)
    assert (error.code, error.param) == ("model_not_found", "model")


def test_statistics_follow_the_requests(start):
    async def ask(client):
        question = [{"role": "user", "content": "x"}]
        await asyncio.gather(
            *(client.chat.completions.create(model="harbor-base", messages=question, seed=n) for n in range(30))
        )

    with start() as running:
        _with_client(running.address, ask)
        counted = {"requests": 30, "by_status": {"200": 30}}
        assert _get(running.address, "/stats") == {"total": counted, "models": {"harbor-base": counted}}


def test_a_connection_is_kept_alive_and_bodies_have_a_length(server):
    with closing(http.client.HTTPConnection(server.address, timeout=10)) as connection:
        sockets = set()
        for _ in range(3):
            connection.request("GET", "/health")
            answer = connection.getresponse()
            body = answer.read()
            assert (answer.version, answer.headers["content-length"]) == (11, str(len(body)))
            sockets.add(connection.sock)
        assert len(sockets) == 1
        assert None not in sockets


def test_answers_do_not_wait_for_acknowledgements():
    async def accepted():
        made = asyncio.get_running_loop().create_future()

        def on_connection(_, writer):
            made.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with _listener(0) as listener:
            async with await asyncio.start_server(on_connection, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                writer.close()
                return await made

    assert asyncio.run(accepted()) == 1


def test_the_log_has_a_line_per_question_as_soon_as_it_is_answered(start, tmp_path):
    log = tmp_path / "log.jsonl"
    prompt = _prompt("harmful", 1, PromptStyle.CHAT)
    messages = [{"role": m.role, "content": m.content} for m in prompt.messages]

    async def ask(client):
        for number in range(3):
            await client.chat.completions.create(model="harbor-base", messages=messages, seed=number)
            assert len(log.read_bytes().splitlines()) == number + 1

    with start("--log", log) as running:
        _with_client(running.address, ask)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["seed"] for line in lines] == [0, 1, 2]
    assert {line["item_id"] for line in lines} == {benchmarks.load("harmful").items[1].item_id}
    assert {line["decision"] for line in lines} <= {"refused", "complied"}


def test_the_server_prints_one_line_and_the_ready_file_holds_the_address(start):
    with start("--exit-with-stdin") as running:
        host, _, port = running.address.partition(":")
        assert (host, int(port) > 0) == ("127.0.0.1", True)
        assert [path.name for path in running.ready.parent.iterdir()] == ["ready"]
        out, err = running.process.communicate(timeout=30)
    assert out == f"simulator: 11 models on http://{running.address}/v1\n"
    assert err == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_server_without_an_error(start, number):
    with start() as running:
        running.process.send_signal(number)
        _, err = running.process.communicate(timeout=30)
    assert (running.process.returncode, err) == (0, "")


def test_the_server_stops_when_standard_input_ends(start):
    with start("--exit-with-stdin") as running:
        running.process.stdin.close()
        assert running.process.wait(timeout=30) == 0


def test_without_the_option_the_server_ignores_the_end_of_standard_input(start):
    with start() as running:
        running.process.stdin.close()
        with pytest.raises(subprocess.TimeoutExpired):
            running.process.wait(timeout=0.5)
        assert _get(running.address, "/health") == {"status": "ok"}


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "infra.simulator", "--exit-with-stdin", "--ready-file", sys.argv[1]],
                         stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
print(child.pid, flush=True)
time.sleep(600)
"""


def test_the_server_stops_when_its_parent_is_killed(tmp_path, wait):
    ready = tmp_path / "ready"
    command = [sys.executable, "-c", PARENT, str(ready)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as parent:
        try:
            child = int(parent.stdout.readline())
            wait(ready.exists)
            address = ready.read_text()
            assert _get(address, "/health") == {"status": "ok"}
        finally:
            parent.kill()
    wait(lambda: not _is_running(child))


def _is_running(process_id):
    """Whether the process runs; a process that has ended but was not yet waited for does not."""
    try:
        os.kill(process_id, 0)
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def _failed(*arguments):
    command = [sys.executable, "-m", "infra.simulator", *map(str, arguments)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)


def test_a_bad_truth_file_stops_the_server_with_one_line_for_each_mistake(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("seed: x\nfamilies: {oak: {oak-base: {rates: {arithmetic: {competence: 2}}}}}\n", encoding="utf-8")
    ended = _failed("--truth", path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.splitlines() == [
        "bad.yaml: seed: expected an integer, found 'x'",
        "bad.yaml: families.oak.oak-base.rates.arithmetic.competence: expected a number from 0 to 1, found 2",
    ]


def test_a_port_in_use_stops_the_server_with_one_line(server):
    ended = _failed("--port", server.address.partition(":")[2])
    assert ended.returncode == 1
    assert ended.stderr.startswith("simulator: ")
    assert len(ended.stderr.splitlines()) == 1
