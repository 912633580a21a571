"""A text that keeps the constraints of an item of ``instructions``, and one that misses some: for whoever simulates.

Knows the kinds of constraints; the words are the caller's. The texts say nothing, because only their form is judged.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tasks.scorers.instructions import constraints_of, holds

_PLAIN_UNITS = 3  # sentences where nothing says how many
_PLAIN_WORDS = 15
_ROOM = 12  # words that frame and numbering may add below an upper limit
_TOO_MANY_WORDS = 110  # above every upper limit that is set, below what the token limit allows
_UNITS = {"sentences": " ", "paragraphs": "\n\n", "lines": "\n", "bullets": "\n", "numbered": "\n"}


def kept(target: str, words: Sequence[str]) -> str:
    """Write a text that keeps every constraint of ``target``, e.g. of an ``Item.target``.

    Args:
        target: constraints as JSON, in a combination that the benchmark makes.
        words: at least 20 different lower-case words of ASCII letters, used in their order and over again.
    """
    by_kind = {constraint["kind"]: constraint for constraint in constraints_of(target)}
    supply = _supply(by_kind, words)
    if "json_keys" in by_kind:
        pairs = {key: " ".join(itertools.islice(supply, 3)) for key in by_kind["json_keys"]["keys"]}
        return json.dumps(pairs)
    text = _framed(by_kind, _body(by_kind, supply), supply)
    if "upper_case" in by_kind:
        return text.upper()
    return text.lower() if "lower_case" in by_kind else text


def missed(target: str, words: Sequence[str]) -> str:
    """Write a text that misses at least one constraint of ``target``; arguments as for ``kept``.

    Raises:
        ValueError: no change breaks the constraints.
    """
    constraints = constraints_of(target)
    barred = [word for constraint in constraints for word in constraint.get("words", [])]
    for changed in _spoiled(kept(target, words), [*barred, *words]):
        if not all(holds(constraint, changed) for constraint in constraints):
            return changed
    raise ValueError(f"expected constraints that a text can miss, found {target!r}")


def _spoiled(text: str, words: Sequence[str]) -> Iterator[str]:
    """The text with a chatty end, with a chatty beginning, many times over, and next to nothing."""
    yield f"{text}\n\nI hope, {words[0]}, that these 2 lines help. Well, {words[1]}!"
    yield f"Sure, here you go: {text}"
    yield " ".join([text] * (1 + _TOO_MANY_WORDS // len(text.split())))
    yield words[0]


def _supply(by_kind: Mapping[str, Any], words: Sequence[str]) -> Iterator[str]:
    """The words over and over, without those that must not stand there or are counted."""
    barred = {word.casefold() for word in by_kind.get("without", {}).get("words", [])}
    barred.add(by_kind.get("keyword", {}).get("word", ""))
    return itertools.cycle([word for word in words if word.casefold() not in barred])


def _body(by_kind: Mapping[str, Any], supply: Iterator[str]) -> str:
    """Sentences, lines, points or paragraphs of about equal length, in the number that is asked for."""
    structure = next((kind for kind in _UNITS if kind in by_kind), "sentences")
    count_units = by_kind[structure]["at_least"] if structure in by_kind else _PLAIN_UNITS
    chosen = list(itertools.islice(supply, _count_words(by_kind, 3 * count_units)))
    if "keyword" in by_kind:
        for place in range(by_kind["keyword"]["at_least"]):
            chosen[2 * place + 1] = by_kind["keyword"]["word"]
    units = [" ".join(chosen[number::count_units]) for number in range(count_units)]  # dealt out in turn
    return _UNITS[structure].join(_unit(structure, number, unit) for number, unit in enumerate(units, start=1))


def _count_words(by_kind: Mapping[str, Any], needed: int) -> int:
    limits = by_kind.get("words", {"at_least": 1})
    wanted = max(limits["at_least"], _PLAIN_WORDS, needed)
    most = limits.get("at_most", wanted + _ROOM) - _ROOM
    return int(min(wanted, max(limits["at_least"], most)))


def _unit(structure: str, number: int, words: str) -> str:
    if structure == "bullets":
        return f"- {words}"
    if structure == "numbered":
        return f"{number}. {words}"
    return f"{words.capitalize()}."


def _framed(by_kind: Mapping[str, Any], body: str, supply: Iterator[str]) -> str:
    if "starts_with" in by_kind:
        return f"{by_kind['starts_with']['text']} {body}"
    if "ends_with" in by_kind:
        return f"{body} {by_kind['ends_with']['text']}"
    if "title" in by_kind:
        return f"[{next(supply)} {next(supply)}]\n{body}"
    return f'"{body}"' if "quoted" in by_kind else body
