"""A vendor declines in the model's place: in each way of its format, at the true rate, logged as filtered."""

from __future__ import annotations

import io
import json
from collections import Counter

import pytest

from infra.simulator.asgi import Simulator
from tasks.domain import PromptStyle

COUNT = 500


def _chat_way(response):
    if response.status == 400:
        return response.json["error"]["code"]
    (choice,) = response.json["choices"]
    message = choice["message"]
    if message["refusal"] is not None:
        assert (message["content"], choice["finish_reason"]) == (None, "stop")
        return "refusal"
    return choice["finish_reason"] if message["content"] is None else None


def _completion_way(response):
    if response.status == 400:
        return response.json["error"]["code"]
    (choice,) = response.json["choices"]
    return "finish_reason" if (choice["text"], choice["finish_reason"]) == ("", "content_filter") else None


def _message_way(response):
    if response.json["stop_reason"] != "refusal":
        return None
    assert (response.json["content"], response.json["stop_details"]["type"]) == ([], "refusal")
    return "refusal"


def _body(known, number, path):
    benchmark = known["sums"]
    style = PromptStyle.COMPLETION if path == "/v1/completions" else PromptStyle.CHAT
    prompt = benchmark.render(benchmark.items[number], style)
    messages = [{"role": m.role, "content": m.content} for m in prompt.messages]
    asked = {"prompt": prompt.text} if style is PromptStyle.COMPLETION else {"messages": messages}
    return {"model": "elm-guarded", "max_tokens": 512, **asked}


@pytest.mark.parametrize(
    ("path", "way_of", "count_ways"),
    [
        ("/v1/chat/completions", _chat_way, 2),  # an error status and a finish reason share the word content_filter
        ("/v1/completions", _completion_way, 2),
        ("/v1/messages", _message_way, 1),
    ],
)
def test_a_vendor_declines_in_every_way_of_its_format_at_the_true_rate(truth, known, send, path, way_of, count_ways):
    log = io.BytesIO()
    simulator = Simulator(truth, known, log)
    responses = [send(simulator, path, _body(known, n, path), anthropic_version="2023-06-01") for n in range(COUNT)]
    ways = [way_of(response) for response in responses]
    decisions = [json.loads(line)["decision"] for line in log.getvalue().splitlines()]
    assert [way is not None for way in ways] == [decision == "filtered" for decision in decisions]
    found = Counter((way, response.status) for way, response in zip(ways, responses, strict=True) if way)
    assert len({way for way, _ in found}) == count_ways
    assert min(found.values()) > 0.5 * found.total() / len(found)
    rate = truth.models["elm-guarded"].rates["sums"].filtered
    assert abs(found.total() / COUNT - rate) <= 4 * (rate * (1 - rate) / COUNT) ** 0.5


def test_the_same_question_is_declined_in_the_same_way(truth, known, send):
    histories = []
    for _ in range(2):
        simulator = Simulator(truth, known)
        bodies = [_body(known, number, "/v1/chat/completions") for number in range(60)]
        histories.append([_chat_way(send(simulator, "/v1/chat/completions", body)) for body in bodies])
    assert histories[0] == histories[1]
    assert set(histories[0]) == {None, "refusal", "content_filter"}


def test_a_filtered_answer_has_no_log_probabilities(truth, known, send):
    simulator = Simulator(truth, known)
    for number in range(60):
        body = {**_body(known, number, "/v1/chat/completions"), "logprobs": True}
        response = send(simulator, "/v1/chat/completions", body)
        if response.status == 200:
            assert (response.json["choices"][0]["logprobs"] is None) == (_chat_way(response) is not None)
