"""Anthropic's wire format: messages, their errors, and a refusal without text.

A request has no seed here. Every question therefore counts as its first repeat, and gets the same answer as an
OpenAI chat request without a seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.simulator.phrasing import LengthLimits, PhrasedReply, count_tokens
from infra.simulator.request_fields import (
    SYSTEM_ROLES,
    at_least,
    conversation,
    integer,
    known_model,
    stop_strings,
    text_of,
    turns,
)
from infra.simulator.truth import SimulatedModel
from infra.simulator.wire_format import Answered, AskedQuestion, Format, RequestError
from tasks.domain import PromptStyle

_ERROR_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


def _read(fields: Mapping[str, Any], models: Mapping[str, SimulatedModel]) -> AskedQuestion:
    model = known_model(fields, models)
    if fields.get("max_tokens") is None:
        raise RequestError(400, "max_tokens: Field required", param="max_tokens")
    max_tokens = at_least(integer(fields, "max_tokens", 0), 1, "max_tokens")
    spoken = turns(fields)
    if any(turn["role"] in SYSTEM_ROLES for turn in spoken):
        raise RequestError(400, "messages: a system prompt goes into the field system", param="messages")
    system = fields.get("system")
    if system is not None:
        spoken.insert(0, {"role": "system", "content": text_of(system, "system")})
    lookup, content = conversation(spoken)
    limits = LengthLimits(stop_strings(fields, "stop_sequences"), max_tokens)
    return AskedQuestion(model, PromptStyle.CHAT, lookup, content, 0, limits, count_cached=_count_cached(fields))


def _count_cached(fields: Mapping[str, Any]) -> int:
    """Tokens up to the last block that asks for the cache.

    They always count as cached, so that an answer does not depend on the order of requests. Only a list of blocks can
    ask for the cache, because ``cache_control`` is a field of a block.
    """
    contents = [fields.get("system"), *(message.get("content") for message in fields["messages"])]
    blocks: list[Mapping[str, Any]] = []
    for content in contents:
        blocks += content if isinstance(content, list) else [{"text": content or ""}]
    marked = [number for number, block in enumerate(blocks) if block.get("cache_control")]
    return count_tokens(" ".join(str(block.get("text", "")) for block in blocks[: marked[-1] + 1])) if marked else 0


def _shape(asked: AskedQuestion, answered: Answered, served_name: str) -> dict[str, Any]:
    reply, is_filtered = answered.reply, answered.filter_draw is not None
    has_text = bool(reply.text) and not is_filtered
    refusal = {"type": "refusal", "category": None, "explanation": None}
    return {
        "id": f"msg_{answered.request_id}",
        "type": "message",
        "role": "assistant",
        "model": served_name,
        "content": [{"type": "text", "text": reply.text, "citations": None}] if has_text else [],
        "stop_reason": "refusal" if is_filtered else _stop_reason(reply),
        "stop_sequence": None if is_filtered else reply.stopped_by,
        "stop_details": refusal if is_filtered else None,
        "usage": {
            # Anthropic's input tokens do not include the cached ones; OpenAI's prompt tokens do.
            "input_tokens": max(0, count_tokens(asked.content) - asked.count_cached),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": asked.count_cached,
            "output_tokens": reply.count_tokens,
            "service_tier": "standard",
        },
    }


def _stop_reason(reply: PhrasedReply) -> str:
    if reply.finish_reason == "length":
        return "max_tokens"
    return "end_turn" if reply.stopped_by is None else "stop_sequence"


def _shape_error(error: RequestError) -> dict[str, Any]:
    kind = _ERROR_TYPES.get(error.status, "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": str(error)}}


MESSAGES = Format(_read, _shape, _shape_error, b"request-id", "req_", required_headers=(b"anthropic-version",))
