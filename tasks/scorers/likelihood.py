"""Multiple choice by likelihood: the letter that a model finds most likely as the first token of its answer.

Citation: Hendrycks et al. 2021, MMLU, arXiv 2009.03300, whose few-shot evaluation compares the four letters. The scorer
reads the stored alternatives of the first token instead of the text, so it is pure like every other scorer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from tasks.domain import Item, Verdict
from tasks.scorers.choice import LETTERS, target_letter
from tasks.scorers.contract import Reads, Versioned, json_of, right_or_wrong, unparsed, waiting

_BLANKS = " \t\n▁Ġ("  # before a letter: blanks, the marks that tokenizers write for them, an opening bracket


@dataclass(frozen=True)
class ChoiceLikelihood(Versioned):
    """The most likely of the item's letters among the first token's recorded alternatives.

    A letter counts with and without a blank before it, and the probabilities of both add up. Endpoints tell only the
    most likely tokens. That is enough as long as one letter is among them. If none is, the answer is unparsed; this
    happens when a model begins with a sentence.
    """

    name: str = "choice_likelihood"
    reads: ClassVar[Reads] = "first_token"

    def score(self, item: Item, text: str) -> Verdict:
        """``text`` is a JSON object of tokens and log-probabilities; ``waiting`` if the endpoint told none."""
        if not text:
            return waiting()
        letters = LETTERS[: len(item.choices) or 4]
        chances = dict.fromkeys(letters, 0.0)
        for token, logprob in _alternatives(text):
            letter = token.lstrip(_BLANKS).rstrip()
            if letter in chances:
                chances[letter] += math.exp(min(logprob, 0.0))
        best = max(chances, key=lambda letter: chances[letter], default="")
        if not best or not chances[best]:
            return unparsed()
        return right_or_wrong(is_correct=best == target_letter(item), answer=best)


def _alternatives(text: str) -> list[tuple[str, float]]:
    document = json_of(text)
    if not isinstance(document, dict):
        return []
    return [(token, float(value)) for token, value in document.items() if isinstance(value, float | int)]
