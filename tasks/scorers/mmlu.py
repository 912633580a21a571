"""Multiple choice by the rules of others: those of MMLU and MMLU-Pro, and letters that others have extracted already.

The rule for generated answers to MMLU follows openai/simple-evals, common.py and mmlu_eval.py, without its other
languages. The rules for MMLU-Pro are its authors' (Wang et al. 2024, arXiv 2406.01574). They guess at random where no
answer is found; we do not, because ``UnparsedRule`` decides what such an answer is worth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.domain import Item, Verdict
from tasks.scorers.choice import DEFAULT_LETTERS, LETTERS
from tasks.scorers.contract import Versioned, right_or_wrong, unparsed

# The mark-up that simple-evals removes first, in its order.
_MARKUP = (
    "**", "$\\boxed{", "}$", "\\$", "$\\text{", "$", "\\mathrm{", "\\{", "\\text", "\\(", "\\mathbf{", "{", "\\boxed",
)  # fmt: skip
_MMLU_RULE = re.compile(r"Answer[ \t]*+:[ \t]*+([A-D])", re.IGNORECASE)

_FIRST_RULE = re.compile(r"answer is \(?([A-J])\)?")
_SECOND_RULE = re.compile(r"[aA]nswer:(?=\s*+([A-J]))")
_THIRD_RULE = re.compile(r"\b[A-J]\b")


@dataclass(frozen=True)
class AuthorsRule(Versioned):
    """The first ``steps`` (1 to 3) rules of the MMLU-Pro authors. What the third rule finds is not final."""

    name: str = "mmlu_pro_first"
    steps: int = 1

    def score(self, item: Item, text: str) -> Verdict:
        """As with the authors, letters outside the item's options count as found."""
        rules = (first_rule, second_rule, third_rule)[: self.steps]
        for index, rule in enumerate(rules):
            letter = rule(text)
            if letter is not None:
                return right_or_wrong(is_correct=letter == item.target, answer=letter, is_final=index < 2)
        return unparsed()


@dataclass(frozen=True)
class MmluAnswer(Versioned):
    """The first "Answer: X" after mark-up is removed. A small letter is found as well, but is always wrong."""

    name: str = "mmlu_answer"

    def score(self, item: Item, text: str) -> Verdict:
        """Letters A to D, whatever options the item has."""
        for mark in _MARKUP:
            text = text.replace(mark, "")
        match = _MMLU_RULE.search(text)
        return right_or_wrong(is_correct=match[1] == item.target, answer=match[1]) if match else unparsed()


@dataclass(frozen=True)
class Letter(Versioned):
    """A letter that was extracted before the answers came to us: the whole text is one of A to J."""

    name: str = "letter"

    def score(self, item: Item, text: str) -> Verdict:
        """Anything but a single letter is unparsed."""
        letter = text.strip()
        if len(letter) != 1 or letter not in LETTERS[:DEFAULT_LETTERS]:
            return unparsed()
        return right_or_wrong(is_correct=letter == item.target, answer=letter)


def first_rule(text: str) -> str | None:
    """The first "answer is (X)"."""
    match = _FIRST_RULE.search(text)
    return match[1] if match else None


def second_rule(text: str) -> str | None:
    r"""The last "Answer: X" of the first line that has one. It equals ``.*[aA]nswer:\s*([A-J])``, in linear time."""
    found = None
    line_end = -1
    for match in _SECOND_RULE.finditer(text):
        if found is None:
            line_end = text.find("\n", match.start())
        elif 0 <= line_end < match.start():
            break
        found = match[1]
    return found


def third_rule(text: str) -> str | None:
    """The last letter that stands alone."""
    return next((match[0] for match in reversed(list(_THIRD_RULE.finditer(text)))), None)
