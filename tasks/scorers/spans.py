"""Reading comprehension: exact match and F1 of DROP and of SQuAD. Each normalises and compares as its authors do.

Citations: Dua et al. 2019, DROP, arXiv 1903.00161 (allenai/allennlp-models, rc/tools/drop.py); Rajpurkar et al. 2016,
SQuAD, arXiv 1606.05250.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, json_of, unparsed, valued
from tasks.scorers.token_f1 import f1

SEPARATOR = " | "  # between the spans of an answer

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_TOKENS = re.compile(r"[ -]")
_MOST_SPANS = 50  # three times as many as any right answer of DROP has; the time of the alignment is cubic
_LONGEST_NUMBER = 300  # characters; ``float`` takes longer and longer for more digits

Spans = Sequence[str]


@dataclass(frozen=True)
class Drop(Versioned):
    """Exact match, or F1 over the best one-to-one alignment of spans. The best of several right answers counts.

    ``item.target`` is a JSON list of right answers, each a list of spans. In the text, " | " separates the spans. A
    span is worth 0 when its number differs from the number in the right span. Each F1 is rounded to two decimals, as
    by the authors.
    """

    name: str = "drop_f1"
    metric: Literal["f1", "em"] = "f1"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed for a blank text."""
        answer = text.strip()
        if not answer:
            return unparsed()
        said = answer.split(SEPARATOR)[:_MOST_SPANS]
        golds = [spans for spans in right_answers(item.target) if spans and spans[0].strip()]
        compare = drop_f1 if self.metric == "f1" else drop_exact
        return valued(max((compare(said, spans) for spans in golds), default=0.0), answer=answer)


@dataclass(frozen=True)
class Squad(Versioned):
    """Exact match, or F1 of the multisets of words. The best of several right answers counts.

    ``item.target`` is a JSON list of right answers, or a single one as text. A blank text counts as an answer: it is
    right for a question that has none.
    """

    name: str = "squad_f1"
    metric: Literal["f1", "em"] = "f1"

    def score(self, item: Item, text: str) -> Verdict:
        """Never unparsed."""
        said = squad_normalised(text)
        golds = [squad_normalised(SEPARATOR.join(spans)) for spans in right_answers(item.target)] or [""]
        compare = squad_f1 if self.metric == "f1" else str.__eq__
        return valued(max(float(compare(said, gold)) for gold in golds), answer=text.strip())


def right_answers(target: str) -> list[list[str]]:
    """The alternative right answers as lists of spans. A target that is not a JSON list is the only right answer."""
    document = json_of(target) if target.startswith("[") else None
    if not isinstance(document, list):
        return [[target]]
    return [list(map(str, entry)) if isinstance(entry, list) else [str(entry)] for entry in document]


def drop_exact(said: Spans, gold: Spans) -> float:
    """1 if the same spans were given, and as many of them; else 0."""
    left, right = ([drop_normalised(span) for span in spans] for spans in (said, gold))
    return float(set(left) == set(right) and len(left) == len(right))


def drop_f1(said: Spans, gold: Spans) -> float:
    """Mean F1 over spans, rounded to two decimals. A span without a partner counts 0."""
    left, right = ([set(drop_normalised(span).split()) for span in spans] for spans in (said, gold))
    table = [[_bag_f1(answer, target) for answer in left] for target in right]
    if len(left) == 1 or len(right) == 1:
        total = max(value for row in table for value in row)
    else:
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - takes half a second, and single spans do not need it

        rows, columns = linear_sum_assignment(table, maximize=True)
        total = sum(table[row][column] for row, column in zip(rows, columns, strict=True))
    return round(total / max(len(left), len(right)), 2)


def drop_normalised(text: str) -> str:
    """The text in lower case without punctuation and articles, divided at blanks and hyphens; numbers as ``float``."""
    tokens = (_ARTICLES.sub(" ", _number_or_word(token)) for token in _TOKENS.split(text.lower()))
    return " ".join(" ".join(tokens).split())


def _number_or_word(token: str) -> str:
    """The token as a number if it is one with or without its punctuation ("$5" becomes "5.0"), else as a bare word."""
    word = token if _is_number(token) else token.translate(_PUNCTUATION)
    return str(float(word)) if _is_number(word) else word


def _is_number(token: str) -> bool:
    if len(token) > _LONGEST_NUMBER:
        return False
    try:
        float(token)
    except ValueError:
        return False
    return True


def _bag_f1(said: set[str], gold: set[str]) -> float:
    numbers = {word for word in gold if _is_number(word)}
    if numbers and not numbers & said:
        return 0.0
    if not said or not gold:
        return float(not said and not gold)
    return 2 * len(said & gold) / (len(said) + len(gold))


def squad_normalised(text: str) -> str:
    """The text in lower case, without ASCII punctuation, articles and extra blanks."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def squad_f1(said: str, gold: str) -> float:
    """F1 of two normalised texts. Where one is empty: 1 if both are, else 0."""
    left, right = said.split(), gold.split()
    if not left or not right:
        return float(left == right)
    return f1(left, right)
