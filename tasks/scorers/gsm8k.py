"""Grade-school mathematics: the authors' marker, and the two rules of the evaluation harness.

Citation: Cobbe et al. 2021, arXiv 2110.14168 (openai/grade-school-math, dataset.py); EleutherAI's
lm-evaluation-harness, gsm8k.yaml. All three compare texts, as their authors do: "18.0" does not equal "18".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, right_or_wrong, unparsed

_AUTHORS = re.compile(r"####[ \t]*+(-?[0-9.,]++)")
_IN_SOLUTIONS = re.compile(r"^A:[ \t]*+(-?[0-9.,]++)[ \t\r]*+$", re.MULTILINE)
_STRICT = re.compile(r"#### (-?[0-9.,]++)")
_FLEXIBLE = re.compile(r"-?[$0-9.,]{2,}+|-?[0-9]++")


@dataclass(frozen=True)
class Gsm8k(Versioned):
    """The number behind the first "####". Without one, the first line that says "A:" and a number.

    "####" is the marker of the data, "A:" that of the authors' stored solutions. Text behind it changes nothing.
    """

    name: str = "gsm8k"
    version: int = 2

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed when the text has no marker."""
        match = _AUTHORS.search(text) or _IN_SOLUTIONS.search(text)
        if match is None:
            return unparsed()
        answer = match[1].replace(",", "")
        return right_or_wrong(is_correct=answer == item.target.replace(",", ""), answer=answer)


@dataclass(frozen=True)
class Gsm8kStrict(Versioned):
    """The harness's strict rule: the number behind the first "#### "."""

    name: str = "gsm8k_strict"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed when the text has no marker."""
        match = _STRICT.search(text)
        return _compared(item, match[1]) if match else unparsed()


@dataclass(frozen=True)
class Gsm8kFlexible(Versioned):
    """The harness's flexible rule: the last piece of the text that looks like a number. It is never final."""

    name: str = "gsm8k_flexible"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed when nothing looks like a number. As in the harness, two or more of ``$,.`` in a row do."""
        found = _FLEXIBLE.findall(text)
        return _compared(item, found[-1], is_final=False) if found else unparsed()


def _compared(item: Item, answer: str, *, is_final: bool = True) -> Verdict:
    return right_or_wrong(is_correct=_plain(answer) == _plain(item.target), answer=answer, is_final=is_final)


def _plain(number: str) -> str:
    """The number without what the harness ignores: separators, dollar signs, one stop at the end."""
    return number.replace(",", "").replace("$", "").removesuffix(".")
