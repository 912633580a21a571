"""Anthropic's messages without a socket: their shape, the same texts as in a chat, errors, and cached tokens."""

from __future__ import annotations

import dataclasses

import pytest

from infra.simulator.asgi import Simulator
from infra.simulator.phrasing import count_tokens

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
VERSION = {"anthropic_version": "2023-06-01"}


@pytest.fixture(scope="module")
def simulator(truth, known):
    return Simulator(truth, known)


def test_the_answer_has_the_full_shape(simulator, send, chat_body):
    response = send(simulator, MESSAGES, chat_body("sums", 0, "oak-base"), **VERSION)
    body = response.json
    (block,) = body["content"]
    assert response.status == 200
    assert (body["type"], body["role"], body["model"], block["type"]) == ("message", "assistant", "oak-base", "text")
    assert (body["stop_reason"], body["stop_sequence"]) == ("end_turn", None)
    assert response.headers["request-id"] == f"req_{body['id'].removeprefix('msg_')}"
    assert "x-request-id" not in response.headers
    assert set(body["usage"]) >= {
        "input_tokens",
        "output_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
    }


@pytest.mark.parametrize("name", ["sums", "letters", "outputs", "harmless", "dangerous"])
def test_a_message_gets_the_text_of_a_chat_without_a_seed(simulator, send, chat_body, name):
    for number in range(40):
        body = chat_body(name, number, "oak-base")
        chat, message = send(simulator, CHAT, body).json, send(simulator, MESSAGES, body, **VERSION).json
        (choice,) = chat["choices"]
        assert message["content"][0]["text"] == choice["message"]["content"]
        assert message["stop_reason"] == {"stop": "end_turn", "length": "max_tokens"}[choice["finish_reason"]]
        assert message["id"].removeprefix("msg_") == chat["id"].removeprefix("chatcmpl-")
        assert message["usage"]["input_tokens"] == chat["usage"]["prompt_tokens"]
        assert message["usage"]["output_tokens"] == chat["usage"]["completion_tokens"]


def test_a_system_prompt_may_be_a_text_or_blocks_or_a_chat_turn(simulator, send, chat_body):
    body = chat_body("sums", 0, "oak-base")
    turn = {"role": "system", "content": "Be brief."}
    chat = send(simulator, CHAT, {**body, "messages": [turn, *body["messages"]]}).json
    for system in ("Be brief.", [{"type": "text", "text": "Be "}, {"type": "text", "text": "brief."}]):
        message = send(simulator, MESSAGES, {**body, "system": system}, **VERSION).json
        assert message["content"][0]["text"] == chat["choices"][0]["message"]["content"]
    assert send(simulator, MESSAGES, body, **VERSION).json["id"] != message["id"]


def test_content_may_be_blocks(simulator, send, chat_body):
    body = chat_body("sums", 3, "oak-base")
    blocks = [{"type": "text", "text": body["messages"][0]["content"]}]
    same = send(simulator, MESSAGES, {**body, "messages": [{"role": "user", "content": blocks}]}, **VERSION).json
    assert same == send(simulator, MESSAGES, body, **VERSION).json


def _answered(simulator, send, chat_body, **fields):
    """The first answer that is long enough."""
    for number in range(50):
        body = chat_body("sums", number, "oak-base")
        if "The answer is" in send(simulator, MESSAGES, body, **VERSION).json["content"][0]["text"]:
            return send(simulator, MESSAGES, {**body, **fields}, **VERSION).json
    raise AssertionError


def test_the_stop_sequence_that_ended_a_text_is_named(simulator, send, chat_body):
    answer = _answered(simulator, send, chat_body, stop_sequences=["never there", "The answer"])
    assert (answer["stop_reason"], answer["stop_sequence"]) == ("stop_sequence", "The answer")
    assert "The answer" not in answer["content"][0]["text"]


def test_the_token_limit_ends_a_text(simulator, send, chat_body):
    answer = _answered(simulator, send, chat_body, max_tokens=5)
    assert (answer["stop_reason"], answer["usage"]["output_tokens"]) == ("max_tokens", 5)


def test_a_text_that_stops_at_once_has_no_block(simulator, send, chat_body):
    answer = _answered(simulator, send, chat_body, stop_sequences=list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    assert (answer["content"], answer["stop_reason"]) == ([], "stop_sequence")


def test_cached_tokens_are_counted_apart_from_the_others(simulator, send, chat_body):
    body = chat_body("sums", 0, "oak-base")
    system = [{"type": "text", "text": "Be brief. " * 50}]
    plain = send(simulator, MESSAGES, {**body, "system": system}, **VERSION).json
    marked = [{**system[0], "cache_control": {"type": "ephemeral"}}]
    cached = send(simulator, MESSAGES, {**body, "system": marked}, **VERSION).json
    assert plain["usage"]["cache_read_input_tokens"] == 0
    assert cached["usage"]["cache_read_input_tokens"] == count_tokens("Be brief. " * 50)
    total = cached["usage"]["cache_read_input_tokens"] + cached["usage"]["input_tokens"]
    assert total == plain["usage"]["input_tokens"]
    assert cached["content"] == plain["content"]


@pytest.mark.parametrize(
    ("change", "headers", "expected"),
    [
        ({}, {}, (400, "invalid_request_error")),
        ({"max_tokens": None}, VERSION, (400, "invalid_request_error")),
        ({"max_tokens": 0}, VERSION, (400, "invalid_request_error")),
        ({"messages": []}, VERSION, (400, "invalid_request_error")),
        ({"messages": [{"role": "system", "content": "x"}]}, VERSION, (400, "invalid_request_error")),
        ({"system": 3}, VERSION, (400, "invalid_request_error")),
        ({"stop_sequences": [1]}, VERSION, (400, "invalid_request_error")),
        ({"stream": True}, VERSION, (400, "invalid_request_error")),
        ({"model": "nobody"}, VERSION, (404, "not_found_error")),
    ],
)
def test_errors_have_the_vendors_shape(simulator, send, chat_body, change, headers, expected):
    response = send(simulator, MESSAGES, {**chat_body("sums", 0, "oak-base"), **change}, **headers)
    assert (response.status, response.json["error"]["type"]) == expected
    assert response.json["type"] == "error"
    assert response.json["error"]["message"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"x_api_key": "wrong"}, 401), ({"x_api_key": "right"}, 200), ({"authorization": "Bearer right"}, 200)],
)
def test_a_key_in_the_truth_file_is_required(truth, known, send, chat_body, headers, status):
    simulator = Simulator(dataclasses.replace(truth, api_key="right"), known)
    response = send(simulator, MESSAGES, chat_body("sums", 0, "oak-base"), **VERSION, **headers)
    assert response.status == status
    assert status == 200 or response.json["error"]["type"] == "authentication_error"
