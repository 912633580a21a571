"""BIG-Bench Hard: exact match of what stands behind the announcement that its worked examples teach.

Citation: Suzgun et al. 2022, arXiv 2210.09261. Equal to the authors' own metrics on their recorded answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, judged, unparsed

_ANNOUNCED = re.compile(r"[Ss]o the answer is ")


@dataclass(frozen=True)
class Bbh(Versioned):
    """Case-sensitive equality of the text behind the last "so the answer is", or of the whole text.

    Outer blanks and one final full stop do not count. An answer without the announcement is final only if right.
    """

    name: str = "bbh"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed when nothing is left."""
        *before, answer = _ANNOUNCED.split(text)
        answer = answer.strip().removesuffix(".")
        if not answer:
            return unparsed()
        is_correct = answer == item.target
        return judged(is_correct=is_correct, answer=answer, is_final=bool(before) or is_correct)
