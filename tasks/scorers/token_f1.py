"""Short spans: the overlap of words between the answer and the nearest of the right ones.

Citation: Rajpurkar et al. 2016, SQuAD, arXiv 1606.05250, whose F1 this is; that typographic and other non-ASCII
punctuation goes the same way as the ASCII one is ours.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from dataclasses import dataclass

from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, graded, unparsed

ALTERNATIVES = " | "  # between the right answers in ``Item.target``

_MARKER = re.compile(r"\banswer[ \t*_]{0,4}:", re.IGNORECASE)
_ARTICLES = frozenset({"a", "an", "the"})
_SYMBOLS = frozenset(string.punctuation)


@dataclass(frozen=True)
class TokenF1(Versioned):
    """F1 of the multisets of words: lower case, no punctuation, no articles; the best over all right answers.

    The answer is the first line with a word behind the last "Answer:", or else the first such line of the text.
    ``item.target`` holds one right answer or several, separated by " | ". Words are what blanks separate, so for a
    script without blanks this is little more than equality. A wrong answer behind no marker is not final: a text cut
    at the token limit may not have come to its answer yet.
    """

    name: str = "token_f1"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed when no word is left; a value between 0 and 1 is partial."""
        answer, is_marked = _answer(text)
        words = normalised(answer)
        if not words:
            return unparsed()
        value = max(f1(words, normalised(gold)) for gold in item.target.split(ALTERNATIVES))
        return graded(value, answer=answer, is_final=is_marked or value > 0)


def normalised(text: str) -> list[str]:
    """The words that are compared, e.g. ``["old", "mill"]`` for ``"The Old Mill."``."""
    return [word for word in "".join(filter(_counts, text.lower())).split() if word not in _ARTICLES]


def f1(answer: list[str], gold: list[str]) -> float:
    """Harmonic mean of the shares of common words, each word as often as it stands in both; 0 for empty lists."""
    common = (Counter(answer) & Counter(gold)).total()
    return 2 * common / (len(answer) + len(gold)) if common else 0.0


def _counts(character: str) -> bool:
    return character not in _SYMBOLS and (character.isascii() or unicodedata.category(character)[0] != "P")


def _answer(text: str) -> tuple[str, bool]:
    """The line that holds the answer (empty where there is none), and whether it stood behind a marker."""
    markers = list(_MARKER.finditer(text))
    lines = text[markers[-1].end() if markers else 0 :].split("\n")
    answer = next((line for line in lines if any(map(str.isalnum, line))), "")
    return answer.strip(" \t\r*_"), bool(markers)
