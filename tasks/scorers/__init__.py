"""Scorers by name. A scorer is pure and versioned; what it cannot read off the text is not its business."""

from __future__ import annotations

from tasks.errors import UnknownName, UsageError
from tasks.scorers.choice import AuthorsRule, Choice, Letter
from tasks.scorers.contract import Scorer
from tasks.scorers.exact import Exact
from tasks.scorers.exact_answer import ExactAnswer
from tasks.scorers.instructions import Instructions
from tasks.scorers.numeric import Numeric
from tasks.scorers.refusal import is_refusal
from tasks.scorers.safety import Complies, Refuses
from tasks.scorers.token_f1 import TokenF1

__all__ = ["SCORERS", "Scorer", "is_refusal", "scorer", "versioned"]

SCORERS: dict[str, Scorer] = {
    "numeric": Numeric(),
    "choice": Choice(),
    "mmlu_pro_first": AuthorsRule("mmlu_pro_first", steps=1),
    "mmlu_pro_chain": AuthorsRule("mmlu_pro_chain", steps=3),
    "letter": Letter(),
    "exact": Exact(),
    "exact_answer": ExactAnswer(),
    "token_f1": TokenF1(),
    "instructions": Instructions(),
    "refuses": Refuses(),
    "complies": Complies(),
}


def scorer(name: str) -> Scorer:
    """The scorer of that name.

    Raises:
        UnknownName: with the nearest known name.
    """
    if name not in SCORERS:
        raise UnknownName.of("scorer", name, SCORERS)
    return SCORERS[name]


def versioned(text: str) -> Scorer:
    """The scorer of ``NAME`` or ``NAME@VERSION``; only the present version of a scorer can score.

    Raises:
        UnknownName: no scorer has this name.
        UsageError: it is of another version.
    """
    name, _, version = text.partition("@")
    found = scorer(name)
    if version and version != str(found.version):
        raise UsageError(f"--scorer: {text!r} is not installed; here is {name}@{found.version}.")
    return found
