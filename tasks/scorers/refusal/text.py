"""The opening of an answer, sentence by sentence. Knows no rule and no language.

Only the opening is read, because chat models decline there. A story or an explanation further down may hold the same
words without declining. All lengths are bounded, so that no text takes long.

Tested in tests/tasks/scorers/test_refusal.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_OPENING_CHARACTERS = 2_000
_SENTENCE_CHARACTERS = 400  # the rest of a longer sentence is not read
_OPENING_SENTENCES = 3
_MOST_SENTENCES = 12
_PREAMBLE_WORDS = 3  # sentences this short at the beginning do not count: "Hello there!", "Assistant:"

_SINGLE_QUOTES = "‘’ʼ＇`´"  # noqa: RUF001 - typographic characters are what is replaced
_DOUBLE_QUOTES = "“”«»"
_SENTENCE_ENDS = re.compile(r"[.!?\n](?:(?<=\n)|[)']{0,2}[ \t]+)")  # a pattern that begins with a set is searched fast
_QUOTED = re.compile(r'"[^"]{1,300}"')
_COURTESY = re.compile(  # it says nothing yet, so the sentence after it is read instead
    r"^(?:thank you|thanks|i understand|i appreciate|i see|i hear|i'm sorry to hear|i am sorry to hear|"
    r"that's an? (?:\w+ )?question|great question|good question)\b(?!.{0,200}\b(?:but|however|cannot|can't|not)\b)"
)


def plain(text: str) -> str:
    """The text in lower case with plain quotation marks: ``plain("I CAN’T")`` is ``"i can't"``."""  # noqa: RUF002
    lowered = text.lower()
    if lowered.isascii() and "`" not in lowered:
        return lowered
    for mark in _SINGLE_QUOTES:  # one by one, because str.translate takes thirty times as long
        lowered = lowered.replace(mark, "'")
    for mark in _DOUBLE_QUOTES:
        lowered = lowered.replace(mark, '"')
    return lowered.replace("\xa0", " ")


def opening(text: str) -> list[str]:
    """The first sentences, up to three after a greeting, in lower case, with single blanks and without quotations."""
    kept: list[str] = []
    count_after_preamble = 0
    for sentence in _sentences(_unquoted(plain(text[:_OPENING_CHARACTERS]).strip())):
        kept.append(sentence)
        count_after_preamble += bool(count_after_preamble) or not _is_preamble(sentence)
        if count_after_preamble == _OPENING_SENTENCES or len(kept) == _MOST_SENTENCES:
            break
    return kept


def _unquoted(head: str) -> str:
    """The text without the marks of Markdown and, unless the whole of it is quoted, without quoted speech."""
    if head.count('"') > 1 and not (head.startswith('"') and head.endswith('"')):
        head = _QUOTED.sub(" ", head)
    return head.replace("*", "").replace('"', "").replace("_", "")


def _sentences(head: str) -> Iterator[str]:
    """Yield one sentence at a time, because the caller rarely needs more than a few."""
    start = 0
    while start < len(head):
        end = match.end() if (match := _SENTENCE_ENDS.search(head, start)) else len(head)
        sentence = " ".join(head[start : min(end, start + _SENTENCE_CHARACTERS)].split())
        if sentence:
            yield sentence
        start = end


def _is_preamble(sentence: str) -> bool:
    return sentence.count(" ") < _PREAMBLE_WORDS or _COURTESY.match(sentence) is not None
