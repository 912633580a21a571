"""Multiple choice by likelihood: the letter that a model finds most likely as the first token of its answer.

Citation: Hendrycks et al. 2021, MMLU, arXiv 2009.03300, whose few-shot evaluation compares the four letters. The scorer
reads the stored alternatives of the first token instead of the text, so it is pure like every other scorer.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from tasks.domain import LETTERS, Item, RefusalClass, Verdict
from tasks.scorers.choice import DEFAULT_LETTERS, Choice, target_letter
from tasks.scorers.contract import Reads, Versioned, json_of, right_or_wrong, unparsed, waiting

# A letter among marks: blanks, brackets, quotes, asterisks, stops. Some servers write a blank or a line's end as the
# tokenizer's own sign, and two of these signs are letters themselves.
_BLANKS = " \t\n▁ĠĊ"
_WORDS = "AI"
_LETTER = re.compile(r"[\W_ĠĊ]*([A-Za-z])[\W_ĠĊ]*")
# Servers write this number for a token whose likelihood they do not tell.
_NOT_TOLD = -9999.0
_OPTION = re.compile(r"^[A-Z]\. (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class ChoiceLikelihood(Versioned):
    """The most likely of the item's letters among the first token's recorded alternatives.

    The probabilities of a letter's spellings (``A``, `` A``, ``(A``, ``a)``, fullwidth) add up. Small letters without
    marks count only where no others are told, and not "a" and "i" alone, which are words. Endpoints tell only the most
    likely tokens. That is enough as long as one letter is among them. If none is, or if two letters are equally likely,
    the answer is unparsed.
    """

    name: str = "choice_likelihood"
    version: int = 2
    reads: ClassVar[Reads] = "first_token"

    def score(self, item: Item, text: str) -> Verdict:
        """``text`` is a JSON object of tokens and log-probabilities; ``waiting`` if the endpoint told none."""
        if not text:
            return waiting()
        letter = _most_likely(text, _letters(item))
        verdict = right_or_wrong(is_correct=letter == right_letter(item), answer=letter) if letter else unparsed()
        return replace(verdict, refusal_class=RefusalClass.FULL_COMPLIANCE)  # a list of tokens declines nothing


def right_letter(item: Item) -> str | None:
    """The letter of the right option, also where the target is written ``(A)``; None where the target names none."""
    letter = target_letter(item).strip("() ")
    return letter if letter in list(_letters(item)) else None


def letter_written(question: str, answer: str) -> str | None:
    """The letter that a worked example's answer gives; its question holds the lettered options, as in a prompt."""
    choices = tuple(_OPTION.findall(question))
    item = Item("", question, target="", cluster_id="", subset="", choices=choices)
    return Choice().score(item, answer).answer


def _letters(item: Item) -> str:
    return LETTERS[: len(item.choices) or DEFAULT_LETTERS]


def _most_likely(text: str, letters: str) -> str | None:
    """The letter with the largest sum of probabilities; None without a letter, or if two share the first place."""
    told = [entry for entry in _told(text) if entry.letter in letters]
    plain = [entry for entry in told if not entry.may_be_word]
    small = [entry for entry in told if entry.may_be_word]
    writes_small = not plain and any(entry.letter not in _WORDS for entry in small)
    chances = _sums(small if writes_small else plain)
    ordered = sorted(chances, key=lambda letter: -chances[letter])
    if len(ordered) > 1 and math.isclose(chances[ordered[0]], chances[ordered[1]]):
        return None
    return ordered[0] if ordered else None


@dataclass(frozen=True)
class _Told:
    """An alternative that is a letter; ``may_be_word`` for a small one without marks."""

    letter: str
    logprob: float
    may_be_word: bool


def _told(text: str) -> Iterator[_Told]:
    """The letters among the alternatives; a log-probability above 0 counts as certain."""
    document = json_of(text)
    for token, value in document.items() if isinstance(document, dict) else ():
        is_number = isinstance(value, float | int) and not isinstance(value, bool)
        written = unicodedata.normalize("NFKC", token)
        if is_number and value > _NOT_TOLD and (match := _LETTER.fullmatch(written)):
            may_be_word = match[1].islower() and match[1] == written.strip(_BLANKS)
            yield _Told(match[1].upper(), float(min(value, 0)), may_be_word)


def _sums(told: Sequence[_Told]) -> dict[str, float]:
    """Each letter's probability, relative to that of the most likely spelling."""
    top = max((entry.logprob for entry in told), default=0.0)
    sums: dict[str, float] = {}
    for entry in told:
        sums[entry.letter] = sums.get(entry.letter, 0.0) + math.exp(entry.logprob - top)
    return sums
