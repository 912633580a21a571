"""Verifiable instructions: does a text keep every constraint that its prompt set? No judge, no language.

Citation: Zhou et al. 2023, IFEval, arXiv 2311.07911, for the idea and the strict prompt-level rule; the kinds of
constraints and their checks are our own. Every check is linear in the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tasks.domain import Item, Outcome, Verdict
from tasks.scorers.contract import Versioned, judged, unparsed

Constraint = Mapping[str, Any]

_DEEPEST = 50  # brackets within brackets: the JSON parser recurses, and no instruction needs more
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»"}

_SENTENCE_END = re.compile(r"[.!?]{1,8}[\"'”’)\]]{0,4}(?=\s|\Z)|[。！？]")  # noqa: RUF001 - full-width stops
_FENCE = re.compile(r"```[a-zA-Z]{0,10}+\s*+|\s{0,4}```\Z")
_BULLET = re.compile(r"^[ \t]{0,8}+[-*•][ \t]++\S", re.MULTILINE)
_NUMBERED = re.compile(r"^[ \t]{0,8}+(\d{1,4})[.)][ \t]++\S", re.MULTILINE)
_TITLE = re.compile(r"\[[^\[\]\n]{1,200}\]")
_PARAGRAPHS = re.compile(r"\n[ \t\r]*+\n")


@dataclass(frozen=True)
class Instructions(Versioned):
    """All or nothing: 1 when the text keeps every constraint, as it stands; the kept answer tells how many it kept.

    ``item.target`` is a JSON list of constraints, each with its ``kind`` and that kind's parameters (see ``KINDS``). A
    text that misses one is not final, because what a token limit cut off could have kept it.
    """

    name: str = "instructions"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed for a blank text; no value at all for a target that holds no constraints."""
        constraints = constraints_of(item.target)
        if not constraints:
            return Verdict(Outcome.JUDGE_ERROR, None, is_final=False)
        if not text.strip():
            return unparsed()
        missed = [constraint["kind"] for constraint in constraints if not holds(constraint, text)]
        kept = f"{len(constraints) - len(missed)}/{len(constraints)}"
        answer = f"{kept} missed: {', '.join(missed)}" if missed else kept
        return judged(is_correct=not missed, answer=answer, is_final=not missed)


@lru_cache(maxsize=4_096)
def constraints_of(target: str) -> tuple[Constraint, ...]:
    """The constraints in a target; empty where it is no list of known kinds with their parameters."""
    found = parsed_json(target)
    is_readable = isinstance(found, list) and all(isinstance(c, dict) and _is_complete(c) for c in found)
    return tuple(found) if is_readable else ()


def holds(constraint: Constraint, text: str) -> bool:
    """True if the text, without outer blanks, keeps one constraint."""
    return KINDS[constraint["kind"]].holds(text.strip(), constraint)


def parsed_json(text: str) -> Any:
    """The value of a JSON text, None where it is none, or nests deeper than 50 levels; numbers stay as written."""
    try:
        return json.loads(text, parse_int=_number, parse_float=str) if depth(text) <= _DEEPEST else None
    except ValueError:
        return None


def depth(text: str) -> int:
    """The most brackets open at once, those inside of strings included."""
    deepest = level = 0
    for mark in re.findall(r"[\[\]{}]", text):
        level += 1 if mark in "[{" else -1
        deepest = max(deepest, level)
    return deepest


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= 9 else digits  # ``int()`` refuses more than 4,300 digits


@dataclass(frozen=True)
class Kind:
    """A check and the parameters that it cannot do without, by name and type."""

    holds: Callable[[str, Constraint], bool]
    parameters: Mapping[str, type] = ()  # type: ignore[assignment]


def _is_complete(constraint: Constraint) -> bool:
    kind = KINDS.get(constraint.get("kind")) if isinstance(constraint.get("kind"), str) else None  # type: ignore[arg-type]
    return kind is not None
