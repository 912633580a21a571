"""The ASGI program without a socket: recognised questions, identity of answers, errors, statistics, log."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
from types import SimpleNamespace

import pytest

from infra.simulator.asgi import Simulator
from tasks.domain import PromptStyle

CHAT, COMPLETION = "/v1/chat/completions", "/v1/completions"


@pytest.fixture
def log():
    return io.BytesIO()


@pytest.fixture
def simulator(truth, known, log):
    return Simulator(truth, known, log)


def _send(simulator, path, body=None, *, method="POST", headers=()):
    """One request straight into the ASGI program, its body in two pieces."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    incoming = [
        {"type": "http.request", "body": data[:7], "more_body": True},
        {"type": "http.request", "body": data[7:]},
    ]
    sent = []

    async def receive():
        return incoming.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": list(headers)}
    asyncio.run(simulator(scope, receive, send))
    start, end = sent
    headers = dict(start["headers"])
    assert headers[b"content-length"] == str(len(end["body"])).encode()
    return SimpleNamespace(status=start["status"], headers=headers, json=json.loads(end["body"]))


def _chat(text, model="oak-base", **fields):
    return {"model": model, "messages": [{"role": "user", "content": text}], **fields}


def _question(known, name="sums", number=0, style=PromptStyle.CHAT):
    benchmark = known[name]
    prompt = benchmark.render(benchmark.items[number], style)
    return prompt.messages[-1].content if style is PromptStyle.CHAT else prompt.text


def _logged(log):
    return [json.loads(line) for line in log.getvalue().splitlines()]


def _body(known, path, **fields):
    if path == CHAT:
        return _chat(_question(known), **fields)
    return {"model": "oak-base", "prompt": _question(known, style=PromptStyle.COMPLETION), **fields}


@pytest.mark.parametrize("path", [CHAT, COMPLETION])
def test_the_answer_has_the_full_shape(simulator, known, truth, path):
    response = _send(simulator, path, _body(known, path))
    body = response.json
    assert response.status == 200
    assert body["model"] == "oak-base"
    assert body["system_fingerprint"] == f"aligntax-simulator-{truth.version}"
    assert body["object"] == {CHAT: "chat.completion", COMPLETION: "text_completion"}[path]
    assert body["usage"]["total_tokens"] == body["usage"]["prompt_tokens"] + body["usage"]["completion_tokens"]
    assert response.headers[b"x-request-id"].decode().removeprefix("req-") == body["id"].partition("-")[2]


def _identity(simulator, body, path=CHAT):
    answer = _send(simulator, path, body).json
    return answer["id"], answer["choices"]


@pytest.mark.parametrize("path", [CHAT, COMPLETION])
def test_the_same_request_gets_the_same_answer_from_another_process(simulator, truth, known, path):
    other = Simulator(truth, known)
    assert _identity(simulator, _body(known, path), path) == _identity(other, _body(known, path), path)


def test_an_absent_seed_and_seed_0_are_the_same_repeat(simulator, known):
    expected = _identity(simulator, _chat(_question(known)))
    assert _identity(simulator, _chat(_question(known), seed=0)) == expected
    assert _identity(simulator, _chat(_question(known), seed=None, temperature=0.3)) == expected


def test_a_guardrail_before_a_completion_changes_the_draw_and_not_the_question(simulator, known, log):
    text = _question(known, style=PromptStyle.COMPLETION)
    plain = _identity(simulator, {"model": "oak-base", "prompt": text}, COMPLETION)
    told = _identity(simulator, {"model": "oak-base", "prompt": f"Be careful.\n\nBe brief.\n\n{text}"}, COMPLETION)
    assert plain[0] != told[0]
    assert {(line["benchmark"], line["item_id"]) for line in _logged(log)} == {("sums", known["sums"].items[0].item_id)}


def test_model_repeat_prompt_system_and_style_each_change_id_and_text(simulator, known):
    text = _question(known)
    system = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]
    identities = [
        _identity(simulator, body, path)
        for path, body in (
            (CHAT, _chat(text)),
            (CHAT, _chat(text, model="oak-tuned")),
            (CHAT, _chat(text, seed=1)),
            (CHAT, _chat(_question(known, number=1))),
            (CHAT, {"model": "oak-base", "messages": system}),
            (COMPLETION, _body(known, COMPLETION)),
        )
    ]
    assert len({request_id for request_id, _ in identities}) == len(identities)
    assert len({json.dumps(choices) for _, choices in identities}) == len(identities)


def _messages(known, kind):
    text = _question(known)
    user = {"role": "user", "content": text}
    return {
        "plain": [user],
        "system": [{"role": "system", "content": "Be brief."}, user],
        "developer": [{"role": "developer", "content": "Be brief."}, user],
        "parts": [{"role": "user", "content": [{"type": "text", "text": text}]}],
        "turns": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}, user],
    }[kind]


@pytest.mark.parametrize("kind", ["plain", "system", "developer", "parts", "turns"])
def test_a_chat_question_is_recognised_in_any_wrapping(simulator, known, log, kind):
    _send(simulator, CHAT, {"model": "oak-base", "messages": _messages(known, kind)})
    assert [line["item_id"] for line in _logged(log)] == [known["sums"].items[0].item_id]


