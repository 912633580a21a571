"""What a choice of OpenAI's two formats says: the text, the thoughts, the words for its end, and what was blocked.

Servers that speak the format put these in many places. The first place that holds something counts, because gateways
repeat one text in several of them.

Sources of the places, one a line in tests/tasks/providers/test_server_matrix.py.

Tested in tests/tasks/providers/test_answers.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tasks.answers.finish import telling_word
from tasks.providers.wire import Said, part_of, text_of

_THOUGHTS = ("reasoning_content", "reasoning", "thinking", "thinking_blocks", "reasoning_details")
_BESIDE = "provider_specific_fields"
_THOUGHTS_OR_BESIDE = frozenset({*_THOUGHTS, _BESIDE})
_THINKING_PARTS = frozenset(
    {"thinking", "reasoning", "reasoning_text", "redacted_thinking", "reasoning.text", "reasoning.summary", "thought"}
)
_TEXT_PLACES = ("text", "content", "thinking", "reasoning", "summary")
_DEEPEST = 8


def said_in(choice: Mapping[str, Any], document: Mapping[str, Any]) -> Said:
    """Read the first choice of a document."""
    message = part_of(choice, "message")
    content = message.get("content")
    text = "".join(_texts(content, is_thought=False)) or text_of(choice, "text")
    return Said(
        text=text,
        word=telling_word(_words(choice, document)),
        reasoning=_thoughts(message) or "".join(_texts(content, is_thought=True)) or _thoughts(choice) or None,
        refusal=text_of(message, "refusal") or _refused(content) or None,
        is_blocked=_is_blocked(choice.get("content_filter_results")),
        is_unread=_is_unread(choice),
    )


def _is_unread(choice: Mapping[str, Any]) -> bool:
    """Whether a choice holds a text in a form that nobody knows, or no place for a text at all."""
    message, text = choice.get("message"), choice.get("text")
    content = part_of(choice, "message").get("content")
    if isinstance(content, list):
        return bool(content) and not any(isinstance(part, dict) for part in content)
    is_known = isinstance(message, dict | None) and isinstance(content, str | None) and isinstance(text, str | None)
    return not is_known or ("message" not in choice and "text" not in choice)


def _words(choice: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str | None]:
    """All words for the end of the text. A stop token that was matched is one, where the server says no other."""
    own = choice.get("finish_reason")
    yield text_of(own, "type") if isinstance(own, dict) else text_of(choice, "finish_reason")
    for place in (choice, document):
        yield text_of(place, "native_finish_reason")
        yield text_of(part_of(place, "details"), "finish_reason")
        yield text_of(place, "done_reason")
    if choice.get("matched_stop") is not None and not own:
        yield "stop"


def _thoughts(place: Mapping[str, Any]) -> str:
    """The thoughts that a server keeps apart from the answer."""
    if _THOUGHTS_OR_BESIDE.isdisjoint(place):
        return ""
    places = (place, part_of(place, _BESIDE))
    found = ("".join(_all_texts(held.get(name))) for held in places for name in _THOUGHTS)
    return next((thoughts for thoughts in found if thoughts), "")


def _texts(content: Any, *, is_thought: bool) -> Iterator[str]:
    """The texts of a message's content, or the thoughts in it; some servers send both in parts."""
    if isinstance(content, str):
        yield "" if is_thought else content
    for part in content if isinstance(content, list) else ():
        if isinstance(part, dict) and (part.get("type") in _THINKING_PARTS) is is_thought:
            yield from _all_texts(part)


def _all_texts(value: Any, depth: int = 0) -> Iterator[str]:
    """The text of a part, which may be nested in parts of its own."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < _DEEPEST:
        for part in value:
            yield from _all_texts(part, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        held = (value[name] for name in _TEXT_PLACES if value.get(name))
        yield from _all_texts(next(held, None), depth + 1)


def _refused(content: Any) -> str:
    """The refusal in a part of a message's content."""
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    return "".join(text_of(part, "refusal") or "" for part in parts if part.get("type") == "refusal")


def _is_blocked(results: Any) -> bool:
    """Whether one of Azure's filters took part of the answer away: ``filtered``, and not only ``detected``."""
    categories = results.values() if isinstance(results, dict) else ()
    return any(isinstance(category, dict) and category.get("filtered") is True for category in categories)
