"""Reads a request's fields, which all vendors' formats share. A value that is not supported is a 400 naming the field.

Tested in tests/infra/simulator/test_asgi.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from infra.simulator.truth import SimulatedModel
from infra.simulator.wire_format import RequestError

#: Turns in these roles are not part of a rendered prompt.
SYSTEM_ROLES = frozenset({"system", "developer"})


def parsed(body: bytes) -> dict[str, Any]:
    """The request's JSON object."""
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RequestError(400, f"We could not parse the JSON body of your request: {error}") from error
    if not isinstance(fields, dict):
        raise RequestError(400, "The request body must be a JSON object")
    return fields


def known_model(fields: Mapping[str, Any], models: Mapping[str, SimulatedModel]) -> SimulatedModel:
    """The model that is asked. A request for a stream is refused here too, because no format here supports it."""
    name = fields.get("model")
    if not isinstance(name, str):
        raise RequestError(400, "you must provide a model parameter", param="model")
    if name not in models:
        raise RequestError(404, f"The model `{name}` does not exist", param="model", code="model_not_found")
    if fields.get("stream"):
        raise RequestError(400, "The simulator does not stream", param="stream")
    return models[name]


def turns(fields: Mapping[str, Any]) -> list[dict[str, str]]:
    """The messages, each with its role and text."""
    messages = fields.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(m, dict) for m in messages):
        raise RequestError(400, "messages must be a non-empty list of messages", param="messages")
    return [{"role": str(m.get("role")), "content": text_of(m.get("content"), "messages")} for m in messages]


def conversation(spoken: list[dict[str, str]]) -> tuple[tuple[str, ...], str]:
    """The texts that may be an item's prompt, and everything that was sent.

    An item's prompt is the last user turn, or all turns but the system's in the form in which prompts are stored.
    """
    users = [turn["content"] for turn in spoken if turn["role"] == "user"]
    asked = [turn for turn in spoken if turn["role"] not in SYSTEM_ROLES]
    whole = _as_stored(asked)
    lookup = (whole, users[-1]) if users else (whole,)
    return lookup, whole if len(asked) == len(spoken) else _as_stored(spoken)


def text_of(content: Any, param: str) -> str:
    """A text, which may be given as a string or as a list of text parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        return "".join(str(part.get("text", "")) for part in content)
    raise RequestError(400, f"the content of {param} must be text", param=param)


def stop_strings(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The stop strings, which may be given as one text or as a list of texts."""
    stop = fields.get(name)
    marks = [stop] if isinstance(stop, str) else stop or []
    if not isinstance(marks, list) or not all(isinstance(mark, str) for mark in marks):
        raise RequestError(400, f"{name} must be a text or a list of texts", param=name)
    return tuple(marks)


def integer(fields: Mapping[str, Any], name: str, default: int) -> int:
    """An integer field, or the default where it is absent or null."""
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool):
        raise RequestError(400, f"{name} must be an integer, found {value!r}", param=name)
    return value


def at_least(value: int, least: int, name: str) -> int:
    """The value; a 400 if it is too small."""
    if value < least:
        raise RequestError(400, f"{name} must be at least {least}, found {value}", param=name)
    return value


def _as_stored(spoken: list[dict[str, str]]) -> str:
    return json.dumps(spoken, ensure_ascii=False)
