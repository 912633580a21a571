"""A benchmark without logic: one mapping (an entry of YAML) that says what the columns of a file of rows hold.

``tasks/README.md`` shows an entry. Knows no particular benchmark; must not know where an entry was written down.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, ClassVar

from tasks.benchmarks.columns import Row, text_of, value_of
from tasks.benchmarks.sources import read_files
from tasks.domain import (
    Benchmark,
    Dimension,
    Domain,
    Example,
    UnparsedRule,
    Verified,
    content_hash,
    identified,
)
from tasks.errors import InputError, suggestion
from tasks.scorers import SCORERS

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLACE = re.compile(r"\{([^{}]+)\}")
_STRICT = {"extra": "forbid", "coerce_numbers_to_str": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Where an item's parts stand in a row.

    A part is a column, ``outer.inner`` for a value inside an object, or a text with columns in braces. ``target`` is
    the answer as text, as letter or, with ``target_counts_from`` 0 or 1, as position among the choices. ``choices`` is
    one column that holds a list, or a list of columns; ``chance`` a number or a column, by default one in the number of
    choices. Without ``cluster`` every question stands alone.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT

    question: str
    target: str | None = None
    target_counts_from: int | None = None
    choices: str | tuple[str, ...] = ()
    cluster: str | None = None
    subset: str | None = None
    chance: float | str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a benchmark is and how its rows are read.

    ``only`` and ``without`` choose rows: a column and the values (``*`` for any characters) to keep or to leave out.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT

    dimension: Dimension
    domain: Domain
    scorer: str
    metric: str
    fields: Fields
    title: str | None = None
    only: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    without: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    instruction: str = ""
    examples: tuple[Example, ...] = ()
    higher_is_better: bool = True
    is_harmful_text: bool = False
    max_tokens: int = 512
    stop: tuple[str, ...] = ("\n\nQuestion:",)
    unparsed_rule: UnparsedRule = UnparsedRule.WRONG
    verified: Verified = "format"
    licence: str = "not stated"
    citation: str = "not stated"
    pitfalls: str = ""


def build(
    benchmark_id: str, values: Mapping[str, Any], source: str | Path, *, place: str, cluster_by: str | None = None
) -> Benchmark:
    """Make the benchmark that an entry describes from its file.

    Args:
        benchmark_id: what it will be called.
        values: the entry as plain values.
        source: file, folder or data set that holds the rows.
        place: where the entry stands, for messages.
        cluster_by: a column to group items by in place of the entry's.

    Raises:
        InputError: one line with the entry's key, or with the file, its row and the key.
    """
    entry = read_entry(values, place)
    if cluster_by is not None:
        entry = dataclasses.replace(entry, fields=dataclasses.replace(entry.fields, cluster=cluster_by))
    placed = (row for file in read_files(source, f"rows of {benchmark_id!r}") for row in file.placed_records())
    rows = [(where, row) for where, row in placed if _is_asked(entry, where, row)]
    if not rows:
        chosen = " left after only: and without:" if entry.only or entry.without else ""
        raise InputError(f"{source}: expected rows of {benchmark_id!r}, found none{chosen}.")
    items = identified(_fields(entry, where, row) for where, row in rows)
    chances = [item.chance_score for item in items if item.chance_score is not None]
    return Benchmark(
        benchmark_id=benchmark_id,
        title=entry.title or benchmark_id,
        dimension=entry.dimension,
        domain=entry.domain,
        scorer=entry.scorer,
        metric=entry.metric,
        items=items,
        instruction=entry.instruction,
        examples=entry.examples,
        licence=entry.licence,
        citation=entry.citation,
        cluster_meaning=entry.fields.cluster or "item",
        pitfalls=entry.pitfalls,
        chance_score=sum(chances) / len(items),
        higher_is_better=entry.higher_is_better,
        is_harmful_text=entry.is_harmful_text,
        max_tokens=entry.max_tokens,
        stop=entry.stop,
        unparsed_rule=entry.unparsed_rule,
        verified=entry.verified,
    )


def read_entry(values: Mapping[str, Any], place: str) -> Entry:
    """Check an entry; ``place`` says where it stands.

    Raises:
        InputError: the first bad key, with what it should hold.
    """
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - a start without such a benchmark need not pay

    try:
        entry = TypeAdapter(Entry).validate_python(values)
    except ValidationError as error:
        first = min(error.errors(include_url=False), key=lambda one: one["type"] != "unexpected_keyword_argument")
        raise InputError(f"{place}: {_sentence(first['loc'], first['type'], first['msg'])}") from None
    if entry.scorer not in SCORERS:
        raise InputError(f"{place}: scorer: {entry.scorer!r} is not a scorer. {suggestion(entry.scorer, SCORERS)}")
    if entry.fields.target_counts_from not in {None, 0, 1}:
        raise InputError(f"{place}: fields.target_counts_from: must be 0 or 1.")
    return entry


def _sentence(location: tuple[int | str, ...], kind: str, message: str) -> str:
    """Say in one line which key is wrong and why; pydantic ends the path into a union with the type it tried."""
    steps = [str(step) for step in location if not re.match(r"(?:str|float|tuple\[.*)$", str(step))]
    key = ".".join(steps)
    if kind == "unexpected_keyword_argument":
        section = {"fields": Fields, "examples": Example}.get(steps[0], Entry)
        return f"{key}: unknown key. {suggestion(steps[-1], (known.name for known in dataclasses.fields(section)))}"
    return f"{key}: is missing." if kind == "missing" else f"{key}: {message[:1].lower()}{message[1:]}."


def _is_asked(entry: Entry, where: str, row: Row) -> bool:
    def matches(column: str, patterns: str | tuple[str, ...]) -> bool:
        value = text_of(value_of(row, column, where, "only/without"))
        return any(fnmatchcase(value, pattern) for pattern in ([patterns] if isinstance(patterns, str) else patterns))

    return all(matches(*wanted) for wanted in entry.only.items()) and not any(
        matches(*barred) for barred in entry.without.items()
    )


def _fields(entry: Entry, where: str, row: Row) -> dict[str, Any]:
    """The fields of one item."""
    fields = entry.fields

    def part(key: str) -> str:
        name = getattr(fields, key)
        text = "" if name is None else _filled(name, row, where, key)
        if name is not None and not text.strip():
            raise InputError(f"{where}: {key}: expected a text in {name!r}, found nothing.")
        return text

    choices = _choices(fields, where, row)
    question = part("question")
    return {
        "question": question,
        "target": _target(fields, part("target"), choices, where),
        "choices": choices,
        "cluster_id": part("cluster") or content_hash(question),
        "subset": part("subset") or "all",
        "chance_score": _chance(fields, choices, where, row),
        "foreign_id": part("id") or None,
    }


def _choices(fields: Fields, where: str, row: Row) -> tuple[str, ...]:
    """The options; empty columns behind the last one are padding."""
    if isinstance(fields.choices, tuple):
        found = [value_of(row, column, where, "choices") for column in fields.choices]
    else:
        found = value_of(row, fields.choices, where, "choices")
        if not isinstance(found, list):
            raise InputError(f"{where}: choices: expected a list in {fields.choices!r}, found {_shown(found)}.")
    texts = list(map(text_of, found))
    while texts and not texts[-1].strip():
        texts.pop()
    if not all(map(str.strip, texts)):
        raise InputError(f"{where}: choices: expected a text for each choice, found {_shown(texts)}.")
    return tuple(texts)


def _target(fields: Fields, target: str, choices: tuple[str, ...], where: str) -> str:
    """The target; a position or an option is checked to be one."""
    letters = _LETTERS[: len(choices)]
    if fields.target_counts_from is not None:
        position = int(target) - fields.target_counts_from if target.isdecimal() and len(target) < 3 else -1
        if not 0 <= position < len(letters):
            raise InputError(f"{where}: target: expected a position among {len(choices)} choices, found {target!r}.")
        return letters[position]
    if choices and target and target not in [*letters, *choices]:
        raise InputError(f"{where}: target: expected a choice or its letter, found {target!r}.")
    return target


def _chance(fields: Fields, choices: tuple[str, ...], where: str, row: Row) -> float:
    chance: Any = fields.chance
    if isinstance(chance, str):
        chance = value_of(row, chance, where, "chance")
    if chance is None:
        return 1 / len(choices) if choices else 0.0
    try:
        value = float(chance)
    except (TypeError, ValueError):
        value = -1.0
    if not 0 <= value <= 1:
        raise InputError(f"{where}: chance: expected a number from 0 to 1, found {_shown(chance)}.")
    return value


def _filled(name: str, row: Row, where: str, key: str) -> str:
    """A column's text, or a template with columns in braces filled in."""
    if "{" not in name:
        return text_of(value_of(row, name, where, key))
    return _PLACE.sub(lambda place: text_of(value_of(row, place[1], where, key)), name)


def _shown(value: Any) -> str:
    return repr(value)[:60]
