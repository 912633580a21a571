"""Verifiable instructions: does a text keep every constraint that its prompt set? No judge, no language.

Citation: Zhou et al. 2023, IFEval, arXiv 2311.07911, for the idea and the strict prompt-level rule; the kinds of
constraints and their checks are our own. Every check is linear in the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tasks.domain import Item, Outcome, Verdict
from tasks.scorers.contract import Versioned, judged, unparsed

Constraint = Mapping[str, Any]

_DEEPEST = 50  # brackets within brackets: the JSON parser recurses, and no instruction needs more
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»"}

_SENTENCE_END = re.compile(r"[.!?]{1,8}[\"'”’)\]]{0,4}(?=\s|\Z)|[。！？]")  # noqa: RUF001 - full-width stops
_FENCE = re.compile(r"\A```[a-zA-Z]{0,10}+\s*+|\s{0,4}```\Z")
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
    is_readable = isinstance(found, list) and all(isinstance(one, dict) and _is_complete(one) for one in found)
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


def _is_complete(constraint: Constraint) -> bool:
    name = constraint.get("kind")
    kind = KINDS.get(name) if isinstance(name, str) else None
    given = constraint.keys() - {"kind"}
    return (
        kind is not None
        and given <= _TYPES.keys()
        and given >= set(kind.required)
        and all(isinstance(constraint[parameter], _TYPES[parameter]) for parameter in given)
    )


def _within(count: int, constraint: Constraint) -> bool:
    return bool(constraint["at_least"] <= count <= constraint.get("at_most", count))


def _count_words(text: str) -> int:
    return sum(any(map(str.isalnum, word)) for word in text.split())


def _filled(pieces: Iterable[str]) -> int:
    return sum(any(map(str.isalnum, piece)) for piece in pieces)


def _count_of(word: str, text: str) -> int:
    return len(re.findall(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", text.casefold()))


def _is_numbered(text: str, constraint: Constraint) -> bool:
    numbers = [int(number) for number in _NUMBERED.findall(text)]
    return numbers == list(range(1, len(numbers) + 1)) and _within(len(numbers), constraint)


def _has_keys(text: str, constraint: Constraint) -> bool:
    value = parsed_json(_FENCE.sub("", text))
    return isinstance(value, dict) and value.keys() == set(map(str, constraint["keys"]))


def _is_quoted(text: str) -> bool:
    return len(text) > 2 and _QUOTES.get(text[0]) == text[-1]


@dataclass(frozen=True)
class Kind:
    """A check of the stripped text, and the parameters that a constraint of this kind must have."""

    holds: Callable[[str, Constraint], bool]
    required: tuple[str, ...] = ()


_TYPES: dict[str, type] = {
    "at_least": int,
    "at_most": int,  # optional wherever ``at_least`` is required
    "text": str,
    "word": str,
    "words": list,
    "keys": list,
}

KINDS: dict[str, Kind] = {
    "words": Kind(lambda text, c: _within(_count_words(text), c), ("at_least",)),
    "sentences": Kind(lambda text, c: _within(_filled(_SENTENCE_END.split(text)), c), ("at_least",)),
    "paragraphs": Kind(lambda text, c: _within(_filled(_PARAGRAPHS.split(text)), c), ("at_least",)),
    "lines": Kind(lambda text, c: _within(_filled(text.split("\n")), c), ("at_least",)),
    "bullets": Kind(lambda text, c: _within(len(_BULLET.findall(text)), c), ("at_least",)),
    "numbered": Kind(_is_numbered, ("at_least",)),
    "keyword": Kind(lambda text, c: _within(_count_of(c["word"], text), c), ("word", "at_least")),
    "without": Kind(lambda text, c: not any(_count_of(str(word), text) for word in c["words"]), ("words",)),
    "starts_with": Kind(lambda text, c: text.casefold().startswith(c["text"].casefold()), ("text",)),
    "ends_with": Kind(lambda text, c: text.casefold().endswith(c["text"].casefold()), ("text",)),
    "title": Kind(lambda text, _: _TITLE.fullmatch(text.partition("\n")[0].strip()) is not None),
    "json_keys": Kind(_has_keys, ("keys",)),
    "quoted": Kind(lambda text, _: _is_quoted(text)),
    "lower_case": Kind(lambda text, _: not any(map(str.isupper, text))),
    "upper_case": Kind(lambda text, _: not any(map(str.islower, text))),
    "no_commas": Kind(lambda text, _: not any(mark in text for mark in ",،、，")),  # noqa: RUF001 - commas of other scripts
    "no_digits": Kind(lambda text, _: not any(map(str.isdigit, text))),
}
