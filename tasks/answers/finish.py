"""Why a text ended, whatever word the server used for it.

Servers that speak one protocol use different words: their own, their model's, or another provider's. The words here
are compared without case. To teach a new word, add it to ``_WORDS`` and raise ``ANSWER_RULE``.
"""

from __future__ import annotations

from enum import StrEnum


class Ending(StrEnum):
    """Why a text ended; the values are OpenAI's words, under which answers are landed."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    TOOL_CALLS = "tool_calls"
    UNKNOWN = "unknown"


_WORDS: dict[Ending, tuple[str, ...]] = {
    Ending.STOP: ("stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete", "completed"),
    Ending.LENGTH: ("length", "max_tokens", "model_length", "max_length", "max_output_tokens"),
    Ending.CONTENT_FILTER: ("content_filter", "safety", "refusal"),
    Ending.TOOL_CALLS: ("tool_calls", "tool_use", "function_call"),
}
_ENDINGS = {word: ending for ending, words in _WORDS.items() for word in words}


def ending_of(word: str | None) -> Ending:
    """The ending behind a server's word; ``unknown`` for a word that is not in the table, and for none."""
    return _ENDINGS.get((word or "").strip().lower(), Ending.UNKNOWN)
