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
    """Case-sensitive equality of the target and the line behind the first "so the answer is", or else the whole text.

    Outer blanks and one final full stop do not count, nor do later sentences of the line. An answer without the
    announcement is final only if it is right.
    """

    name: str = "bbh"
    version: int = 2

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed when nothing is left."""
        announced = _ANNOUNCED.search(text)
        answer = text[announced.end() :].lstrip().partition("\n")[0] if announced else text
        answer = answer.strip().removesuffix(".")
        if not answer:
            return unparsed()
        is_correct = item.target in (answer, answer.partition(". ")[0] if announced else answer)
        return right_or_wrong(is_correct=is_correct, answer=answer, is_final=announced is not None or is_correct)
