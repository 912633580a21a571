"""Code that must pass its item's tests. Makes a program of an answer and reads how its execution ended; runs nothing.

The item's target is JSON: ``entry_point`` names the function that is asked for, ``test`` is a program that defines
``check(candidate)``. As with the authors of HumanEval (Chen et al. 2021, arXiv 2107.03374), the program is prompt and
answer, and it passes when ``check(entry_point)`` does. The prompt ends with the function's signature and docstring,
which is already a whole function. So an answer may continue it or define the function again.

The authors run all of that as one program. Here the test is a program of its own, so that an answer cannot change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.answers import ANSWER_RULE
from tasks.domain import Item, Verdict
from tasks.scorers.asked_tests import given, is_beside
from tasks.scorers.contract import (
    CheckedProgram,
    Fact,
    FactKind,
    Versioned,
    json_of,
    judge_error,
    right_or_wrong,
    unparsed,
    waiting,
)
from tasks.scorers.found_code import found_code
from tasks.scorers.parsed_code import behind_prompt


@dataclass(frozen=True)
class Code(Versioned):
    """1.0 for a program that passes its tests. Raise ``program_rule`` when a text is made into another program."""

    name: str = "code"
    version: int = 3
    program_rule: int = 4
    seconds: int = 3
    memory_mb: int = 1024

    @property
    def fact_kind(self) -> FactKind:
        """Executions."""
        return FactKind.EXECUTION

    @property
    def fact_rule(self) -> str:
        """What decides how an execution ends: how the answer is read and the program is made, and its limits."""
        return f"program@{self.program_rule} {ANSWER_RULE} {self.seconds} s {self.memory_mb} MB"

    def program(self, item: Item, text: str) -> CheckedProgram | None:
        """Prompt and code as a program, and its test; None for prose without code."""
        tested = _tested(item.target)
        code = found_code(text, item.question, tested.entry_point) if tested else None
        if tested is None or code is None:
            return None
        prompt = item.question if item.question.endswith("\n") else f"{item.question}\n"
        return CheckedProgram(
            f"{behind_prompt(prompt, code.text)}\n",
            tested.test,
            tested.entry_point,
            given(item.question),
            is_beside(tested.test, item.question, tested.entry_point),
        )

    def score(self, item: Item, text: str, facts: Sequence[Fact] = ()) -> Verdict:
        """Unparsed without code; waits until the program was run; ``judge_error`` for a target without a test."""
        tested = _tested(item.target)
        if tested is None:
            return judge_error()
        code = found_code(text, item.question, tested.entry_point)
        if code is None:
            return unparsed()
        if not facts:
            return waiting()
        fact = facts[-1]
        found = f"{fact.finding}: {fact.detail}" if fact.detail else fact.finding
        return right_or_wrong(is_correct=fact.finding == "pass", answer=found, is_final=code.is_closed)


def runs_beside(question: str, target: str) -> bool:
    """Whether the test of an item runs in the program's own process; False for a target without a test."""
    tested = _tested(target)
    return tested is not None and is_beside(tested.test, question, tested.entry_point)


@dataclass(frozen=True, slots=True)
class _Tested:
    """The function that is asked for, and the test of it."""

    entry_point: str
    test: str


def _tested(target: str) -> _Tested | None:
    try:
        return _Tested(**json_of(target))
    except TypeError:
        return None
