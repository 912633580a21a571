"""Put an event stream together to the document that it would have been in one piece.

Some servers stream although no stream was asked for, and some end a whole document with ``data: [DONE]``. Sources:
sgl-project/mini-sglang#51, kaito-project/kaito#1880, decolua/9router#3492.

Tested in tests/tasks/providers/test_event_stream.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_DATA = "data:"
_END = "[DONE]"
# Other signs that end a line stand in texts, too.
_LINE_END = re.compile(r"\r\n|\r|\n")
_EVENT_END = re.compile(r"(?:\r\n){2,}|\r{2,}|\n{2,}")
# Texts that a later piece repeats and does not continue.
_REPLACED = ("role", "reason", "type", "id")


def assembled(text: str) -> Any:
    """The document in an event stream; None if the text is not a stream, or broke off before its end.

    An error in the stream is the document: nothing after it counts. Where one event cannot be read, the answer would
    lack a part of its text, so nothing is returned.
    """
    try:
        return _assembled(text)
    except (AttributeError, LookupError, TypeError, ValueError):  # parts of types that no stream has
        return None


def _assembled(text: str) -> Any:
    events, is_ended = _events(text)
    if not events:
        return None
    failed = next((event for event in events if event.get("error")), None)
    if failed is not None:
        return {"error": failed["error"]}
    document = _message(events) if _is_anthropic(events) else _completion(events)
    return document if is_ended or _is_finished(document) else None


def _events(text: str) -> tuple[list[Mapping[str, Any]], bool]:
    """The events, and whether the stream says that it is over. What stands behind its end is left out.

    Raises:
        ValueError: One of them is not a JSON object.
    """
    given = list(filter(None, _data(text)))
    is_ended = _END in given
    events = [json.loads(data) for data in (given[: given.index(_END)] if is_ended else given)]
    if not all(isinstance(event, dict) for event in events):
        raise ValueError(given)
    return events, is_ended


def _data(text: str) -> Iterator[str]:
    """The data of each event; lines of one event are joined where one of them is not whole by itself."""
    head, found, _ = text.partition(f"\n{_DATA}")
    if found and head.lstrip().startswith("{"):
        yield head  # a whole document with the end of a stream behind it
    for event in _EVENT_END.split(text):
        lines = [line.removeprefix(_DATA).strip() for line in _LINE_END.split(event) if line.startswith(_DATA)]
        yield from lines if all(line == _END or _is_whole(line) for line in lines) else ["\n".join(lines)]


def _is_whole(data: str) -> bool:
    return data.startswith("{") and data.endswith("}")


def _is_finished(document: Mapping[str, Any]) -> bool:
    choices = document.get("choices")
    return bool(document.get("stop_reason") or (choices and choices[0].get("finish_reason")))


def _completion(events: list[Mapping[str, Any]]) -> dict[str, Any]:
    """OpenAI's two formats: the first choice of all pieces, and whatever else the last piece says."""
    document: dict[str, Any] = {}
    choice: dict[str, Any] = {}
    message: dict[str, Any] = {}
    for event in events:
        document |= {name: value for name, value in event.items() if value is not None and name != "choices"}
        for piece in event.get("choices") or ():
            if isinstance(piece, Mapping) and not piece.get("index"):
                _add(choice, {name: value for name, value in piece.items() if name not in {"delta", "message"}})
                _add(message, piece.get("delta") or piece.get("message") or {})
    if message:
        choice["message"] = message
    return {**document, "choices": [choice]} if choice else document


def _add(whole: dict[str, Any], piece: Mapping[str, Any]) -> None:
    """Add a piece: texts and lists grow, objects are filled, anything else is replaced; null says nothing."""
    for name, value in piece.items():
        before = whole.get(name)
        if isinstance(value, Mapping) and isinstance(before, dict | None):
            whole[name] = before if before is not None else {}
            _add(whole[name], value)
        elif isinstance(value, str) and isinstance(before, str) and not name.endswith(_REPLACED):
            del whole[name]  # Python appends in place to what nothing else refers to; copies would take minutes
            before += value
            whole[name] = before
        elif isinstance(value, list) and isinstance(before, list):
            before.extend(value)
        elif value is not None:
            whole[name] = value


def _is_anthropic(events: list[Mapping[str, Any]]) -> bool:
    return any(event.get("type") == "message_start" for event in events)


def _message(events: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Anthropic's messages: blocks that grow by deltas, and a stop reason with the usage at the end."""
    message: dict[str, Any] = {}
    blocks: dict[int, dict[str, Any]] = {}
    for event in events:
        index = event.get("index") or 0
        if event.get("type") == "message_start":
            message |= event.get("message") or {}
        elif event.get("type") == "content_block_start":
            blocks[index] = dict(event.get("content_block") or {})
        elif event.get("type") == "content_block_delta":
            delta = {name: value for name, value in (event.get("delta") or {}).items() if name != "type"}
            _add(blocks.setdefault(index, {"type": "text"}), delta)
        elif event.get("type") == "message_delta":
            message |= {name: value for name, value in (event.get("delta") or {}).items() if value is not None}
            message["usage"] = {**(message.get("usage") or {}), **(event.get("usage") or {})}
    return {**message, "content": list(blocks.values())}
