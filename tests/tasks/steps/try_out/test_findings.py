"""What a few short answers show about a model: each fault of a server or of an entry is one line with a setting."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tasks.domain import Message, Prompt, PromptStyle
from tasks.errors import CellError, ProviderError, TerminalError, TransientError
from tasks.providers import Answer, effective_parameters
from tasks.providers.listing import ListedModel, Listing
from tasks.settings import ModelSettings
from tasks.steps.try_out import MOST_REQUESTS, Level, Subject, findings_of, trial, try_out
from tests.support.known import known_names

CHAT, COMPLETION = PromptStyle.CHAT, PromptStyle.COMPLETION
QUESTIONS = {
    CHAT: Prompt(CHAT, messages=(Message("user", "What is 2 + 3?"),), stop=("\n\nQ:",)),
    COMPLETION: Prompt(COMPLETION, text="Q: What is 2 + 3?\nA:", stop=("\n\nQ:",)),
}
SILENT = Listing("http://h/v1/models", "http://h/v1", 404, "HTTP 404: no such page")
ENTRY = {"id": "m", "provider": "openai", "base_url": "http://h/v1", "model": "m-7b", "api": "chat"}
ANTHROPIC = {"provider": "anthropic", "base_url": None, "api": "messages", "model": "m-7b"}
ALTERNATIVES = json.dumps({"5": -0.1, "6": -3.0, "7": -4.0})


def said(text: str = "5", **fields: Any) -> Answer:
    usual = {"finish_reason": "stop", "finish_word": "stop", "model_served": "m-7b", "tokens_input": 9}
    return Answer("answered", text, **{**usual, "tokens_output": 2, **fields})


def well(prompt: Prompt, parameters: dict[str, Any]) -> Answer:
    """What a good server answers."""
    if parameters.get("top_logprobs"):
        return said("5", first_token_json=ALTERNATIVES)
    return said("3, 4, 5, 6, ") if prompt not in QUESTIONS.values() else said()


@dataclass
class Server:
    """``refuses`` gives the error for some requests; ``says`` the answer to the others."""

    refuses: Callable[[Prompt, dict[str, Any]], ProviderError | None] = lambda *_: None
    says: Callable[[Prompt, dict[str, Any]], Answer] = well
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def ask(self, prompt: Prompt, parameters: dict[str, Any], _: float) -> Answer:
        self.asked.append(dict(parameters))
        if error := self.refuses(prompt, parameters):
            raise error
        return self.says(prompt, parameters)

    async def close(self) -> None:
        pass


def tried(server=None, *, listing=SILENT, context=None, style=CHAT, needs=False, most=1, **entry):
    """Try out a model against a server; returns the findings by what they are about."""
    model = ModelSettings.model_validate({**ENTRY, **entry}, context={"known": known_names()})
    prompt = QUESTIONS[style]
    subject = Subject(model, prompt, effective_parameters(model, prompt, 0), needs, most)
    found = findings_of(asyncio.run(try_out(subject, server or Server())), listing, context)
    assert {finding.subject for finding in found} == {"m"}
    assert not any("\n" in finding.line for finding in found)
    return {finding.check: finding for finding in found}


def refusing(name: str, message: str, made=TerminalError, kind: str = "http_400"):
    """A server that refuses every request that carries a parameter."""
    return Server(lambda _, sent: made(f"HTTP 400: {message}", error_type=kind) if sent.get(name) is not None else None)


def failing(made, kind: str, message: str = "no"):
    return Server(lambda *_: made(message, error_type=kind))


@pytest.fixture(autouse=True)
def _without_pause(monkeypatch):
    monkeypatch.setattr(trial, "_PAUSE_S", 0.0)


def test_a_good_server_gives_no_warning():
    found = tried()
    assert {name: finding.level for name, finding in found.items()} == dict.fromkeys(
        ["style", "stop strings", "log-probabilities"], Level.OK
    )
    assert found["log-probabilities"].found == "told, with 3 alternatives of a token. alternatives: 3"


def test_a_model_of_anthropic_is_asked_for_neither_seed_nor_alternatives():
    server = Server()
    assert set(tried(server, **ANTHROPIC)) == {"style", "stop strings"}
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("error", "entry", "check", "expected"),
    [
        ((CellError, "http_401"), {"api_key_env": "MY_KEY"}, "key", "no. Check the key in MY_KEY."),
        ((CellError, "http_401"), {}, "key", "no. Name the variable that holds the key: api_key_env."),
        ((CellError, "http_403"), {"api_key_env": "MY_KEY"}, "key", "no. Check the key in MY_KEY."),
        ((CellError, "http_402"), {}, "account", "no. Check what is left of the account's credit."),
        ((CellError, "http_404"), {}, "model", "no. Check base_url: http://h/v1."),
        ((TransientError, "timeout"), {"timeout_s": 5}, "answer", "no. Is the model loaded? timeout_s is 5."),
        ((TerminalError, "http_400"), {}, "answer", "no."),
    ],
)
def test_what_would_stop_a_run_is_a_problem(error, entry, check, expected):
    made, kind = error
    (finding,) = tried(failing(made, kind), **entry).values()
    assert (finding.check, finding.found, finding.level) == (check, expected, Level.PROBLEM)


def test_a_busy_server_is_asked_twice_and_is_no_problem():
    server = failing(TransientError, "http_503")
    (finding,) = tried(server).values()
    assert (finding.level, len(server.asked)) == (Level.WARNING, 2)


def test_the_names_that_the_server_has_are_shown():
    models = tuple(ListedModel(name) for name in ("m-70b", "other"))
    listing = Listing("a", "b", 200, None, models)
    (finding,) = tried(failing(CellError, "http_404"), listing=listing).values()
    assert finding.found == "no. The server has these models: m-70b, other. Did you mean 'm-70b'?"
    many = Listing("a", "b", 200, None, tuple(ListedModel(f"x{number}") for number in range(50)))
    (finding,) = tried(failing(CellError, "http_404"), listing=many).values()
    assert "50 models, such as x0, x1" in finding.found


@pytest.mark.parametrize(
    ("style", "api", "message"),
    [
        (
            CHAT,
            "completions",
            "HTTP 400: default chat template is no longer allowed, so you must provide a chat template",
        ),
        (COMPLETION, "chat", "HTTP 404: This is a chat model and not supported in the v1/completions endpoint"),
    ],
)
def test_a_style_that_the_server_does_not_take_names_the_one_it_takes(style, api, message):
    kind = message[5:8]
    server = Server(
        lambda prompt, _: TerminalError(message, error_type=f"http_{kind}") if prompt.style is style else None
    )
    entry = {"api": "chat" if style is CHAT else "completions"}
    (finding,) = tried(server, style=style, **entry).values()
    assert (finding.check, finding.level) == ("style", Level.PROBLEM)
    assert finding.found.endswith(f"Write api: {api}")
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("name", "message", "entry", "advice"),
    [
        ("temperature", "temperature is not supported", {}, "sampling.temperature: null"),
        ("temperature", "bad request", {}, "sampling.temperature: null"),
        ("stop", "stop is not supported with this model", {}, "sampling.max_stop_strings: 0"),
        ("top_p", "top_p: not permitted", {"sampling": {"top_p": 0.9}}, "sampling.top_p: null"),
        ("seed", "seed unknown", {"sampling": {"seed": 3}}, "sampling.seed: null"),
        ("system_prompt", "System role not supported", {"system_prompt": "x"}, "system_prompt: null"),
        ("extra", "unexpected keyword top_q", {"sampling": {"extra": {"top_q": 1}}}, "no sampling.extra"),
    ],
)
def test_a_parameter_that_is_refused_names_the_setting_that_avoids_it(name, message, entry, advice):
    found = tried(refusing(name, message), **entry)["parameters"]
    assert found.level is Level.PROBLEM
    assert advice in found.found
    assert message in found.found


def test_everything_that_a_reasoning_model_refuses_is_named_at_once():
    def refuses(_, sent):
        wrong = next((name for name in ("temperature", "stop") if name in sent), None)
        if "token_limit_name" not in sent:
            wrong = "max_tokens: use max_completion_tokens"
        return wrong and TerminalError(f"HTTP 400: unsupported {wrong}", error_type="http_400")

    server = Server(refuses)
    found = tried(server)
    assert found["parameters"].found.endswith(
        "It is answered with sampling.token_limit_name: max_completion_tokens, sampling.temperature: null, "
        "sampling.max_stop_strings: 0"
    )
    assert len(server.asked) <= MOST_REQUESTS


def test_an_older_server_is_told_the_limit_under_its_older_name():
    server = Server(
        lambda _, sent: (
            TerminalError("HTTP 400: max_completion_tokens?", error_type="http_400")
            if "token_limit_name" in sent
            else None
        )
    )
    found = tried(server, sampling={"token_limit_name": "max_completion_tokens"})
    assert found["parameters"].found.endswith("sampling.token_limit_name: max_tokens")


@pytest.mark.parametrize(
    "text",
    [
        "5<|im_end|>\n<|im_start|>user\nAnd 3 + 3?",
        "<|start_header_id|>assistant<|end_header_id|>\n5",
        "5<end_of_turn>",
        "5 [INST] And 3 + 3? [/INST] 6",
        "assistant: 5",
        "5\nUser: And 3 + 3?\nAssistant: 6",
        "5\n\n### Instruction: go on",
    ],
)
def test_the_markup_of_a_chat_template_is_a_warning(text):
    found = tried(Server(says=lambda *_: said(text)))["template"]
    assert found.level is Level.WARNING
    assert "write api: completions" in found.found


@pytest.mark.parametrize("text", ["The user: 5", "a list [1, 2] and <b>5</b>", "He said: user input is 5."])
def test_an_answer_that_speaks_of_roles_or_tags_holds_no_markup(text):
    assert "template" not in tried(Server(says=lambda *_: said(text)))


@pytest.mark.parametrize(
    ("answer", "check", "level", "expected"),
    [
        (said(""), "text", Level.WARNING, "the answer is empty"),
        (said("", finish_reason="length"), "text", Level.WARNING, "no answer had begun after 512 tokens"),
        (Answer("answered", "", "length", finish_word="prompt_too_long"), "context", Level.PROBLEM, "does not fit"),
        (Answer("filtered", None, "content_filter", refusal_text="why"), "filter", Level.WARNING, "was blocked: why"),
        (said(finish_reason="unknown", finish_word="xyz"), "finish reason", Level.WARNING, "says 'xyz' for the end"),
        (said("<think>hm</think>5"), "reasoning", Level.NOTE, "in the text; it is taken out before scoring"),
        (said(reasoning_text="hm"), "reasoning", Level.NOTE, "in a field of its own"),
        (said("<think>hm", finish_reason="length"), "reasoning", Level.WARNING, "was not done after 512 tokens. Raise"),
        (said(model_served="m-7b-0613"), "name", Level.NOTE, "Write model: m-7b-0613 so that it stays the same"),
        (said(tokens_input=None), "usage", Level.NOTE, "counts no tokens"),
    ],
)
def test_what_an_answer_shows(answer, check, level, expected):
    found = tried(Server(says=lambda *_: answer))[check]
    assert found.level is level
    assert expected in found.found


def test_a_server_that_answers_under_any_name_is_found_out():
    listing = Listing("a", "b", 200, None, (ListedModel("qwen"),))
    found = tried(listing=listing)["name"]
    assert found.found == "the server answers as 'm-7b', but has these models: qwen."


def test_a_tuned_model_that_is_asked_to_continue_is_noted():
    assert tried(style=COMPLETION, api="completions", model="m-7b-Instruct")["style"].level is Level.NOTE
    assert tried(style=COMPLETION, api="completions", model="m-7b-italian")["style"].level is Level.OK


def test_stop_strings_are_taken_ignored_or_refused():
    assert tried(most=3)["stop strings"].found == "taken (3 sent)"
    ignoring = Server(says=lambda *_: said("3, 4, 5, 6, 7, 8, 9"))
    assert tried(ignoring)["stop strings"].found.startswith("ignored ('3, 4, 5, 6, 7, 8, 9').")
    assert "stop strings" not in tried(Server(says=lambda *_: said("I like numbers.")))
    one = Server(
        lambda _, sent: TerminalError("HTTP 400: at most 1", error_type="http_400") if len(sent["stop"]) > 1 else None
    )
    found = tried(one, most=3)["stop strings"]
    assert (found.level, "Write sampling.max_stop_strings: 1" in found.found) == (Level.PROBLEM, True)


@pytest.mark.parametrize(
    ("server", "needs", "level", "expected"),
    [
        (refusing("top_logprobs", "logprobs?"), True, Level.PROBLEM, "Write alternatives: 0 and choose a scorer"),
        (refusing("top_logprobs", "logprobs?"), False, Level.NOTE, "No configured scorer reads them"),
        (Server(says=lambda *_: said()), True, Level.PROBLEM, "not told. Write alternatives: 0"),
        (Server(), True, Level.OK, "alternatives: 3"),
    ],
)
def test_log_probabilities_matter_where_a_scorer_reads_them(server, needs, level, expected):
    found = tried(server, needs=needs)["log-probabilities"]
    assert found.level is level
    assert expected in found.found


def test_a_seed_that_is_refused_is_noted():
    assert tried(refusing("seed", "no seed here"))["seed"].level is Level.NOTE


def test_the_context_comes_from_the_server_and_must_hold_the_answer():
    listing = Listing("a", "b", 200, None, (ListedModel("m-7b", 4096),))
    assert tried(listing=listing)["context"].level is Level.OK
    assert tried(context=400)["context"].level is Level.PROBLEM


def test_a_model_that_thinks_gets_its_own_token_limit_for_every_question():
    server = Server(says=lambda *_: said("<think>hm</think>5"))
    tried(server)
    assert {sent["max_tokens"] for sent in server.asked if "top_logprobs" not in sent} == {512}
    plain = Server()
    tried(plain)
    assert {sent["max_tokens"] for sent in plain.asked[1:] if "top_logprobs" not in sent} == {64}
