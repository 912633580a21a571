"""An answer sentence by sentence: its opening, and what follows a sentence. Knows no rule and no language.

The opening is read first, because chat models decline there. A story or an explanation further down may hold the same
words without declining. All lengths are bounded, so that no text takes long.

Tested in tests/tasks/scorers/test_refusal.py.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from itertools import islice

_READ_CHARACTERS = 4_000
_SENTENCE_CHARACTERS = 400  # the rest of a longer sentence is not read
_OPENING_SENTENCES = 3
_MOST_SENTENCES = 12
_PREAMBLE_WORDS = 3  # sentences this short at the beginning do not count: "Hello there!", "Assistant:"
_CHINESE = re.compile("[\u3040-\u9fff]")  # and Japanese: written without blanks
_SHORT_CHINESE = 8
_FOLLOWING_SENTENCES = 8  # enough to tell a lecture from an answer

_MARKS = str.maketrans(dict.fromkeys(string.punctuation.replace("'", ""), " "))  # fast on ASCII only
_WORD = re.compile(r"[\w']+")
_SINGLE_QUOTES = "‘’ʼ＇`´"  # noqa: RUF001 - typographic characters are what is replaced
_DOUBLE_QUOTES = "“”«»"
# A pattern that begins with a set is searched fast. Chinese ends a sentence without a blank.
_SENTENCE_ENDS = re.compile("[.!?\n\u3002\uff01\uff1f](?:(?<=[\n\u3002\uff01\uff1f])|[)']{0,2}[ \t]+)")
_QUOTED = re.compile(r'"[^"]{1,300}"')
_COURTESY = re.compile(  # it says nothing yet, so the sentence after it is read instead
    r"^(?:thank you|thanks|i understand|i appreciate|i see|i hear|i'm sorry to hear|i am sorry to hear|"
    r"i'm (?:so |very |really |truly )?sorry (?:to hear |that you|you're|for your)|i can (?:see|understand)|"
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


def words(sentence: str) -> set[str]:
    """The words of a sentence in lower case; "can't" is one."""
    return set(sentence.translate(_MARKS).split() if sentence.isascii() else _WORD.findall(sentence))


class Answer:
    """The sentences of a text, in lower case, with single blanks and without quotations. Read only as far as needed."""

    def __init__(self, text: str) -> None:
        """Keep the beginning of ``text``; nothing is split yet."""
        self._unread = _sentences(_unquoted(plain(text[:_READ_CHARACTERS]).strip()))
        self._read: list[str] = []
        self.first = 0  # number of the first sentence that is no greeting, as far as ``opening`` has come

    def opening(self) -> Iterator[str]:
        """Yield the first sentences, up to three after a greeting."""
        count_after_preamble = 0
        for number in range(_MOST_SENTENCES):
            self._read_to(number + 1)
            if number == len(self._read):
                return
            if not count_after_preamble:
                self.first = number
            count_after_preamble += bool(count_after_preamble) or not _is_preamble(self._read[number])
            yield self._read[number]
            if count_after_preamble == _OPENING_SENTENCES:
                return

    def before(self, number: int) -> list[str]:
        """The sentences before the one of this number, without a greeting."""
        return self._read[self.first : number]

    def following(self, number: int, count: int = _FOLLOWING_SENTENCES) -> list[str]:
        """The sentences after the one of this number, at most ``count``."""
        end = number + 1 + count
        self._read_to(end)
        return self._read[number + 1 : end]

    def _read_to(self, end: int) -> None:
        self._read.extend(islice(self._unread, max(0, end - len(self._read))))


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
    if sentence.count(" ") < _PREAMBLE_WORDS:
        return len(sentence) < _SHORT_CHINESE or not _CHINESE.search(sentence)
    return _COURTESY.match(sentence) is not None
