"""Scorers by name. A scorer is pure and versioned; what it cannot read off the text is not its business."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.errors import UnknownName, UsageError
from tasks.scorers.bbh import Bbh
from tasks.scorers.bias import Bbq
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
    Truthful,
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

if TYPE_CHECKING:
    from tasks.domain import Benchmark

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
    "chosen_scorer",
    "fact_scorers",
    "grading_scorer",
    "installed",
    "is_refusal",
    "measured_by",
    "reference_of",
    "scorer",
    "versioned",
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
    "instructions_loose": Instructions("instructions_loose", is_loose=True),
    "instructions_share": Instructions("instructions_share", level="instruction"),
    "instructions_loose_share": Instructions("instructions_loose_share", is_loose=True, level="instruction"),
    "bbq": Bbq(),
    "code": Code(),
    "refuses": Refuses(),
    "complies": Complies(),
    "judged_refuses": JudgedRefuses(),
    "judged_complies": JudgedComplies(),
    "strong_reject": StrongReject(),
    "preferred": Preferred(),
    "truthful": Truthful(),
    "truthful_informative": Truthful("truthful_informative", metric=None, needs_information=True),
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


def chosen_scorer(benchmark: Benchmark, stated: str | None, *, has_judge: bool) -> str:
    """The stated scorer, or the benchmark's; with a judge the one that reads the judge's grades in its place.

    Raises:
        UsageError: a scorer that reads grades has no judge, or a judge has a scorer that reads none.
    """
    own = JUDGED_INSTEAD.get(benchmark.scorer, benchmark.scorer) if has_judge else benchmark.scorer
    name = stated or own
    is_judged = isinstance(SCORERS.get(name), JudgedScorer)
    if is_judged and not has_judge:
        raise UsageError(
            f"benchmark {benchmark.benchmark_id!r}: scorer {name!r} reads a judge's grades. Add judge: <id> to its "
            "entry."
        )
    if has_judge and not is_judged:
        judged = ", ".join(sorted(key for key, rule in SCORERS.items() if isinstance(rule, JudgedScorer)))
        raise UsageError(
            f"benchmark {benchmark.benchmark_id!r}: scorer {name!r} reads no judge's grades. Those that do: {judged}."
        )
    return name


def grading_scorer(name: str) -> JudgedScorer | None:
    """What gives grades a value for a scorer: itself, or what takes its place with a judge; None for others."""
    found = SCORERS.get(JUDGED_INSTEAD.get(name, name))
    return found if isinstance(found, JudgedScorer) else None


def versioned(text: str) -> tuple[str, int | None]:
    """Name and version of ``NAME`` or ``NAME@VERSION``.

    Raises:
        UnknownName: no scorer has this name.
        UsageError: the version is no number.
    """
    name, at, version = text.partition("@")
    scorer(name)
    if at and not (version.isascii() and version.isdecimal() and len(version) < 10 and int(version)):
        raise UsageError(f"--scorer: expected NAME@VERSION with a number from 1, found {text!r}.")
    return name, int(version) if version else None


def installed(name: str, version: int | None) -> Scorer:
    """The scorer, where it is here in that version: only the present version of a scorer can score.

    Raises:
        UsageError: it is of another version.
    """
    found = scorer(name)
    if version not in {None, found.version}:
        raise UsageError(
            f"--scorer: '{name}@{version}' is not installed; here is {name}@{found.version}. Scores by another version "
            "that are there already can be chosen with --choose."
        )
    return found


def fact_scorers() -> dict[str, FactScorer]:
    """Those that read facts."""
    return {name: rule for name, rule in SCORERS.items() if isinstance(rule, FactScorer)}
