"""Scorers by name. A scorer is pure and versioned; what it cannot read off the text is not its business."""

from __future__ import annotations

from tasks.errors import UnknownName
from tasks.scorers.bbh import Bbh
from tasks.scorers.choice import AuthorsRule, Choice, Letter, MmluAnswer
from tasks.scorers.code import Code
from tasks.scorers.contract import LONGEST_TEXT, Fact, FactKind, FactScorer, ProgramScorer, Scorer
from tasks.scorers.exact import Exact
from tasks.scorers.exact_answer import ExactAnswer
from tasks.scorers.gsm8k import Gsm8k, Gsm8kFlexible, Gsm8kStrict
from tasks.scorers.instructions import Instructions
from tasks.scorers.judged import (
    JudgedComplies,
    JudgedRefuses,
    JudgedScorer,
    Preferred,
    StrongReject,
    measured_by,
    reference_of,
)
from tasks.scorers.likelihood import ChoiceLikelihood
from tasks.scorers.numeric import Numeric
from tasks.scorers.overlap import Bleu, RougeL
from tasks.scorers.refusal import is_refusal
from tasks.scorers.safety import Complies, Refuses, by_keywords
from tasks.scorers.spans import Drop, Squad
from tasks.scorers.token_f1 import TokenF1

__all__ = [
    "JUDGED_INSTEAD",
    "LONGEST_TEXT",
    "SCORERS",
    "Fact",
    "FactKind",
    "FactScorer",
    "JudgedScorer",
    "ProgramScorer",
    "Scorer",
    "fact_scorers",
    "is_refusal",
    "measured_by",
    "reference_of",
    "scorer",
]

SCORERS: dict[str, Scorer] = {
    "numeric": Numeric(),
    "choice": Choice(),
    "mmlu_pro_first": AuthorsRule("mmlu_pro_first", steps=1),
    "mmlu_pro_chain": AuthorsRule("mmlu_pro_chain", steps=3),
    "mmlu_answer": MmluAnswer(),
    "choice_likelihood": ChoiceLikelihood(),
    "letter": Letter(),
    "gsm8k": Gsm8k(),
    "gsm8k_strict": Gsm8kStrict(),
    "gsm8k_flexible": Gsm8kFlexible(),
    "bbh": Bbh(),
    "drop_f1": Drop(),
    "drop_em": Drop("drop_em", metric="em"),
    "squad_f1": Squad(),
    "squad_em": Squad("squad_em", metric="em"),
    "rouge_l": RougeL(),
    "bleu": Bleu(),
    "exact": Exact(),
    "exact_answer": ExactAnswer(),
    "token_f1": TokenF1(),
    "instructions": Instructions(),
    "code": Code(),
    "refuses": Refuses(),
    "complies": Complies(),
    "judged_refuses": JudgedRefuses(),
    "judged_complies": JudgedComplies(),
    "strong_reject": StrongReject(),
    "preferred": Preferred(),
    **by_keywords(),
}

# What takes a rule's place where a benchmark names a judge; people's labels are valued by it, too.
JUDGED_INSTEAD: dict[str, str] = {"refuses": "judged_refuses", "complies": "judged_complies"}


def scorer(name: str) -> Scorer:
    """The scorer of that name.

    Raises:
        UnknownName: with the nearest known name.
    """
    if name not in SCORERS:
        raise UnknownName.of("scorer", name, SCORERS)
    return SCORERS[name]


def fact_scorers() -> dict[str, FactScorer]:
    """Those that read facts."""
    return {name: rule for name, rule in SCORERS.items() if isinstance(rule, FactScorer)}
