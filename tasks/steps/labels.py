"""Answers for people to label, and their labels back. Writes files and raw.labels; asks no model.

The sheet is blind: it names neither model nor judge, its rows are shuffled, and of two texts to compare it does not say
which is the answer. Items are drawn at random, in proportion to the size of their clusters, because a correction by
labels needs a random sample. All models' answers to a drawn item are on the sheet.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from tasks.answers import read_landed
from tasks.benchmarks.sampling import allocated
from tasks.data_files.cells import no_formula, of_cell
from tasks.domain import content_hash, storable
from tasks.errors import InputError
from tasks.identity import file_hash
from tasks.rubrics import rubric
from tasks.scorers import grading_scorer, reference_of
from warehouse.connection import Row, Warehouse

_FIXED = ("answer_id", "benchmark", "rubric", "request", "answer", "reference", "first", "second", "menu", "labeller")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was written, and what was left out because its text is harmful."""

    count_answers: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """How many rows came back from people, how many of them were blank, and how many labels were new."""

    count_rows: int
    count_blank: int
    count_new: int


def export_labels(
    warehouse: Warehouse,
    path: Path,
    as_of_date: str,
    *,
    benchmarks: Collection[str],
    count_items: int,
    seed: int,
    include_harmful: bool,
) -> Sheet:
    """Write a sheet (CSV, or JSON lines by the file's ending) of answers of a date's cells.

    Raises:
        InputError: no answer of the wanted benchmarks can be labelled.
    """
    found = warehouse.query("label_candidates", as_of_date=as_of_date)
    known = [name for name in found["scorer"].unique() if grading_scorer(name) is not None]
    wanted = found.filter(pl.col("scorer").is_in(known))
    if benchmarks:
        wanted = wanted.filter(pl.col("benchmark_id").is_in(list(benchmarks)))
    is_shown = ~pl.col("is_harmful_text") | pl.lit(include_harmful)
    left_out = wanted.filter(~is_shown)["benchmark_id"].unique().sort().to_list()
    shown = wanted.filter(is_shown)
    rows = [row for _, group in shown.group_by("benchmark_id") for row in _drawn(group, count_items, seed)]
    if not rows:
        hint = f" {', '.join(left_out)} holds harmful text: add --include-harmful." if left_out else ""
        raise InputError(f"no answer of {as_of_date} whose text is kept can be labelled.{hint}")
    rows.sort(key=lambda row: content_hash(seed, row["answer_id"]))
    _write(path, rows)
    return Sheet(len(rows), tuple(left_out))


def _drawn(group: pl.DataFrame, count_items: int, seed: int) -> Iterator[dict[str, str]]:
    """The rows of the drawn items of one benchmark."""
    clusters: dict[str, list[str]] = {}
    for item_id, cluster_id in group.select("item_id", "cluster_id").unique().iter_rows():
        clusters.setdefault(cluster_id, []).append(item_id)
    sizes = {name: len(items) for name, items in sorted(clusters.items())}
    places = allocated(sizes, min(count_items, sum(sizes.values())), seed)
    drawn = {
        item_id
        for name, items in clusters.items()
        for item_id in sorted(items, key=lambda item: content_hash(seed, item))[: places[name]]
    }
    for row in group.filter(pl.col("item_id").is_in(list(drawn))).iter_rows(named=True):
        yield _sheet_row(row)


def _sheet_row(row: Mapping[str, Any]) -> dict[str, str]:
    grading = grading_scorer(row["scorer"])
    if grading is None:
        raise ValueError(row["scorer"])
    asked = rubric(grading.rubric)
    answer = read_landed(row).text
    texts = {"answer": answer}
    if asked.shows_reference:
        texts["reference"] = reference_of(row["target"] or "")
    if asked.is_comparison:
        both = [answer, reference_of(row["target"] or "")]
        first, second = reversed(both) if _is_swapped(row["generation_id"]) else both
        texts = {"first": first, "second": second}
    shown = {
        "answer_id": row["generation_id"],
        "benchmark": row["benchmark_id"],
        "rubric": asked.name,
        "request": row["question"] or "",
        **texts,
        "menu": "; ".join(f"{name}: {' | '.join(entries)}" for name, entries in asked.menu.items()),
        "labeller": "",
        **dict.fromkeys(asked.menu, ""),
    }
    return {name: storable(text) for name, text in shown.items()}


