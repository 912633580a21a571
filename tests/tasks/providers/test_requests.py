"""What is sent, byte for byte of meaning: nothing is added, renamed or left out unsaid."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx2
import pytest

from tasks.domain import Message, Prompt, PromptStyle
from tasks.providers import effective_parameters
from tasks.settings import ModelSettings
from tests.support.known import known_names

CHAT = Prompt(PromptStyle.CHAT, messages=(Message("user", "six times seven?"),), max_tokens=64)
TEXT = Prompt(PromptStyle.COMPLETION, text="six times seven is", stop=("\n\n",), max_tokens=64)


def model(api, **fields):
    address = {"messages": {"provider": "anthropic"}}.get(api, {"provider": "openai", "base_url": "http://h/v1"})
    entry = {"id": "m", "model": "m-1", "api": api, "base": None, **address, **fields}
    return ModelSettings.model_validate(entry, context={"known": known_names()})


LOGPROBS = {("choices", 0, "logprobs"): {"content": [{"token": "4", "logprob": -0.1}]}}


def sent(wire, prompt, settings, repeat=0):
    """The path, the headers and the body that reach the server."""
    seen = {}

    def handler(request):
        seen.update(path=request.url.path, headers=request.headers, body=json.loads(request.content))
        document = wire.changed(LOGPROBS) if "logprobs" in seen["body"] else dict(wire.document)
        return httpx2.Response(200, json=document)

    parameters = effective_parameters(settings, prompt, repeat)
    wire.ask(handler, prompt=prompt, key="sk-0123456789", **{"temperature": None, **parameters})
    return seen, parameters


TURN = [{"role": "user", "content": "six times seven?"}]
SYSTEM = {"role": "system", "content": "Be brief."}
BODIES = {
    "chat": ("chat", {}, {"model": "m-1", "max_tokens": 64, "temperature": 0.0, "messages": TURN}),
    "chat with everything": (
        "chat",
        {
            "system_prompt": "Be brief.",
            "sampling": {
                "temperature": 0.5,
                "top_p": 0.9,
                "seed": 3,
                "stop": ["#"],
                "max_tokens": 9,
                "extra": {"top_k": 1},
            },
        },
        {
            "model": "m-1",
            "max_tokens": 9,
            "temperature": 0.5,
            "top_p": 0.9,
            "seed": 3,
            "stop": ["#"],
            "top_k": 1,
            "messages": [SYSTEM, *TURN],
        },
    ),
    "reasoning": (
        "chat",
        {"sampling": {"reasoning_effort": "low", "temperature": 0.0}},
        {"model": "m-1", "max_completion_tokens": 64, "reasoning_effort": "low", "messages": TURN},
    ),
    "reasoning of an old server": (
        "chat",
        {"sampling": {"reasoning_effort": "low", "token_limit_name": "max_tokens"}},
        {"model": "m-1", "max_tokens": 64, "reasoning_effort": "low", "messages": TURN},
    ),
    "the newer name alone": (
        "chat",
        {"sampling": {"token_limit_name": "max_completion_tokens"}},
        {"model": "m-1", "max_completion_tokens": 64, "temperature": 0.0, "messages": TURN},
    ),
    "completions": (
        "completions",
        {},
        {"model": "m-1", "max_tokens": 64, "temperature": 0.0, "stop": ["\n\n"], "prompt": "six times seven is"},
    ),
    "messages": ("messages", {}, {"model": "m-1", "max_tokens": 64, "temperature": 0.0, "messages": TURN}),
    "messages with everything": (
        "messages",
        {
            "system_prompt": "Be brief.",
            "sampling": {"temperature": 0.5, "top_p": 0.9, "stop": ["#"], "extra": {"top_k": 1}},
        },
        {
            "model": "m-1",
            "max_tokens": 64,
            "temperature": 0.5,
            "top_p": 0.9,
            "stop_sequences": ["#"],
            "system": "Be brief.",
            "top_k": 1,
            "messages": TURN,
        },
    ),
    "messages at the model's own temperature": (
        "messages",
        {"sampling": {"temperature": None}},
        {"model": "m-1", "max_tokens": 64, "messages": TURN},
    ),
}


@pytest.mark.parametrize(
    ("name", "prompt", "sent_as"),
    [
        ("chat", CHAT, {"logprobs": True, "top_logprobs": 20}),
        ("completions", TEXT, {"logprobs": 20}),
    ],
)
def test_each_api_has_its_own_parameter_for_alternatives_and_all_are_recorded_alike(wires, name, prompt, sent_as):
    seen, parameters = sent(wires[name], replace(prompt, top_logprobs=20), model(name))
    assert {key: value for key, value in seen["body"].items() if "logprobs" in key} == sent_as
    assert parameters["top_logprobs"] == 20


FIVE = ["\nclass", "\ndef", "\n#", "\nif", "\nprint"]
STOPS = {
    # name: (wire, sampling, the stop strings that are sent)
    "as many as OpenAI takes": ("completions", {}, FIVE[:4]),
    "as many as the server takes": ("completions", {"max_stop_strings": 16}, FIVE),
    "fewer": ("chat", {"max_stop_strings": 1}, FIVE[:1]),
    "none": ("completions", {"max_stop_strings": 0}, None),
    "all of them": ("messages", {}, FIVE),
    "some of them": ("messages", {"max_stop_strings": 2}, FIVE[:2]),
    "none of them": ("messages", {"max_stop_strings": 0}, None),
}


@pytest.mark.parametrize(("name", "sampling", "expected"), STOPS.values(), ids=STOPS.keys())
def test_no_more_stop_strings_are_sent_than_the_server_takes_and_all_are_recorded(wires, name, sampling, expected):
    prompt = replace(TEXT if name == "completions" else CHAT, stop=tuple(FIVE))
    seen, parameters = sent(wires[name], prompt, model(name, sampling=sampling))
    body = seen["body"]
    assert body.get("stop_sequences" if name == "messages" else "stop") == expected
    assert "max_stop_strings" not in body
    assert parameters["stop"] == FIVE


PATHS = {"chat": "/v1/chat/completions", "completions": "/v1/completions", "messages": "/v1/messages"}


@pytest.mark.parametrize(("name", "fields", "body"), BODIES.values(), ids=BODIES.keys())
def test_the_body_holds_only_what_was_configured(wires, name, fields, body):
    seen, _ = sent(wires[name], TEXT if name == "completions" else CHAT, model(name, **fields))
    assert {key: value for key, value in seen["body"].items() if value is not None} == body
    assert seen["path"] == PATHS[name]


def test_the_repeat_is_added_to_the_seed_where_a_provider_takes_seeds(wire):
    prompt = TEXT if wire.name == "completions" else CHAT
    bodies = [sent(wire, prompt, model(wire.name), repeat)[0]["body"] for repeat in (0, 2)]
    assert [body.get("seed") for body in bodies] == ([None, None] if wire.name == "messages" else [None, 2])


def test_the_key_is_sent_in_the_sdks_own_header(wire):
    seen, _ = sent(wire, TEXT if wire.name == "completions" else CHAT, model(wire.name))
    assert seen["headers"]["authorization"] == "Bearer sk-0123456789"


def test_effective_parameters_are_spelt_alike_for_every_provider():
    """Validation compares a pair by name: the same limit under two names would look like a difference."""
    effort = model("chat", sampling={"reasoning_effort": "low"})
    claude = model("messages", sampling={"stop": ["#"]})
    assert effective_parameters(effort, CHAT, 0) == {
        "api": "chat",
        "model": "m-1",
        "max_tokens": 64,
        "token_limit_name": "max_completion_tokens",
        "reasoning_effort": "low",
    }
    assert effective_parameters(claude, CHAT, 0) == {
        "api": "messages",
        "model": "m-1",
        "max_tokens": 64,
        "temperature": 0.0,
        "stop": ["#"],
    }
