"""What each wire's documents mean: every way to answer, decline or stop gives exactly one answer."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace

import pytest

from tasks.answers import ending_of
from tasks.errors import ProviderError, TransientError
from tasks.providers import Answer

OPENAI_FACTS = {
    "model_served": "m-2026",
    "system_fingerprint": "fp_1",
    "provider_request_id": "req-7",
    "tokens_input": 1000,
    "tokens_cached": 600,
    "tokens_output": 200,
    "tokens_reasoning": 150,
}
ANTHROPIC_FACTS = {
    "model_served": "m-2026",
    "provider_request_id": "req-7",
    "tokens_input": 1000,  # 300 plain, 600 read from a cache, 100 written to it
    "tokens_cached": 600,
    "tokens_cache_write": 100,
    "tokens_output": 200,
    "tokens_reasoning": 150,
}
FACTS = {"chat": OPENAI_FACTS, "completions": OPENAI_FACTS, "messages": ANTHROPIC_FACTS}

CHOICE, MESSAGE = ("choices", 0), ("choices", 0, "message")
FINISH, CONTENT, REFUSAL = (*CHOICE, "finish_reason"), (*MESSAGE, "content"), (*MESSAGE, "refusal")
TEXT = (*CHOICE, "text")
STOP, BLOCKS, DETAILS = ("stop_reason",), ("content",), ("stop_details",)
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "s"}


def words(*texts):
    return [{"type": "text", "text": text} for text in texts]


CASES = {
    # name: (wire, changes to the good document, status, text, the server's word for the end, refusal text)
    "chat answers": ("chat", {}, "answered", "42", "stop", None),
    "chat in parts": ("chat", {CONTENT: words("4", "2")}, "answered", "42", "stop", None),
    "chat cut": ("chat", {FINISH: "length"}, "answered", "42", "length", None),
    "chat cut before a word": ("chat", {FINISH: "length", CONTENT: None}, "answered", "", "length", None),
    "chat cut while thinking": ("chat", {FINISH: "length", CONTENT: ""}, "answered", "", "length", None),
    "chat declines, finish reason stop": (
        "chat",
        {CONTENT: None, REFUSAL: "I can't help."},
        "filtered",
        None,
        "stop",
        "I can't help.",
    ),
    "chat declines at the limit": ("chat", {FINISH: "length", REFUSAL: "No."}, "filtered", "42", "length", "No."),
    "chat filtered": ("chat", {FINISH: "content_filter", CONTENT: None}, "filtered", None, "content_filter", None),
    "chat filtered midway": ("chat", {FINISH: "content_filter"}, "filtered", "42", "content_filter", None),
    "chat calls a tool": ("chat", {FINISH: "tool_calls"}, "answered", "42", "tool_calls", None),
    "chat with a lone surrogate": ("chat", {CONTENT: "4\ud8002"}, "answered", "4\\ud8002", "stop", None),
    "chat of a local server": ("chat", {(*MESSAGE, "reasoning"): "hm", FINISH: None}, "answered", "42", None, None),
    "completion answers": ("completions", {}, "answered", "42", "stop", None),
    "completion cut": ("completions", {FINISH: "length"}, "answered", "42", "length", None),
    "completion cut to nothing": ("completions", {FINISH: "length", TEXT: ""}, "answered", "", "length", None),
    "completion filtered": (
        "completions",
        {FINISH: "content_filter", TEXT: ""},
        "filtered",
        None,
        "content_filter",
        None,
    ),
    "messages answers": ("messages", {}, "answered", "42", "end_turn", None),
    "messages in blocks": ("messages", {BLOCKS: [THOUGHT, *words("4", "2")]}, "answered", "42", "end_turn", None),
    "messages at a stop": ("messages", {STOP: "stop_sequence"}, "answered", "42", "stop_sequence", None),
    "messages cut": ("messages", {STOP: "max_tokens"}, "answered", "42", "max_tokens", None),
    "messages cut while thinking": (
        "messages",
        {STOP: "max_tokens", BLOCKS: [THOUGHT]},
        "answered",
        "",
        "max_tokens",
        None,
    ),
    "messages beyond the context": (
        "messages",
        {STOP: "model_context_window_exceeded"},
        "answered",
        "42",
        "model_context_window_exceeded",
        None,
    ),
    "messages paused": ("messages", {STOP: "pause_turn"}, "answered", "42", "pause_turn", None),
    "messages calls a tool": ("messages", {STOP: "tool_use"}, "answered", "42", "tool_use", None),
    "messages of a new kind": ("messages", {STOP: "new_reason"}, "answered", "42", "new_reason", None),
    "messages declines": (
        "messages",
        {STOP: "refusal", BLOCKS: [], DETAILS: {"type": "refusal", "category": "bio", "explanation": "Not this."}},
        "filtered",
        None,
        "refusal",
        "bio: Not this.",
    ),
    "messages declines by category": (
        "messages",
        {STOP: "refusal", BLOCKS: [], DETAILS: {"type": "refusal", "category": "cyber", "explanation": None}},
        "filtered",
        None,
        "refusal",
        "cyber",
    ),
    "messages declines without a word": (
        "messages",
        {STOP: "refusal", BLOCKS: []},
        "filtered",
        None,
        "refusal",
        None,
    ),
    "messages declines midway": ("messages", {STOP: "refusal"}, "filtered", "42", "refusal", None),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_document_is_read_as_exactly_one_answer(wires, case):
    name, changes, status, text, word, refusal = case
    wire = wires[name]
    found = wire.answer(wire.changed(changes), headers={wire.request_id_header: "req-7"})
    expected = Answer(status, text, ending_of(word), refusal_text=refusal, finish_word=word, **FACTS[name])
    assert replace(found, reasoning_text=None) == expected


TOP = [{"token": " B", "logprob": -0.2, "bytes": [32, 66]}, {"token": " A", "logprob": -2, "bytes": None}]
FIRST = {"token": " B", "logprob": -0.2, "top_logprobs": TOP}
LOGPROBS = {
    "chat": ("chat", {"content": [FIRST, {**FIRST, "top_logprobs": []}], "refusal": None}),
    "completions": ("completions", {"tokens": [" B", "."], "top_logprobs": [{" B": -0.2, " A": -2}, {".": -0.1}]}),
    "completions in the shape of chat": ("completions", {"content": [FIRST]}),
    "chat in the shape of completions": ("chat", {"tokens": [" B"], "top_logprobs": [{" B": -0.2, " A": -2}]}),
    "no content beside it": ("completions", {"content": None, "top_logprobs": [{" B": -0.2, " A": -2}]}),
    "the first token has none": ("completions", {"top_logprobs": [None, {" B": -0.2, " A": -2}]}),
    "an object in chat": ("chat", {"content": [{**FIRST, "top_logprobs": {" B": -0.2, " A": -2}}]}),
    "numbers as texts": ("completions", {"top_logprobs": [{" B": "-0.2", " A": "-2"}]}),
    "what is no number": ("completions", {"top_logprobs": [{" B": -0.2, " A": -2, "x": None, "y": "?", "z": [1]}]}),
    "not finite": ("chat", {"content": [{**FIRST, "top_logprobs": [*TOP, {"token": "C", "logprob": float("-inf")}]}]}),
    "the chosen token apart": (
        "completions",
        {"tokens": [" A"], "token_logprobs": [-2], "top_logprobs": [{" B": -0.2}]},
    ),
}


@pytest.mark.parametrize(("name", "logprobs"), LOGPROBS.values(), ids=LOGPROBS.keys())
def test_alternatives_of_the_first_token_have_one_form_for_every_api(wires, name, logprobs):
    wire = wires[name]
    found = wire.answer(wire.changed({(*CHOICE, "logprobs"): logprobs}))
    assert json.loads(found.first_token_json) == {" B": -0.2, " A": -2}


def test_alternatives_of_one_text_add_up(wires):
    tops = [{"token": "A", "logprob": math.log(0.3)}, {"token": "A", "logprob": math.log(0.2)}]
    logprobs = {"content": [{"token": "A", "logprob": math.log(0.3), "top_logprobs": tops}]}
    found = wires["chat"].answer(wires["chat"].changed({(*CHOICE, "logprobs"): logprobs}))
    assert json.loads(found.first_token_json) == pytest.approx({"A": math.log(0.5)})


def test_without_alternatives_the_chosen_token_is_kept(wires):
    logprobs = {"content": [{"token": "A", "logprob": -0.1, "top_logprobs": []}]}
    found = wires["chat"].answer(wires["chat"].changed({(*CHOICE, "logprobs"): logprobs}))
    assert json.loads(found.first_token_json) == {"A": -0.1}


@pytest.mark.parametrize("name", ["chat", "completions"])
@pytest.mark.parametrize(
    "logprobs",
    [
        {},
        {"content": []},
        {"content": None, "top_logprobs": None},
        {"top_logprobs": [None]},
        {"content": [{"top_logprobs": None}]},
        {"content": [{"top_logprobs": 5}]},
        {"content": 5, "top_logprobs": {"A": -1}},
        {"content": [5], "tokens": "A", "token_logprobs": [-1]},
        {"content": [{"token": 5, "logprob": -1, "top_logprobs": [[]]}]},
        {"content": [{"top_logprobs": ["x", {"token": "A", "logprob": "many"}]}]},
        "many",
    ],
)
def test_alternatives_in_an_unknown_form_are_left_out(wires, name, logprobs):
    wire = wires[name]
    assert wire.answer(wire.changed({(*CHOICE, "logprobs"): logprobs})).first_token_json is None


SURROGATES = {
    "chat": ({("model",): "m\ud800", ("id",): "\udfff", FINISH: "st\ud800op", CONTENT: "4\ud800"}, "m\\ud800"),
    "completions": ({("model",): "m\ud800", ("system_fingerprint",): "\udfff", TEXT: "\udfff"}, "m\\ud800"),
    "messages": ({("model",): "m\ud800", STOP: "\udfff", BLOCKS: [THOUGHT | {"thinking": "\ud800"}]}, "m\\ud800"),
}


def test_a_lone_surrogate_in_any_field_is_kept_as_its_escape(wire):
    """Otherwise the row could not be written, and the run would end at every attempt."""
    changes, model_served = SURROGATES[wire.name]
    found = wire.answer(wire.changed(changes), headers={wire.request_id_header: b"\xff"})
    assert found.model_served == model_served
    for field in fields(found):
        str(getattr(found, field.name)).encode()


def test_a_lone_surrogate_in_an_error_is_kept_as_its_escape(wire):
    with pytest.raises(ProviderError, match=r"no \\ud800 such"):
        wire.answer({"error": {"message": "no \ud800 such"}}, status=500)


def test_what_a_server_leaves_out_is_unknown(wire):
    document = {key: value for key, value in wire.document.items() if key in {"choices", "content", "stop_reason"}}
    word = "end_turn" if wire.name == "messages" else "stop"
    assert wire.answer(document) == Answer("answered", "42", "stop", finish_word=word)


# A text in a form that nobody knows is lost. As an empty answer it would count as wrong.
UNREAD = {
    "chat": [
        {CONTENT: 42}, {CONTENT: True}, {CONTENT: {"text": "42"}}, {CONTENT: ["4", "2"]}, {MESSAGE: "42"},
        {MESSAGE: [{"content": "42"}]}, {("choices", 0): {"delta": {"content": "42"}, "finish_reason": "stop"}},
        {("choices", 0): {"finish_reason": None}},
    ],
    "completions": [{TEXT: ["42"]}, {TEXT: {"text": "42"}}, {("choices", 0): {"finish_reason": "stop"}}],
    "messages": [{BLOCKS: [None, "42"]}, {BLOCKS: [{"text": "42"}]}, {BLOCKS: [{"type": 5, "text": "42"}]}],
}  # fmt: skip


@pytest.mark.parametrize(("name", "changes"), [(name, changes) for name, all_ in UNREAD.items() for changes in all_])
def test_a_text_in_an_unknown_form_is_asked_for_again(wires, name, changes):
    with pytest.raises(TransientError) as raised:
        wires[name].answer(wires[name].changed(changes))
    assert raised.value.error_type == "unreadable_answer"


def test_an_error_beside_an_empty_answer_is_the_answer(wires):
    for name, changes in (("chat", {CONTENT: ""}), ("completions", {TEXT: ""}), ("messages", {BLOCKS: []})):
        document = {**wires[name].changed(changes), "error": {"message": "upstream failed", "code": 502}}
        with pytest.raises(TransientError, match="upstream failed"):
            wires[name].answer(document)
        assert wires[name].answer({**wires[name].document, "error": None}).text == "42"


@pytest.mark.parametrize("sign", ["\ufeff", "\ufeff  \n"])
def test_a_byte_order_mark_says_nothing(wire, sign):
    assert wire.answer(sign + json.dumps(wire.document)).text == "42"


def test_a_count_may_be_written_as_a_fraction_and_none_is_more_than_any_answer_has(wires):
    for count, found in ((12.0, 12), (12.5, None), (-1, None), (-1.0, None), (2**36, None), (1e300, None)):
        usage = {"prompt_tokens": count, "input_tokens": count, "cache_read_input_tokens": 2**62}
        for name in ("chat", "messages"):
            assert wires[name].answer(wires[name].changed({("usage",): usage})).tokens_input == found


def test_a_refusal_may_be_a_part_of_the_content(wires):
    found = wires["chat"].answer(wires["chat"].changed({CONTENT: [{"type": "refusal", "refusal": "I cannot."}]}))
    assert (found.status, found.refusal_text) == ("filtered", "I cannot.")


NO_COUNTS = ({"prompt_tokens": None, "input_tokens": None}, {"prompt_tokens": True, "input_tokens": True})


@pytest.mark.parametrize("usage", [None, {}, *NO_COUNTS, [], "many"])
def test_usage_in_an_unknown_form_is_left_out(wire, usage):
    found = wire.answer(wire.changed({("usage",): usage}))
    assert {getattr(found, f"tokens_{kind}") for kind in ("input", "cached", "cache_write", "output", "reasoning")} == {
        None
    }


def test_cached_tokens_that_anthropic_does_not_state_add_nothing_to_the_input(wires):
    wire = wires["messages"]
    found = wire.answer(wire.changed({("usage",): {"input_tokens": 300, "output_tokens": 7}}))
    assert (found.tokens_input, found.tokens_cached, found.tokens_cache_write) == (300, None, None)


def test_openai_may_report_cache_writes_too(wires):
    wire = wires["chat"]
    found = wire.answer(wire.changed({("usage", "prompt_tokens_details"): {"cache_write_tokens": 100}}))
    assert (found.tokens_input, found.tokens_cached, found.tokens_cache_write) == (1000, None, 100)


def test_the_model_that_answered_is_kept_even_if_another_one_was_asked_for(wire):
    assert wire.answer(wire.changed({("model",): "someone-else"})).model_served == "someone-else"


def test_the_documents_id_stands_in_for_a_request_id(wire):
    assert wire.answer(wire.document).provider_request_id == wire.document["id"]


EMPTY = {
    "chat": [{CONTENT: None}, {CONTENT: ""}, {MESSAGE: None}, {CONTENT: []}],
    "completions": [{TEXT: ""}, {TEXT: None}],
    "messages": [{BLOCKS: []}, {BLOCKS: [THOUGHT]}, {BLOCKS: words("")}],
}


@pytest.mark.parametrize(("name", "changes"), [(name, changes) for name, all_ in EMPTY.items() for changes in all_])
def test_an_empty_answer_is_an_answer(wires, name, changes):
    found = wires[name].answer(wires[name].changed(changes))
    assert (found.status, found.text, found.finish_reason) == ("answered", "", "stop")