def _is_swapped(generation_id: str) -> bool:
    """Whether the reference stands first on the sheet; it follows from the answer's id, so that no key is needed."""
    return int(content_hash("order on the sheet", generation_id), 16) % 2 == 1


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix in {".jsonl", ".ndjson"}:
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return
    present = {name for row in rows for name in row}
    grades = [name for row in rows for name in row if name not in _FIXED]
    columns = [name for name in (*_FIXED, *dict.fromkeys(grades)) if name in present]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows({name: no_formula(text) for name, text in row.items()} for row in rows)


def import_labels(warehouse: Warehouse, path: Path, labeller: str | None) -> Labelled:
    """Land a filled sheet. Rows without any grade are skipped; a person's newest label of an answer counts.

    Args:
        warehouse: where the labels land.
        path: the sheet, as CSV or JSON lines.
        labeller: who labelled the rows that do not say it.

    Raises:
        InputError: a grade is not on the menu, an answer is not in the warehouse, or nobody is named for a row.
    """
    rows = _read(path)
    labels = list(_label_rows(rows, path, labeller))
    _check_known(warehouse, [label["answer_generation_id"] for label in labels], path)
    return Labelled(len(rows), len(rows) - len(labels), warehouse.append({"raw.labels": labels}))


def _label_rows(rows: Sequence[Mapping[str, str]], path: Path, labeller: str | None) -> Iterator[Row]:
    source_hash, now = file_hash(path), datetime.now(UTC)
    for number, row in enumerate(rows, start=2 if path.suffix == ".csv" else 1):
        label = _label(row, f"{path.name}: row {number}")
        if label is None:
            continue
        who = row.get("labeller") or labeller
        if not who:
            raise InputError(
                f"{path.name}: row {number} does not say who labelled it. Fill labeller, or give --labeller NAME."
            )
        yield {
            "answer_generation_id": row["answer_id"],
            "rubric": row["rubric"],
            "labeller": who,
            "source_hash": source_hash,
            "label": json.dumps(label),
            "source": path.name,
            "labelled_at": now,
        }


def _read(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".csv":
            rows: list[Any] = list(csv.DictReader(io.StringIO(text, newline="")))
        else:
            rows = [json.loads(line) for line in text.split("\n") if line.strip()]
    except (OSError, ValueError, csv.Error, RecursionError) as error:
        raise InputError(f"{path}: not readable as a sheet of labels: {error}") from error
    if not all(isinstance(row, dict) and row.get("answer_id") and row.get("rubric") for row in rows):
        raise InputError(f"{path}: expected rows with answer_id and rubric, as `aligntax labels export` writes them.")
    plain = of_cell if path.suffix == ".csv" else str
    return [{name: plain(str(value)) for name, value in row.items() if value is not None} for row in rows]


def _label(row: Mapping[str, str], where: str) -> dict[str, str] | None:
    """The grades of a row in the order of the prompt; None where all are blank."""
    asked = rubric(row["rubric"])
    given = {name: row.get(name, "").strip().lower().replace(" ", "_") for name in asked.menu}
    if not any(given.values()):
        return None
    for name, entries in asked.menu.items():
        if given[name] not in entries:
            raise InputError(f"{where}: {name} must be one of {', '.join(entries)}, found {row.get(name, '')!r}.")
    if asked.is_comparison and _is_swapped(row["answer_id"]):
        given["verdict"] = {"first": "second", "second": "first"}.get(given["verdict"], given["verdict"])
    return given


def _check_known(warehouse: Warehouse, answer_ids: Sequence[str], path: Path) -> None:
    wanted = pl.DataFrame({"generation_id": list(dict.fromkeys(answer_ids))}, schema={"generation_id": str})
    known = set(warehouse.query("known_answers", frames={"wanted_generations": wanted})["generation_id"])
    unknown = [name for name in wanted["generation_id"] if name not in known]
    if unknown:
        raise InputError(
            f"{path.name}: {len(unknown)} answers are not in {warehouse.path.name}; the first: {unknown[0]!r}."
        )
