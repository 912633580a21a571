"""The scorers by name. To add one, write its module and add a line to ``SCORERS``.

Tested in tests/tasks/scorers/test_registry.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.errors import UnknownName, UsageError
from tasks.scorers.bbh import Bbh
from tasks.scorers.bbq import Bbq
from tasks.scorers.choice import Choice
from tasks.scorers.code import Code
from tasks.scorers.contract import CheckedProgram, Fact, FactKind, FactScorer, ProgramScorer, Scorer
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
from tasks.scorers.likelihood import ChoiceLikelihood, letter_written, right_letter
from tasks.scorers.mmlu import AuthorsRule, Letter, MmluAnswer
from tasks.scorers.numeric import Numeric
from tasks.scorers.overlap import Bleu, RougeL
from tasks.scorers.refusal import KEYWORD_LISTS, is_refusal
from tasks.scorers.refuses import Complies, Refuses
from tasks.scorers.spans import Drop, Squad
from tasks.scorers.token_f1 import TokenF1

if TYPE_CHECKING:
    from tasks.domain import Benchmark

__all__ = [
    "JUDGED_INSTEAD",
    "SCORERS",
    "CheckedProgram",
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
    "letter_written",
    "measured_by",
    "opening_scorers",
    "reference_of",
    "right_letter",
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
    "refuses_xstest": Refuses("refuses_xstest", detector=KEYWORD_LISTS["xstest"].rule),
    "complies_xstest": Complies("complies_xstest", detector=KEYWORD_LISTS["xstest"].rule),
    "refuses_jailbreakbench": Refuses("refuses_jailbreakbench", detector=KEYWORD_LISTS["jailbreakbench"].rule),
    "complies_jailbreakbench": Complies("complies_jailbreakbench", detector=KEYWORD_LISTS["jailbreakbench"].rule),
    "refuses_advbench": Refuses("refuses_advbench", detector=KEYWORD_LISTS["advbench"].rule),
    "complies_advbench": Complies("complies_advbench", detector=KEYWORD_LISTS["advbench"].rule),
    "refuses_or_bench": Refuses("refuses_or_bench", detector=KEYWORD_LISTS["or_bench"].rule),
    "complies_or_bench": Complies("complies_or_bench", detector=KEYWORD_LISTS["or_bench"].rule),
}

# Where a judge grades the answers, the scorer on the right replaces the one on the left. It also values labels by
# people.
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
    """The stated scorer, or else the benchmark's own. With a judge, a scorer that reads its grades replaces that.

    Raises:
        UsageError: the scorer reads a judge's grades and no judge is given, or a judge is given and it reads no grades.
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
            f"benchmark {benchmark.benchmark_id!r}: scorer {name!r} does not read a judge's grades. These do: {judged}."
        )
    return name


def grading_scorer(name: str) -> JudgedScorer | None:
    """The scorer that turns grades into values for ``name``: that scorer or its replacement; None where neither can."""
    found = SCORERS.get(JUDGED_INSTEAD.get(name, name))
    return found if isinstance(found, JudgedScorer) else None


def versioned(text: str) -> tuple[str, int | None]:
    """Name and version of ``NAME`` or ``NAME@VERSION``.

    Raises:
        UnknownName: no scorer has this name.
        UsageError: the version is not a number from 1.
    """
    name, at, version = text.partition("@")
    scorer(name)
    if at and not (version.isascii() and version.isdecimal() and len(version) < 10 and int(version)):
        raise UsageError(f"--scorer: expected NAME@VERSION with a number from 1, found {text!r}.")
    return name, int(version) if version else None


def installed(name: str, version: int | None) -> Scorer:
    """The scorer of that name. Only its present version can run; None stands for that version.

    Raises:
        UsageError: the present version is another one.
    """
    found = scorer(name)
    if version not in {None, found.version}:
        raise UsageError(
            f"--scorer: '{name}@{version}' is not installed; the installed version is {name}@{found.version}. To "
            "report scores that another version gave before, pass --choose."
        )
    return found


def fact_scorers() -> dict[str, FactScorer]:
    """The scorers that read facts."""
    return {name: rule for name, rule in SCORERS.items() if isinstance(rule, FactScorer)}


def opening_scorers() -> tuple[str, ...]:
    """The names of the scorers to which the opening of an answer says enough."""
    return tuple(name for name, rule in SCORERS.items() if rule.reads_opening)
