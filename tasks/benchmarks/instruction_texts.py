"""A text that keeps the instructions of an item of ``instructions``, and one that misses some, for simulated answers.

Knows the kinds of instructions; the caller gives the words. The texts make no sense, because only their form is judged.
Tested in tests/tasks/benchmarks/test_instructions.py.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tasks.scorers.instruction_checks import holds, instructions_of

_PLAIN_UNITS = 3  # sentences, where no instruction says how many
_PLAIN_WORDS = 15
_ROOM = 12  # words below an upper limit, because frame and numbering add some
_TOO_MANY_WORDS = 110  # above every upper limit of an instruction, below the token limit
_WORDS, _SENTENCES = "length_constraints:number_words", "length_constraints:number_sentences"
_BULLETS, _NUMBERED = "detectable_format:number_bullet_lists", "form:numbered_list"
# What stands between the units (sentences, lines, ...) of a structure, and the parameter that says how many there are.
_UNITS = {
    _SENTENCES: (" ", "num_sentences"),
    "length_constraints:number_paragraphs": ("\n***\n", "num_paragraphs"),
    "form:number_lines": ("\n", "num_lines"),
    _BULLETS: ("\n", "num_bullets"),
    _NUMBERED: ("\n", "num_lines"),
}


def kept(target: str, words: Sequence[str]) -> str:
    """Write a text that keeps every instruction of ``target``.

    Args:
        target: instructions as JSON, as in ``Item.target``, in a combination that the benchmark makes.
        words: at least 20 different lower-case words of ASCII letters; they are used in their order, again and again.
    """
    by_kind = {instruction["kind"]: instruction for instruction in instructions_of(target)}
    supply = _supply(by_kind, words)
    if "form:json_keys" in by_kind:
        pairs = {key: " ".join(itertools.islice(supply, 3)) for key in by_kind["form:json_keys"]["keys"]}
        return json.dumps(pairs)
    text = _framed(by_kind, _body(by_kind, supply), supply)
    if "form:upper_case" in by_kind:
        return text.upper()
    return text.lower() if "form:lower_case" in by_kind else text


def missed(target: str, words: Sequence[str]) -> str:
    """Write a text that misses at least one instruction of ``target``; the arguments are those of ``kept``.

    Raises:
        ValueError: none of the changed texts misses an instruction.
    """
    instructions = instructions_of(target)
    barred = [word for instruction in instructions for word in instruction.get("forbidden_words", [])]
    for changed in _spoiled(kept(target, words), [*barred, *words]):
        if not all(holds(instruction, changed) for instruction in instructions):
            return changed
    raise ValueError(f"expected instructions that a text can miss, found {target!r}")


def _spoiled(text: str, words: Sequence[str]) -> Iterator[str]:
    """The text with talk at its end, with talk at its beginning, many times over, and a single word."""
    yield f"{text}\n\nI hope, {words[0]}, that these 2 lines help. Well, {words[1]}!"
    yield f"Sure, here you go: {text}"
    yield " ".join([text] * (1 + _TOO_MANY_WORDS // len(text.split())))
    yield words[0]


def _supply(by_kind: Mapping[str, Any], words: Sequence[str]) -> Iterator[str]:
    """The words, again and again, without those that an instruction forbids or counts."""
    barred = {word.casefold() for word in by_kind.get("keywords:forbidden_words", {}).get("forbidden_words", [])}
    barred.add(by_kind.get("keywords:frequency", {}).get("keyword", ""))
    return itertools.cycle([word for word in words if word.casefold() not in barred])


def _body(by_kind: Mapping[str, Any], supply: Iterator[str]) -> str:
    """Sentences, lines, bullet points or paragraphs of about equal length, as many as the instruction asks for."""
    structure = next((kind for kind in _UNITS if kind in by_kind), _SENTENCES)
    separator, number = _UNITS[structure]
    count_units = by_kind[structure][number] if structure in by_kind else _PLAIN_UNITS
    chosen = list(itertools.islice(supply, _count_words(by_kind, 3 * count_units)))
    if "keywords:frequency" in by_kind:
        keyword = by_kind["keywords:frequency"]
        for place in range(keyword["frequency"]):
            chosen[2 * place + 1] = keyword["keyword"]
    units = [
        " ".join(chosen[place::count_units]) for place in range(count_units)
    ]  # words are given to the units in turn
    return separator.join(_unit(structure, place, unit) for place, unit in enumerate(units, start=1))


def _count_words(by_kind: Mapping[str, Any], needed: int) -> int:
    limit = by_kind.get(_WORDS, {"relation": "at least", "num_words": 1})
    if limit["relation"] == "at least":
        return int(max(limit["num_words"], _PLAIN_WORDS, needed))
    return int(min(max(_PLAIN_WORDS, needed), limit["num_words"] - _ROOM))


def _unit(structure: str, number: int, words: str) -> str:
    if structure == _BULLETS:
        return f"- {words}"
    if structure == _NUMBERED:
        return f"{number}. {words}"
    return f"{words.capitalize()}."


def _framed(by_kind: Mapping[str, Any], body: str, supply: Iterator[str]) -> str:
    if "form:first_words" in by_kind:
        return f"{by_kind['form:first_words']['text']} {body}"
    if "startend:end_checker" in by_kind:
        return f"{body} {by_kind['startend:end_checker']['end_phrase']}"
    if "detectable_format:title" in by_kind:
        return f"<<{next(supply)} {next(supply)}>>\n{body}"
    return f'"{body}"' if "startend:quotation" in by_kind else body
