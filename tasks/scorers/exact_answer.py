"""Exact match of an announced answer: "The answer is X" must name the target. Reasoning may stand before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, right_or_wrong, unparsed

_BARE_WORDS = 5  # a longer line is taken for a sentence of reasoning, not for an answer

_ANNOUNCED = re.compile(
    r"\banswer(?:[\s*_]{0,4}(?:(?:is|was|would be)\b|[:=])| to [^.\n]{0,80}? is\b)(?!\s{1,3}(?:not|never)\b)"
    r"(?:\s{1,3}(?:indeed|therefore|thus|clearly|simply|definitely|probably)\b(?=\s{1,3}\w))?",
    re.IGNORECASE,
)
_BOXED = re.compile(r"\$?\\boxed\{(?:\\text\{)?([^{}\n]{0,200})\}{1,2}\$?")
_SENTENCE_END = re.compile(r"[.!?][)\"'*_]{0,4}(?=\s|\Z)")
_LEAD = " \t\r\n*_:="
_TRAIL = " \t\r*_.,!"
_OPENING, _CLOSING = "([{\"'“‘`$", ")]}\"'”’`$"  # noqa: RUF001 - typographic quotation marks
_PAIRS = dict(zip(_OPENING, _CLOSING, strict=True))


@dataclass(frozen=True)
class ExactAnswer(Versioned):
    """The line or sentence behind the last announcement equals the target; case and the number of blanks do not count.

    Quotation marks, brackets and emphasis around the answer are allowed, and so is a stop behind it. More words are
    wrong, and "the answer is not X" announces nothing. Without an announcement a last line of at most five words is the
    answer. It is final only if it is right and the only line.
    """

    name: str = "exact_answer"
    version: int = 2

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed when the text announces no answer and its last line is too long to be one."""
        target = _folded(item.target)
        announced = list(_ANNOUNCED.finditer(text))
        if announced:
            line = text[announced[-1].end() :].lstrip(_LEAD).partition("\n")[0].strip()
            return (
                right_or_wrong(is_correct=bool(target) and target in _forms(line), answer=line) if line else unparsed()
            )
        lines = text.strip().rsplit("\n", maxsplit=1)
        line = lines[-1].strip()
        is_correct = bool(target) and target in _forms(line)
        if is_correct or (any(map(str.isalnum, line)) and len(line.split()) <= _BARE_WORDS):
            return right_or_wrong(is_correct=is_correct, answer=line, is_final=is_correct and len(lines) == 1)
        return unparsed()


def _forms(line: str) -> set[str]:
    """Every way to read the line as an answer, with case and blanks made equal."""
    return {_folded(form) for form in _readings(line)}


def _readings(line: str) -> Iterator[str]:
    boxed = _BOXED.match(line)
    for reading in (line, _SENTENCE_END.split(line, maxsplit=1)[0], boxed[1] if boxed else line):
        yield reading
        yield reading.rstrip(".")
        yield _unwrapped(reading.strip(_TRAIL)).strip(_TRAIL)


def _unwrapped(text: str) -> str:
    """The text without the pairs of marks around it. A bracket without a partner belongs to the answer."""
    start, end = 0, len(text)
    while end - start > 2 and _PAIRS.get(text[start]) == text[end - 1]:
        start, end = start + 1, end - 1
    return text[start:end]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
