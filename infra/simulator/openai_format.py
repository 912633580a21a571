"""OpenAI's wire formats: chat completions and the older completions, with their errors and three kinds of filter.

Tested in tests/infra/simulator/test_asgi.py.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from infra.simulator.logprobs import Token
from infra.simulator.phrasing import LengthLimits, count_tokens
from infra.simulator.request_fields import at_least, conversation, integer, known_model, stop_strings, turns
from infra.simulator.truth import SimulatedModel
from infra.simulator.wire_format import Answered, AskedQuestion, Format, RequestError
from tasks.domain import PromptStyle

#: The token limit of an answer where the client states none.
DEFAULT_MAX_TOKENS = 512

_MOST_ALTERNATIVES = 20  # as on vLLM
_ERROR_TYPES = {429: "requests", 500: "server_error", 529: "server_error"}
_ERROR_CODES = {429: "rate_limit_exceeded", 529: "overloaded"}


def _read_chat(fields: Mapping[str, Any], models: Mapping[str, SimulatedModel]) -> AskedQuestion:
    model = _single_choice(fields, models)
    lookup, content = conversation(turns(fields))
    count_top = None
    if fields.get("logprobs"):
        count_top = _alternatives(fields, "top_logprobs")
    elif fields.get("top_logprobs") is not None:
        raise RequestError(400, "top_logprobs needs logprobs to be true", param="top_logprobs")
    return AskedQuestion(
        model, PromptStyle.CHAT, lookup, content, integer(fields, "seed", 0), _limits(fields), count_top
    )


def _read_completion(fields: Mapping[str, Any], models: Mapping[str, SimulatedModel]) -> AskedQuestion:
    model = _single_choice(fields, models)
    prompt = fields.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise RequestError(400, "prompt must be one text", param="prompt")
    wants = fields.get("logprobs") is not None
    count_top = _alternatives(fields, "logprobs") if wants else None
    repeat = integer(fields, "seed", 0)
    return AskedQuestion(model, PromptStyle.COMPLETION, (prompt,), prompt, repeat, _limits(fields), count_top)


def _single_choice(fields: Mapping[str, Any], models: Mapping[str, SimulatedModel]) -> SimulatedModel:
    model = known_model(fields, models)
    if fields.get("n") not in (None, 1):
        raise RequestError(400, "The simulator gives one choice per request", param="n")
    return model


def _limits(fields: Mapping[str, Any]) -> LengthLimits:
    name = "max_completion_tokens" if fields.get("max_completion_tokens") is not None else "max_tokens"
    return LengthLimits(stop_strings(fields, "stop"), at_least(integer(fields, name, DEFAULT_MAX_TOKENS), 1, name))


def _alternatives(fields: Mapping[str, Any], name: str) -> int:
    count = at_least(integer(fields, name, 0), 0, name)
    if count > _MOST_ALTERNATIVES:
        raise RequestError(400, f"{name} must be at most {_MOST_ALTERNATIVES}, found {count}", param=name)
    return count


def _shape_chat(asked: AskedQuestion, answered: Answered, served_name: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answered.reply.text, "refusal": None}
    finish_reason = answered.reply.finish_reason
    if answered.filter_draw is not None:
        message["content"] = None
        if answered.filter_draw < 1 / 3:
            message["refusal"] = answered.reply.text
        elif answered.filter_draw < 2 / 3:
            finish_reason = "content_filter"
        else:
            raise _filtered()
    logprobs = None if answered.tokens is None else _chat_logprobs(answered.tokens)
    choice = {"index": 0, "message": message, "logprobs": logprobs, "finish_reason": finish_reason}
    named = {"id": f"chatcmpl-{answered.request_id}", "object": "chat.completion", "model": served_name}
    return named | _common(asked, answered, choice)


def _shape_completion(asked: AskedQuestion, answered: Answered, served_name: str) -> dict[str, Any]:
    text, finish_reason = answered.reply.text, answered.reply.finish_reason
    if answered.filter_draw is not None:
        if answered.filter_draw >= 1 / 2:
            raise _filtered()
        text, finish_reason = "", "content_filter"
    logprobs = None if answered.tokens is None else _completion_logprobs(answered.tokens)
    choice = {"index": 0, "text": text, "logprobs": logprobs, "finish_reason": finish_reason}
    named = {"id": f"cmpl-{answered.request_id}", "object": "text_completion", "model": served_name}
    return named | _common(asked, answered, choice)


def _common(asked: AskedQuestion, answered: Answered, choice: dict[str, Any]) -> dict[str, Any]:
    count_prompt, count_answer = count_tokens(asked.content), answered.reply.count_tokens
    return {
        "created": int(time.time()),
        "choices": [choice],
        "usage": {
            "prompt_tokens": count_prompt,
            "completion_tokens": count_answer,
            "total_tokens": count_prompt + count_answer,
            "prompt_tokens_details": {"cached_tokens": asked.count_cached},
            "completion_tokens_details": {"reasoning_tokens": 0},
        },
        "system_fingerprint": answered.fingerprint,
    }


def _chat_logprobs(tokens: tuple[Token, ...]) -> dict[str, Any]:
    content = [
        {
            **_chat_token(token.text, token.logprob),
            "top_logprobs": [_chat_token(text, logprob) for text, logprob in token.alternatives],
        }
        for token in tokens
    ]
    return {"content": content, "refusal": None}


def _chat_token(text: str, logprob: float) -> dict[str, Any]:
    return {"token": text, "logprob": logprob, "bytes": list(text.encode("utf-8", "surrogatepass"))}


def _completion_logprobs(tokens: tuple[Token, ...]) -> dict[str, Any]:
    """Offsets count from the beginning of the answer, as on servers that do not repeat the prompt."""
    offsets, end = [], 0
    for token in tokens:
        offsets.append(end)
        end += len(token.text)
    tops = [dict(token.alternatives) for token in tokens]
    return {
        "tokens": [token.text for token in tokens],
        "token_logprobs": [token.logprob for token in tokens],
        "top_logprobs": tops if any(tops) else None,
        "text_offset": offsets,
    }


def _filtered() -> RequestError:
    return RequestError(400, "The content policy stopped this request", param="prompt", code="content_filter")


def _shape_error(error: RequestError) -> dict[str, Any]:
    kind = _ERROR_TYPES.get(error.status, "invalid_request_error")
    code = error.code or _ERROR_CODES.get(error.status)
    return {"error": {"message": str(error), "type": kind, "param": error.param, "code": code}}


CHAT = Format(_read_chat, _shape_chat, _shape_error, b"x-request-id", "req-")
COMPLETIONS = Format(_read_completion, _shape_completion, _shape_error, b"x-request-id", "req-")
