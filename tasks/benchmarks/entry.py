"""A benchmark without logic: an entry of YAML that says what the benchmark is and what the columns of its file hold.

``tasks/README.md`` shows an entry. Knows no particular benchmark; must not know where an entry is written down.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, ClassVar

from tasks.benchmarks.columns import text_of, value_of
from tasks.benchmarks.official import Contents, Official, Source
from tasks.benchmarks.sources import read_placed_rows
from tasks.data_files.records import Record
from tasks.domain import LETTERS, Benchmark, Dimension, Domain, Example, UnparsedRule, Verified, content_hash
from tasks.errors import InputError, suggestion
from tasks.scorers import SCORERS

_PLACE = re.compile(r"\{([^{}]+)\}")
_STRICT = {"extra": "forbid", "coerce_numbers_to_str": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Where the parts of an item stand in a row.

    A part is a column, ``outer.inner`` for a value inside an object, or a text with columns in braces. ``target`` holds
    the answer as a text, as a letter or, with ``target_counts_from`` 0 or 1, as a position among the choices.
    ``choices`` is one column that holds a list, or a list of columns. ``chance`` is a number or a column; by default it
    is 1 divided by the number of choices. Without ``cluster`` every question is a cluster of its own.
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

    ``only`` keeps rows and ``without`` leaves rows out: each names a column and its values, ``*`` for any characters.
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
    unparsed: UnparsedRule | None = None
    verified: Verified = "format"
    licence: str = "not stated"
    citation: str = "not stated"
    pitfalls: str = ""


def official(benchmark_id: str, entry: Callable[[], Entry]) -> Official:
    """The benchmark that an entry describes; the entry is asked for when something is to be known or read."""
    return Official(
        about=lambda: _about(benchmark_id, entry()),
        read=lambda source, cluster_by: _read(benchmark_id, entry(), source, cluster_by),
    )


def _about(benchmark_id: str, entry: Entry) -> Benchmark:
    return Benchmark(
        benchmark_id=benchmark_id,
        title=entry.title or benchmark_id,
        dimension=entry.dimension,
        domain=entry.domain,
        scorer=entry.scorer,
        metric=entry.metric,
        items=(),
        instruction=entry.instruction,
        examples=entry.examples,
        licence=entry.licence,
        citation=entry.citation,
        cluster_meaning=entry.fields.cluster or "item",
        pitfalls=entry.pitfalls,
        higher_is_better=entry.higher_is_better,
        is_harmful_text=entry.is_harmful_text,
        max_tokens=entry.max_tokens,
        stop=entry.stop,
        unparsed=entry.unparsed,
        verified=entry.verified,
    )


def _read(benchmark_id: str, entry: Entry, source: Source, cluster_by: str | None) -> Contents:
    placed = read_placed_rows(source, f"rows of {benchmark_id!r}")
    rows = [(where, row) for where, row in placed if _is_asked(entry, where, row)]
    if not rows:
        chosen = " left after only: and without:" if entry.only or entry.without else ""
        raise InputError(f"{source}: expected rows of {benchmark_id!r}, found none{chosen}.")
    fields = entry.fields if cluster_by is None else dataclasses.replace(entry.fields, cluster=cluster_by)
    return Contents.of_rows((where, _fields(fields, where, row)) for where, row in rows)


def read_entry(values: Mapping[str, Any], place: str) -> Entry:
    """Check an entry; ``place`` says where it stands.

    Raises:
        InputError: the first bad key, with what it should hold.
    """
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - slow; needed only for such a benchmark

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
    """Say in one line which key is wrong and why."""
    # Where a key may hold one of several types, pydantic ends its path with the type it tried.
    steps = [str(step) for step in location if not re.match(r"(?:str|float|tuple\[.*)$", str(step))]
    key = ".".join(steps)
    if kind == "unexpected_keyword_argument":
        section = {"fields": Fields, "examples": Example}.get(steps[0], Entry)
        return f"{key}: unknown key. {suggestion(steps[-1], (known.name for known in dataclasses.fields(section)))}"
    return f"{key}: is missing." if kind == "missing" else f"{key}: {message[:1].lower()}{message[1:]}."


def _is_asked(entry: Entry, where: str, row: Record) -> bool:
    def matches(column: str, patterns: str | tuple[str, ...]) -> bool:
        value = text_of(value_of(row, column, where, "only/without"))
        return any(fnmatchcase(value, pattern) for pattern in ([patterns] if isinstance(patterns, str) else patterns))

    return all(matches(*wanted) for wanted in entry.only.items()) and not any(
        matches(*barred) for barred in entry.without.items()
    )


def _fields(fields: Fields, where: str, row: Record) -> dict[str, Any]:
    """The fields of one item."""
    choices = _choices(fields, where, row)
    question = _part(fields, "question", where, row)
    return {
        "question": question,
        "target": _target(fields, _part(fields, "target", where, row), choices, where),
        "choices": choices,
        "cluster_id": _part(fields, "cluster", where, row) or content_hash(question),
        "subset": _part(fields, "subset", where, row) or "all",
        "chance_score": _chance(fields, choices, where, row),
        "foreign_id": _part(fields, "id", where, row) or None,
    }


def _part(fields: Fields, key: str, where: str, row: Record) -> str:
    """The text of a part: a column's, or a template with columns in braces filled in; empty where none is named."""
    name = getattr(fields, key)
    if name is None:
        return ""
    if "{" in name:
        text = _PLACE.sub(lambda place: text_of(value_of(row, place[1], where, key)), name)
    else:
        text = text_of(value_of(row, name, where, key))
    if not text.strip():
        raise InputError(f"{where}: {key}: expected a text in {name!r}, found nothing.")
    return text


def _choices(fields: Fields, where: str, row: Record) -> tuple[str, ...]:
    """The options. Empty columns behind the last option are left out."""
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
    """The target, after a check that it names one of the choices, if there are any."""
    letters = LETTERS[: len(choices)]
    if fields.target_counts_from is not None:
        position = int(target) - fields.target_counts_from if target.isdecimal() and len(target) < 3 else -1
        if not 0 <= position < len(letters):
            raise InputError(f"{where}: target: expected a position among {len(choices)} choices, found {target!r}.")
        return letters[position]
    if choices and target and target not in [*letters, *choices]:
        raise InputError(f"{where}: target: expected a choice or its letter, found {target!r}.")
    return target


def _chance(fields: Fields, choices: tuple[str, ...], where: str, row: Record) -> float:
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


def _shown(value: Any) -> str:
    return repr(value)[:60]
