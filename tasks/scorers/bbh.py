"""BIG-Bench Hard: the text behind "so the answer is", as its worked examples teach it, must equal the target.

Citation: Suzgun et al. 2022, arXiv 2210.09261. On the authors' stored answers it gives the figures they published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, right_or_wrong, unparsed

_ANNOUNCED = re.compile(r"[Ss]o the answer is ")


@dataclass(frozen=True)
class Bbh(Versioned):
    """Case-sensitive equality of the target and the text behind the last "so the answer is", or else the whole text.

    Outer blanks and one final full stop do not count. An answer without the announcement is final only if it is right.
    """

    name: str = "bbh"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed when nothing is left."""
        *before, answer = _ANNOUNCED.split(text)
        answer = answer.strip().removesuffix(".")
        if not answer:
            return unparsed()
        is_correct = answer == item.target
        return right_or_wrong(is_correct=is_correct, answer=answer, is_final=bool(before) or is_correct)
