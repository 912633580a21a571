"""What every scorer is: a named, versioned, frozen rule from item and text to verdict. Knows the domain only.

A scorer that cannot judge by the text alone reads facts: what was established about the answer before, by running it
or by asking a judge. It stays pure, because the facts are landed rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Literal, Protocol, runtime_checkable

from tasks.domain import Item, Outcome, Verdict, content_hash

# What of a landed answer a scorer is given as its text: what was said, or what the first token might have been.
Reads = Literal["text", "first_token"]

# Longer texts are cut before scoring: no benchmark needs more, and no scorer may hang on 10 MB.
LONGEST_TEXT = 65_536
_ANSWER_LIMIT = 500  # characters kept of the extracted answer: enough to read, small enough for a narrow table


class Scorer(Protocol):
    """A pure rule. Refusals, provider filters and truncation are combined with its verdict elsewhere."""

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
    def config_hash(self) -> str:
        """Identity of name, version and parameters."""

    def score(self, item: Item, text: str) -> Verdict:
        """Judge one text: correct, partial, incorrect or unparsed."""


class FactKind(StrEnum):
    """How a fact about an answer was established."""

    EXECUTION = "execution"
    JUDGMENT = "judgment"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing established about an answer: the verdict on its program, or what a judge wrote of it."""

    finding: str
    detail: str | None = None


@runtime_checkable
class FactScorer(Scorer, Protocol):
    """A scorer that reads the facts of one kind which were established by one rule."""

    @property
    def fact_kind(self) -> FactKind:
        """The kind it reads."""

    @property
    def fact_rule(self) -> str:
        """How the fact must have been established; facts by another rule are not handed over."""

    def score(self, item: Item, text: str, facts: Sequence[Fact] = ()) -> Verdict:
        """Judge one text by its facts, oldest first; ``waiting`` while one is missing."""


@runtime_checkable
class ProgramScorer(FactScorer, Protocol):
    """A scorer whose fact is the execution of a program that it makes of the answer."""

    @property
    def seconds(self) -> int:
        """CPU time the program may take."""

    @property
    def memory_mb(self) -> int:
        """Memory the program may take."""

    def program(self, item: Item, text: str) -> str | None:
        """The program to run, None if the answer holds no code."""


@dataclass(frozen=True)
class Versioned:
    """Name and version of a rule; every field of a subclass is a parameter and part of ``config_hash``."""

    name: str
    version: int = 1
    filtered_value: float = 0.0
    reads: ClassVar[Reads] = "text"

    @property
    def config_hash(self) -> str:
        """Hash of all fields, so that a changed parameter never passes for the old rule."""
        return content_hash(dataclasses.asdict(self))


def unparsed() -> Verdict:
    """No answer was found in the text."""
    return Verdict(Outcome.UNPARSED, None, is_final=False)


def waiting() -> Verdict:
    """A fact is missing: no score is kept, and the next run asks again."""
    return Verdict(Outcome.NOT_RUN, None, is_final=False)


def judged(*, is_correct: bool, answer: str, is_final: bool = True) -> Verdict:
    """An answer was found and is right or wrong."""
    return graded(1.0 if is_correct else 0.0, answer=answer, is_final=is_final)


def graded(value: float, *, answer: str, is_final: bool = True) -> Verdict:
    """An answer was found and is worth ``value``, 0 to 1; what lies between is partial.

    The kept answer is clipped and free of lone surrogates, which no column of text can hold.
    """
    outcome = {0.0: Outcome.INCORRECT, 1.0: Outcome.CORRECT}.get(value, Outcome.PARTIAL)
    kept = answer[:_ANSWER_LIMIT].encode(errors="replace").decode()
    return Verdict(outcome, value, kept, is_final)
