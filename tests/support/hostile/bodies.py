"""What an ordinary server sends: bodies of each wire as real servers write them, for questions whose answer is known.

Sources of the shapes: the API references of OpenAI and Anthropic, and what vLLM and llama.cpp's server send.
"""

from __future__ import annotations

import zlib
from typing import Any

from tests.support.hostile.replies import Asked

LETTERS = "ABCD"
_USAGE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}


def number(item: int) -> int:
    """The right answer to a question."""
    return item * 7919 % 1000


def answered(asked: Asked) -> int:
    """What a model answers: two of three answers are right."""
    return number(asked.item) + (zlib.crc32(f"{asked.model} {asked.item} {asked.seed}".encode()) % 3 == 0)


def text(asked: Asked) -> str:
    """A model's answer in words."""
    return f"We add them up.\n#### {answered(asked)}"


def good(asked: Asked) -> dict[str, Any]:
    """The document of a good answer."""
    if asked.path == "messages":
        return _messages(asked)
    if asked.is_letter:
        return _chat_letters(asked) if asked.path == "chat/completions" else _completion_letters(asked)
    return _chat(asked) if asked.path == "chat/completions" else _completion(asked)


def _chat(asked: Asked) -> dict[str, Any]:
    """OpenAI's document, or that of vLLM, or that of llama.cpp."""
    message: dict[str, Any] = {"role": "assistant", "content": text(asked)}
    choice: dict[str, Any] = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    head = {"id": f"chatcmpl-{asked.item}", "object": "chat.completion", "created": 1764400000, "model": asked.model}
    if asked.item % 3 == 0:
        message |= {"refusal": None, "annotations": []}
        details = {
            "prompt_tokens_details": {"cached_tokens": 2, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "accepted_prediction_tokens": 0},
        }
        tail = {"usage": {**_USAGE, **details}, "service_tier": "default", "system_fingerprint": "fp_44709d6fcb"}
        return {**head, "choices": [choice], **tail}
    if asked.item % 3 == 1:
        message |= {"reasoning_content": None, "tool_calls": []}
        choice |= {"stop_reason": None, "token_ids": None}
        return {**head, "choices": [choice], "usage": _USAGE, "prompt_logprobs": None, "kv_transfer_params": None}
    timings = {"prompt_n": 12, "prompt_ms": 35.5, "predicted_n": 5, "predicted_per_second": 31.25}
    return {"choices": [choice], **head, "usage": _USAGE, "system_fingerprint": "b5880-7a3f", "timings": timings}


def _completion(asked: Asked) -> dict[str, Any]:
    choice = {"text": text(asked), "index": 0, "logprobs": None, "finish_reason": "stop"}
    head = {"id": f"cmpl-{asked.item}", "object": "text_completion", "created": 1764400000, "model": asked.model}
    return {**head, "choices": [choice], "usage": _USAGE}


def _messages(asked: Asked) -> dict[str, Any]:
    said = [{"type": "text", "text": text(asked)}]
    if asked.item % 2:
        said.insert(0, {"type": "thinking", "thinking": "Let me add them up.", "signature": "EqMBCkYIBRgC"})
    usage = {"input_tokens": 12, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 3, "output_tokens": 5}
    head = {"id": f"msg_{asked.item}", "type": "message", "role": "assistant", "model": asked.model, "content": said}
    return {**head, "stop_reason": "end_turn", "stop_sequence": None, "usage": {**usage, "service_tier": "standard"}}


def letter(asked: Asked) -> str:
    """The letter that a model finds most likely; it stands for the option that ``answered`` names."""
    return LETTERS[answered(asked) % len(LETTERS)]


def _likelihoods(asked: Asked) -> dict[str, float]:
    likely = letter(asked)
    others = {f" {other}": -3.0 - place for place, other in enumerate(LETTERS) if other != likely}
    return {f" {likely}": -0.25, " The": -2.5, **others}


def _chat_letters(asked: Asked) -> dict[str, Any]:
    told = [
        {"token": token, "logprob": value, "bytes": list(token.encode())}
        for token, value in _likelihoods(asked).items()
    ]
    document = _chat(asked)
    choice = document["choices"][0]
    choice["message"]["content"] = f" {letter(asked)}"
    choice["logprobs"] = {"content": [{**told[0], "top_logprobs": told}], "refusal": None}
    choice["finish_reason"] = "length"
    return document


def _completion_letters(asked: Asked) -> dict[str, Any]:
    document, told = _completion(asked), _likelihoods(asked)
    token = f" {letter(asked)}"
    logprobs = {"text_offset": [34], "token_logprobs": [told[token]], "tokens": [token], "top_logprobs": [told]}
    document["choices"][0] |= {"text": token, "logprobs": logprobs, "finish_reason": "length"}
    return document


def errors(path: str) -> list[tuple[int, dict[str, Any]]]:
    """Status and document of real errors."""
    if path == "messages":
        kinds = [
            (429, "rate_limit_error", "Number of request tokens has exceeded your per-minute rate limit."),
            (529, "overloaded_error", "Overloaded"),
            (500, "api_error", "Internal server error"),
            (400, "invalid_request_error", "prompt is too long: 215000 tokens > 200000 maximum"),
            (401, "authentication_error", "invalid x-api-key"),
            (404, "not_found_error", "model: claude-0"),
        ]
        return [
            (code, {"type": "error", "error": {"type": kind, "message": said}, "request_id": "req_1"})
            for code, kind, said in kinds
        ]
    kinds = [
        (429, "rate_limit_exceeded", "Rate limit reached for requests. Please try again in 20ms."),
        (500, "server_error", "The server had an error while processing your request."),
        (503, None, "The engine is currently overloaded, please try again later."),
        (
            400,
            "content_filter",
            "The response was filtered due to the prompt triggering the content management policy.",
        ),
        (
            400,
            "context_length_exceeded",
            "This model's maximum context length is 4097 tokens, however you requested 5000 tokens.",
        ),
        (401, "invalid_api_key", "Incorrect API key provided."),
        (404, "model_not_found", "The model `x` does not exist."),
        (422, None, "Value error, unknown field"),
    ]
    return [
        (code, {"error": {"message": said, "type": "error", "param": None, "code": kind}}) for code, kind, said in kinds
    ]
