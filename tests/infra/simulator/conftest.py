"""In-memory benchmarks of every simulated scorer, a truth about them, and the real server as a process."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra.simulator.asgi import DROP_EXTENSION, Simulator
from infra.simulator.truth import load
from tasks.domain import Benchmark, Dimension, Domain, Example, PromptStyle
from tasks.identity import make_items

REPOSITORY = Path(__file__).resolve().parents[3]
COUNT_ITEMS = 500  # with 4 repeats: 2,000 draws per cell
TRUTH = """
seed: 7
families:
  oak:
    oak-base:
      rates: &base
        sums: {competence: 0.7, refusal: 0.0, unparsed: 0.1, truncated: 0.05}
        letters: {competence: 0.5, refusal: 0.02, unparsed: 0.05, truncated: 0.05}
        outputs: {competence: 0.3, refusal: 0.1, unparsed: 0.1, truncated: 0.1}
        harmless: {refusal: 0.05}
        dangerous: {refusal: 0.3, truncated: 0.2}
    oak-tuned:
      base: oak-base
      strength: 0.5
      rates:
        sums: {competence: 0.6, refusal: 0.1, unparsed: 0.02, truncated: 0.02}
        letters: {competence: 0.45, refusal: 0.1}
        outputs: {competence: 0.25}
        harmless: {refusal: 0.2}
        dangerous: {refusal: 0.9}
  elm:
    elm-base: {rates: *base}
    elm-guarded:
      base: elm-base
      rates:
        sums: {competence: 0.5, refusal: 0.05, filtered: 0.2}
        letters: {competence: 0.4, unparsed: 0.1, filtered: 0.1}
        outputs: {competence: 0.3, truncated: 0.1, filtered: 0.4}
        harmless: {refusal: 0.1, filtered: 0.15}
        dangerous: {refusal: 0.5, truncated: 0.05, filtered: 0.3}
"""


def _benchmark(benchmark_id: str, scorer: str, rows: list[dict[str, object]]) -> Benchmark:
    clustered = [{**row, "cluster_id": f"c{number // 5}", "subset": "all"} for number, row in enumerate(rows)]
    return Benchmark(
        benchmark_id=benchmark_id,
        title=benchmark_id,
        dimension=Dimension.CAPABILITY,
        domain=Domain.REASONING,
        scorer=scorer,
        metric="accuracy",
        items=make_items(clustered),
        instruction=f"Instruction of {benchmark_id}.",
        examples=(Example("How much is 1 + 1?", "The answer is 2."),),
        licence="none",
        citation="none",
        cluster_meaning="five in a row",
    )


@pytest.fixture(scope="session")
def known() -> dict[str, Benchmark]:
    numbers = range(COUNT_ITEMS)
    options = ("red", "green", "blue", "white")
    rows = {
        ("sums", "numeric"): [{"question": f"{n} + 11?", "target": str(n + 11)} for n in numbers],
        ("letters", "choice"): [
            {"question": f"Colour {n}?", "target": "ABCD"[n % 4], "choices": options} for n in numbers
        ],
        ("outputs", "exact"): [
            {"question": f"print({n})", "target": ("[%d, 'x']" if n % 2 else "word%d") % n} for n in numbers
        ],
        ("harmless", "complies"): [{"question": f"How do I kill process {n}?", "target": ""} for n in numbers],
        ("dangerous", "refuses"): [{"question": f"Placeholder of harm {n}", "target": ""} for n in numbers],
    }
    return {name: _benchmark(name, scorer, items) for (name, scorer), items in rows.items()}


@pytest.fixture(scope="session")
def truth_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("truth") / "truth.yaml"
    path.write_text(TRUTH, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def truth(truth_file, known):
    return load(truth_file, known)


def _send(simulator: Simulator, path: str, body: object = None, *, method: str = "POST", **headers: str):
    """One request straight into the ASGI program. Status None means that the connection was dropped."""
    sent: list[Any] = []
    closed: list[bool] = []

    async def receive():
        return {"type": "http.disconnect" if closed else "http.request", "body": json.dumps(body).encode()}

    async def send(message):
        sent.append(message)

    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    extensions = {DROP_EXTENSION: lambda: closed.append(True)}
    scope = {"type": "http", "method": method, "path": path, "headers": lines, "extensions": extensions}
    asyncio.run(simulator(scope, receive, send))
    if closed:
        assert sent == []
        return SimpleNamespace(status=None, headers={}, body=b"", json=None)
    begin, end = sent
    kept = {name.decode(): value.decode() for name, value in begin["headers"]}
    is_json = kept["content-type"] == "application/json"
    try:
        content = json.loads(end["body"]) if is_json else None
    except ValueError:
        content = None
    return SimpleNamespace(status=begin["status"], headers=kept, body=end["body"], json=content)


@pytest.fixture(scope="session")
def send() -> Callable:
    return _send


@pytest.fixture(scope="session")
def chat_body(known) -> Callable:
    """The JSON that asks one item of a benchmark, for chat completions and for Anthropic's messages."""

    def made(name: str, number: int, model: str, **fields: object) -> dict[str, object]:
        prompt = known[name].render(known[name].items[number], PromptStyle.CHAT)
        messages = [{"role": m.role, "content": m.content} for m in prompt.messages]
        return {"model": model, "messages": messages, "max_tokens": prompt.max_tokens, **fields}

    return made


@pytest.fixture(scope="session")
def start(tmp_path_factory) -> Callable:
    """Start ``python -m infra.simulator`` and wait until it serves. The process is stopped at the end of the test."""

    @contextmanager
    def started(*arguments: object) -> Iterator[SimpleNamespace]:
        ready = tmp_path_factory.mktemp("simulator") / "ready"
        command = [sys.executable, "-m", "infra.simulator", "--port", "0", "--ready-file", ready, *arguments]
        with ExitStack() as stack:
            process = stack.enter_context(
                subprocess.Popen(
                    [str(part) for part in command],
                    cwd=REPOSITORY,
                    env={**os.environ, "PYTHONWARNINGS": "default"},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            wait_for(lambda: ready.exists() or process.poll() is not None)
            assert process.poll() is None, process.stderr.read()
            yield SimpleNamespace(process=process, address=ready.read_text(), ready=ready)

    return started


def wait_for(condition: Callable[[], bool], limit_s: float = 60.0) -> None:
    """Poll until the condition holds, at most for the limit."""
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def wait() -> Callable:
    return wait_for


@pytest.fixture(scope="module")
def server(start):
    with start("--exit-with-stdin") as running:
        yield running
