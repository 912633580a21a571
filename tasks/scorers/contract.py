"""What every scorer is: a named, versioned, frozen rule that gives an item and a text a verdict. Knows the domain only.

Some scorers cannot decide by the text alone. They also read facts: what running the answer or asking a judge has
established before. Such a scorer is still pure, because the facts are rows that have landed.

Tested in tests/tasks/scorers/test_registry.py.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from tasks.domain import Item, Outcome, Verdict, content_hash

# Which part of a landed answer a scorer gets as its text: what was said, or the alternatives of the first token.
Reads = Literal["text", "first_token"]

_ANSWER_LIMIT = 500  # characters kept of the extracted answer: enough to read, small enough for a narrow table


class Scorer(Protocol):
    """A pure rule. ``tasks.steps.score`` combines its verdict with refusals, provider filters and truncation."""

    @property
    def name(self) -> str:
        """Key in the registry."""

    @property
    def version(self) -> int:
        """Raised whenever the same text could score differently."""

    @property
    def filtered_value(self) -> float:
        """What an answer blocked by the provider is worth: 1.0 only where not answering is the right answer."""

    @property
    def reads(self) -> Reads:
        """Which fact ``score`` is given as ``text``; ``first_token`` is JSON of tokens and log-probabilities."""

    @property
    def reads_opening(self) -> bool:
        """Whether the opening of a text decides, so that an answer that was cut off is as good as a whole one."""

    @property
    def config_hash(self) -> str:
        """Identity of name, version and parameters."""

    def score(self, item: Item, text: str) -> Verdict:
        """The verdict on one text: correct, partial, incorrect or unparsed."""


class FactKind(StrEnum):
    """How a fact about an answer was established."""

    EXECUTION = "execution"
    JUDGMENT = "judgment"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing established about an answer: how its program ended, or what a judge wrote about it."""

    finding: str
    detail: str | None = None


@runtime_checkable
class FactScorer(Scorer, Protocol):
    """A scorer that reads facts of one kind, established by one rule."""

    @property
    def fact_kind(self) -> FactKind:
        """The kind it reads."""

    @property
    def fact_rule(self) -> str:
        """How the facts must have been established. The scorer does not get facts by another rule."""

    def score(self, item: Item, text: str, facts: Sequence[Fact] = ()) -> Verdict:
        """The verdict on one text by its facts, oldest first; ``waiting`` while a fact is missing."""


@dataclass(frozen=True, slots=True)
class CheckedProgram:
    """A program, the test that checks its function ``entry_point``, and the source of the names that the test may use.

    ``is_beside``: the test needs more than values of the program, and runs in its process.
    """

    source: str
    test: str
    entry_point: str
    given: str
    is_beside: bool

    @property
    def content_hash(self) -> str:
        """Equal for equal programs with equal tests."""
        return content_hash(dataclasses.asdict(self))


@runtime_checkable
class ProgramScorer(FactScorer, Protocol):
    """A scorer that makes a program of the answer. Its fact is how the execution ended."""

    @property
    def seconds(self) -> int:
        """CPU time the program may take, in seconds."""

    @property
    def memory_mb(self) -> int:
        """Memory the program may take, in MB."""

    def program(self, item: Item, text: str) -> CheckedProgram | None:
        """The program to run and its test; None if the answer holds no code."""


@dataclass(frozen=True)
class Versioned:
    """Name and version of a rule; every field of a subclass is a parameter and part of ``config_hash``."""

    name: str
    version: int = 1
    filtered_value: float = 0.0
    reads: ClassVar[Reads] = "text"
    reads_opening: ClassVar[bool] = False

    @property
    def config_hash(self) -> str:
        """Hash of all fields: a rule with a changed parameter gets another hash."""
        return content_hash(dataclasses.asdict(self))


def unparsed() -> Verdict:
    """No answer was found in the text."""
    return Verdict(Outcome.UNPARSED, None, is_final=False)


def judge_error() -> Verdict:
    """The target cannot be read, or the judge gave no valid grade. The answer gets no value and is not wrong."""
    return Verdict(Outcome.JUDGE_ERROR, None, is_final=False)


def waiting() -> Verdict:
    """A fact is missing. No score is kept, and the next run asks again."""
    return Verdict(Outcome.NOT_RUN, None, is_final=False)


def right_or_wrong(*, is_correct: bool, answer: str, is_final: bool = True) -> Verdict:
    """An answer was found. It is worth 1 or 0."""
    return valued(1.0 if is_correct else 0.0, answer=answer, is_final=is_final)


def valued(value: float, *, answer: str, is_final: bool = True) -> Verdict:
    """An answer was found. It is worth ``value``, from 0 to 1; a value in between is partial.

    The answer is clipped before it is kept, and lone surrogates are replaced, because a text column cannot hold them.
    """
    outcome = {0.0: Outcome.INCORRECT, 1.0: Outcome.CORRECT}.get(value, Outcome.PARTIAL)
    kept = answer[:_ANSWER_LIMIT].encode(errors="replace").decode()
    return Verdict(outcome, value, kept, is_final)


def json_of(text: str) -> Any:
    """The value of a JSON text; None where the text is not JSON or nests too deeply for the parser."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
