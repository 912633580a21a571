"""Grade-school mathematics: the authors' marker, and the two rules of the evaluation harness.

Citation: Cobbe et al. 2021, arXiv 2110.14168 (openai/grade-school-math, dataset.py); EleutherAI's
lm-evaluation-harness, gsm8k.yaml. All compare texts, as their authors do: "18.0" is not "18".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, judged, unparsed

_AUTHORS = re.compile(r"(?:####|A:)\s*+(-?[0-9.,]++)")
_STRICT = re.compile(r"#### (-?[0-9.,]++)")
_FLEXIBLE = re.compile(r"-?[$0-9.,]{2,}+|-?[0-9]++")


@dataclass(frozen=True)
class Gsm8k(Versioned):
    """The number behind the last line's marker, "####" as in the data or "A:" as in the authors' own solutions."""

    name: str = "gsm8k"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed where the last line has no marker."""
        match = _AUTHORS.search(text.strip().rpartition("\n")[2])
        if match is None:
            return unparsed()
        answer = match[1].replace(",", "")
        return judged(is_correct=answer == item.target.replace(",", ""), answer=answer)


@dataclass(frozen=True)
class Gsm8kStrict(Versioned):
    """The harness's strict rule: the number behind the first "#### "."""

    name: str = "gsm8k_strict"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed where there is no marker."""
        match = _STRICT.search(text)
        return _compared(item, match[1]) if match else unparsed()


@dataclass(frozen=True)
class Gsm8kFlexible(Versioned):
    """The harness's flexible rule: the last thing in the text that looks like a number; never final."""

    name: str = "gsm8k_flexible"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed where there is no digit; two or more of ``$,.`` in a row count as found, as in the harness."""
        found = _FLEXIBLE.findall(text)
        return _compared(item, found[-1], is_final=False) if found else unparsed()


def _compared(item: Item, answer: str, *, is_final: bool = True) -> Verdict:
    return judged(is_correct=_plain(answer) == _plain(item.target), answer=answer, is_final=is_final)


def _plain(number: str) -> str:
    """Without what the harness ignores: separators, dollars, one stop at the end."""
    return number.replace(",", "").replace("$", "").removesuffix(".")
