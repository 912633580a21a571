"""Short spans: the overlap of words between the answer and the nearest right answer.

Citation: Rajpurkar et al. 2016, SQuAD, arXiv 1606.05250, whose F1 this is. Unlike them we also remove punctuation that
is not ASCII.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from dataclasses import dataclass

from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, unparsed, valued

ALTERNATIVES = " | "  # between the right answers in ``Item.target``

_MARKER = re.compile(r"\banswer[ \t*_]{0,4}:", re.IGNORECASE)
_ARTICLES = frozenset({"a", "an", "the"})
_SYMBOLS = frozenset(string.punctuation)


@dataclass(frozen=True)
class TokenF1(Versioned):
    """F1 of the multisets of words, in lower case and without punctuation and articles. The best right answer counts.

    The answer is the first line with a word behind the last "Answer:", or else the first line with a word.
    ``item.target`` holds one right answer or several, separated by " | ". Blanks separate words, so for a script
    without blanks the score is little more than equality. A wrong answer without a marker is not final: a text that
    was cut at the token limit may not have reached its answer.
    """

    name: str = "token_f1"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed when the answer has no word; a value between 0 and 1 is partial."""
        answer, is_marked = _answer(text)
        words = normalised(answer)
        if not words:
            return unparsed()
        value = max(f1(words, normalised(gold)) for gold in item.target.split(ALTERNATIVES))
        return valued(value, answer=answer, is_final=is_marked or value > 0)


def normalised(text: str) -> list[str]:
    """The words of a text that are compared, e.g. ``["old", "mill"]`` for ``"The Old Mill."``."""
    return [word for word in "".join(filter(_counts, text.lower())).split() if word not in _ARTICLES]


def f1(answer: list[str], gold: list[str]) -> float:
    """Harmonic mean of the shares of common words. A word counts as often as both lists hold it. 0 for empty lists."""
    common = (Counter(answer) & Counter(gold)).total()
    return 2 * common / (len(answer) + len(gold)) if common else 0.0


def _counts(character: str) -> bool:
    return character not in _SYMBOLS and (character.isascii() or unicodedata.category(character)[0] != "P")


def _answer(text: str) -> tuple[str, bool]:
    """The line that holds the answer (empty if none does), and whether a marker stood before it."""
    markers = list(_MARKER.finditer(text))
    lines = text[markers[-1].end() if markers else 0 :].split("\n")
    answer = next((line for line in lines if any(map(str.isalnum, line))), "")
    return answer.strip(" \t\r*_"), bool(markers)
