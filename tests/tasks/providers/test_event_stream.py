"""Servers that stream unasked: their answers are read like any other, and a broken stream is no answer."""

from __future__ import annotations

import json

import pytest

from tasks.errors import TransientError


def stream(*events, is_ended=True):
    lines = [f"data: {json.dumps(event)}" for event in events] + ["data: [DONE]"] * is_ended
    return "".join(f"{line}\n\n" for line in lines)


def piece(finish=None, **delta):
    return {"id": "c-1", "model": "m-2026", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def text_piece(text, finish=None):
    return {"id": "c-1", "model": "m-2026", "choices": [{"index": 0, "text": text, "finish_reason": finish}]}


LAST = {"id": "c-1", "choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}}
MESSAGE = (
    {"type": "message_start", "message": {"id": "m", "model": "m-2026", "content": [], "usage": {"input_tokens": 10}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "4"}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "2"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
    {"type": "message_stop"},
)
STREAMS = {
    "chat": (
        "chat",
        stream(
            piece(role="assistant", reasoning_content="h"),
            piece(reasoning_content="m"),
            piece(content="4"),
            piece(content="2"),
            piece("stop"),
            LAST,
        ),
    ),
    "chat without the last line": (
        "chat",
        stream(piece(reasoning_content="hm", content="42"), piece("stop"), LAST, is_ended=False),
    ),
    "messages": ("messages", stream(*MESSAGE, is_ended=False)),
    "messages with the names of events": (
        "messages",
        "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in MESSAGE),
    ),
}


@pytest.mark.parametrize(("name", "text"), STREAMS.values(), ids=STREAMS.keys())
def test_a_stream_is_put_together(wires, name, text):
    found = wires[name].answer(text)
    assert (found.text, found.reasoning_text, found.finish_reason) == ("42", "hm", "stop")
    assert (found.model_served, found.tokens_input, found.tokens_output) == ("m-2026", 10, 2)


def test_a_stream_of_completions_is_put_together(wires):
    found = wires["completions"].answer(stream(text_piece("4"), text_piece("2"), text_piece("", "length")))
    assert (found.text, found.finish_reason) == ("42", "length")


def test_a_stream_of_many_pieces_without_an_index_is_put_together(wires):
    many = [{"choices": [{"delta": {"content": f"{number} "}}]} for number in range(20_000)]
    found = wires["chat"].answer(stream(*many))
    assert found.text == "".join(f"{number} " for number in range(20_000))


def test_comments_and_odd_lines_of_a_stream_say_nothing(wires):
    text = ": PROCESSING\n\n" + stream(piece(content="42"), piece("stop")) + "data: {half\n\n"
    assert wires["chat"].answer(text).text == "42"


@pytest.mark.parametrize("sign", "\u2028\u2029\x85\x0b\x0c\x1c\x1e")
def test_a_sign_that_ends_a_line_elsewhere_is_part_of_the_text(wires, sign):
    first, last = piece(content="4"), piece("stop", content=f"{sign}2")
    text = "".join(f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in (first, last))
    text = text.replace(json.dumps(sign)[1:-1], sign) if sign >= "\x20" else text
    assert wires["chat"].answer(text).text == f"4{sign}2"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("before", ["", "\ufeff"])
def test_a_stream_is_read_by_the_rules_of_event_streams(wires, end, before):
    head, tail = '{"choices": [{"index": 0,', '"delta": {"content": "42"}, "finish_reason": "stop"}]}'
    text = f"{before}: hm\n\ndata: {head}\ndata:{tail}\n\n"
    assert wires["chat"].answer(text.replace("\n", end)).text == "42"


@pytest.mark.parametrize("broken", ['{"choices": [{"delta": {"content": "', "[1]", "null", "oops"])
def test_a_stream_with_a_broken_piece_is_asked_for_again(wires, broken):
    text = f"data: {json.dumps(piece(content='4'))}\n\ndata: {broken}\n\n" + stream(piece("stop", content="2"))
    with pytest.raises(TransientError, match="unreadable answer: text starting"):
        wires["chat"].answer(text)


@pytest.mark.parametrize(
    "event",
    [
        {"choices": 5}, {"choices": [{"delta": "42"}]}, {"choices": [{"delta": {"content": "4"}}, 7, {"delta": [1]}]},
        {"type": "message_start", "message": "42"}, {"type": "message_start", "message": {"choices": ["x"]}},
        {"type": "content_block_start", "index": [], "content_block": {}}, {"type": "content_block_delta", "delta": 3},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_a_stream_of_odd_types_is_asked_for_again(wires, event):
    for name, first in (("chat", ()), ("messages", ({"type": "message_start"},))):
        with pytest.raises(TransientError) as raised:
            wires[name].answer(stream(*first, event, is_ended=False))
        assert raised.value.error_type == "unreadable_answer"


def test_a_whole_document_with_the_end_of_a_stream_behind_it_is_read(wires):
    wire = wires["chat"]
    assert wire.answer(json.dumps(wire.document) + "\n\ndata: [DONE]\n\n").text == "42"
    assert wire.answer(stream(dict(wire.document))).text == "42"


def test_log_probabilities_of_a_stream_are_kept(wires):
    first = piece(content="B")
    top = [{"token": "B", "logprob": -0.5}, {"token": "A", "logprob": -1.5}]
    first["choices"][0]["logprobs"] = {"content": [{"token": "B", "logprob": -0.5, "top_logprobs": top}]}
    assert json.loads(wires["chat"].answer(stream(first, piece("length"))).first_token_json) == {"B": -0.5, "A": -1.5}


def test_an_error_in_a_stream_counts_and_what_came_before_it_does_not(wires):
    failing = stream(piece(content="4"), {"error": {"message": "Overloaded", "code": 529}})
    with pytest.raises(TransientError) as raised:
        wires["chat"].answer(failing)
    assert raised.value.error_type == "http_529"


@pytest.mark.parametrize("text", [stream(piece(content="4"), is_ended=False), stream(), "data: [1]\n\n", "data:"])
def test_a_stream_that_broke_off_is_asked_for_again(wires, text):
    with pytest.raises(TransientError) as raised:
        wires["chat"].answer(text)
    assert raised.value.error_type == "unreadable_answer"