@pytest.mark.parametrize("as_list", [False, True])
def test_a_completion_prompt_is_recognised(simulator, known, log, as_list):
    prompt = _question(known, "letters", 3, PromptStyle.COMPLETION)
    _send(simulator, COMPLETION, {"model": "elm-base", "prompt": [prompt] if as_list else prompt, "seed": 4})
    (line,) = _logged(log)
    keys = {"model", "benchmark", "item_id", "seed", "decision", "style", "request_id"}
    assert set(line) == keys | {"tokens_input", "tokens_output"}
    assert (line["model"], line["benchmark"], line["seed"]) == ("elm-base", "letters", 4)
    assert line["item_id"] == known["letters"].items[3].item_id


def test_an_unknown_prompt_gets_small_talk(simulator, log):
    assert _send(simulator, CHAT, _chat("What is the weather like?")).status == 200
    assert [(line["benchmark"], line["item_id"], line["decision"]) for line in _logged(log)] == [
        (None, None, "generic")
    ]


def test_a_prompt_is_recognised_only_in_its_own_style(simulator, known, log):
    _send(simulator, CHAT, _chat(_question(known, style=PromptStyle.COMPLETION)))
    assert _logged(log)[0]["benchmark"] is None


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (CHAT, b"{not json", (400, None, None)),
        (CHAT, [], (400, None, None)),
        (CHAT, {"messages": [{"role": "user", "content": "x"}]}, (400, "model", None)),
        (CHAT, {"model": ["x"], "messages": []}, (400, "model", None)),
        (CHAT, _chat("x", model="oak-bass"), (404, "model", "model_not_found")),
        (CHAT, {"model": "oak-base"}, (400, "messages", None)),
        (CHAT, {"model": "oak-base", "messages": ["x"]}, (400, "messages", None)),
        (CHAT, _chat(None), (400, "messages", None)),
        (CHAT, _chat("x", stream=True), (400, "stream", None)),
        (CHAT, _chat("x", n=2), (400, "n", None)),
        (CHAT, _chat("x", seed="1"), (400, "seed", None)),
        (CHAT, _chat("x", max_tokens=0), (400, "max_tokens", None)),
        (CHAT, _chat("x", max_completion_tokens=0.5), (400, "max_completion_tokens", None)),
        (CHAT, _chat("x", stop=[1]), (400, "stop", None)),
        (COMPLETION, {"model": "oak-base", "prompt": ["a", "b"]}, (400, "prompt", None)),
        ("/v1/embeddings", {}, (404, None, None)),
    ],
)
def test_errors_have_the_vendors_shape(simulator, log, path, body, expected):
    status, param, code = expected
    response = _send(simulator, path, body)
    error = response.json["error"]
    assert response.status == status
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", param, code)
    assert error["message"]
    assert _logged(log) == []


@pytest.mark.parametrize(("method", "path"), [("GET", CHAT), ("POST", "/stats"), ("PUT", "/v1/models")])
def test_a_wrong_method_is_refused(simulator, method, path):
    assert _send(simulator, path, {}, method=method).status == 405


@pytest.mark.parametrize(
    ("token", "status"), [(None, 401), ("Bearer wrong", 401), ("right", 401), ("Bearer right", 200)]
)
def test_a_key_in_the_truth_file_is_required(truth, known, token, status):
    simulator = Simulator(dataclasses.replace(truth, api_key="right"), known)
    headers = [] if token is None else [(b"authorization", token.encode())]
    response = _send(simulator, CHAT, _chat("x"), headers=headers)
    assert response.status == status
    assert response.json.get("error", {}).get("code") == (None if status == 200 else "invalid_api_key")
    assert _send(simulator, "/v1/models", method="GET", headers=headers).status == status
    assert _send(simulator, "/health", method="GET").status == 200


def test_the_models_are_listed_and_the_server_reports_its_health(simulator, truth):
    listed = _send(simulator, "/v1/models", method="GET").json
    assert [model["id"] for model in listed["data"]] == list(truth.models)
    assert _send(simulator, "/health", method="GET").json == {"status": "ok"}


def test_statistics_count_completion_requests_by_status(simulator):
    for body in (_chat("a"), _chat("b"), _chat("c", n=2), _chat("d", model="elm-base"), _chat("e", model="nobody")):
        _send(simulator, CHAT, body)
    _send(simulator, COMPLETION, b"{")
    _send(simulator, "/v1/models", method="GET")
    assert _send(simulator, "/stats", method="GET").json == {
        "total": {"requests": 6, "by_status": {"200": 3, "400": 2, "404": 1}},
        "models": {
            "elm-base": {"requests": 1, "by_status": {"200": 1}},
            "oak-base": {"requests": 3, "by_status": {"200": 2, "400": 1}},
        },
    }


def test_an_answer_waits_for_the_models_latency(truth, known):
    slow = dataclasses.replace(truth.models["oak-base"], latency_ms=50.0)
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    simulator = Simulator(dataclasses.replace(truth, models={"oak-base": slow}), known, sleep=sleep)
    _send(simulator, CHAT, _chat("x"))
    assert waits == [0.05]
