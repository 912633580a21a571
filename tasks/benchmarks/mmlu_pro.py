"""MMLU-Pro from a local file: 12,032 questions of 14 categories with up to ten choices. No item is shipped.

Citation: Wang et al. 2024, "MMLU-Pro: A More Robust and Challenging Multi-Task Language Understanding Benchmark",
arXiv 2406.01574. Licence: as its authors state (the repository says Apache-2.0).
Pitfalls: 159 items are true duplicates and keep ids of their own. The number of choices differs, so chance is a
property of the item. The authors replace an answer they cannot read by a random guess, which can change the sign of
a tax; here ``unparsed_rule`` decides it. Editions differ in 14 rows, and in one of them (question 3983) the answer's
letter and index contradict each other: the letter counts, as in the authors' scoring. The authors show five worked
examples of the question's own category; we show at most five from different categories, and only if the file brings
any (``cot_content``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.sources import read_rows
from tasks.domain import Benchmark, Dimension, Domain, Example, Item, identified, rendered_question
from tasks.errors import InputError

_LETTERS = "ABCDEFGHIJ"
_FIELDS = ("question_id", "question", "options", "answer", "category", "src")
_HUB_FILES = ("data/test-*", "data/validation-*")
_SHOTS = 5

Row = Mapping[str, Any]


def load(source: str | Path, cluster_by: str | None = None) -> Benchmark:
    """Read the official rows from any file, folder or data set that ``sources`` reads.

    Rows with ``cot_content`` (the validation split) become few-shot examples, the others items. Rows are taken in
    the order of ``question_id``, so that twins get the same ids from every file.

    Args:
        source: see ``sources.read_files``.
        cluster_by: the column whose value groups items with correlated answers; by default their category.

    Raises:
        InputError: the file is missing, unreadable, or a row contradicts itself.
    """
    found = map(_checked, read_rows(source, "MMLU-Pro rows", _HUB_FILES))
    rows = sorted(found, key=lambda row: int(row["question_id"]))
    _check_ids(rows, source)
    asked = [row for row in rows if not row.get("cot_content")]
    if not rows:
        raise InputError(f"{source}: holds no question. Expected MMLU-Pro rows.")
    if not asked:
        raise InputError(f"{source}: expected questions, found only worked examples. Give the test split as well.")
    items = identified(_fields(row, cluster_by) for row in asked)
    return Benchmark(
        benchmark_id="mmlu_pro",
        title="MMLU-Pro",
        dimension=Dimension.CAPABILITY,
        domain=Domain.KNOWLEDGE,
        scorer="mmlu_pro_first",
        metric="accuracy",
        items=items,
        instruction="Think step by step about this multiple-choice question, then end with: The answer is (X).",
        examples=_examples(row for row in rows if row.get("cot_content")),
        licence="Apache-2.0 as stated by the authors' repository",
        citation="Wang et al. 2024, arXiv 2406.01574",
        cluster_meaning=cluster_by or "category",
        pitfalls="159 true duplicates; chance differs by item; the rule for unread answers can change the sign.",
        chance_score=sum(item.chance_score or 0.0 for item in items) / len(items),
        max_tokens=2048,
        stop=("Question:",),
        verified="file",
    )


def _checked(row: Row) -> Row:
    """The row without padding, if it is whole and its letter names one of its options."""
    missing = [name for name in _FIELDS if name not in row]
    if missing:
        raise InputError(f"MMLU-Pro row {row.get('question_id')!r}: expected {', '.join(_FIELDS)}; {missing} missing.")
    options = _unpadded([str(option) for option in row["options"]])
    if row["answer"] not in list(_LETTERS[: len(options)]):
        found = f"answer {row['answer']!r} for {len(options)} options"
        raise InputError(f"MMLU-Pro row {row['question_id']!r}: expected the letter of an option, found {found}.")
    if not str(row["question_id"]).isdecimal():
        raise InputError(f"MMLU-Pro row {row['question_id']!r}: expected a whole number as question_id.")
    return {**row, "options": options}


def _unpadded(options: list[str]) -> list[str]:
    """Without the "N/A" that some editions append to reach ten options; an inner one keeps its letter."""
    while options and options[-1] == "N/A":
        options = options[:-1]
    return options


def _check_ids(rows: list[Row], source: str | Path) -> None:
    if len({row["question_id"] for row in rows}) < len(rows):
        raise InputError(f"{source}: a question_id occurs twice. Does the folder hold the same split in two formats?")


def _fields(row: Row, cluster_by: str | None) -> dict[str, Any]:
    return {
        "question": row["question"],
        "target": row["answer"],
        "choices": tuple(row["options"]),
        "cluster_id": cluster_of(row, cluster_by, f"MMLU-Pro row {row['question_id']}", row["category"]),
        "subset": row["category"],
        "chance_score": 1 / len(row["options"]),
        "foreign_id": str(row["question_id"]),
    }


def _examples(worked: Iterable[Row]) -> tuple[Example, ...]:
    """The first worked example of each category, at most five."""
    first: dict[str, Row] = {}
    for row in worked:
        first.setdefault(row["category"], row)
    return tuple(_example(row) for row in list(first.values())[:_SHOTS])


def _example(row: Row) -> Example:
    item = Item("", row["question"], row["answer"], "", "", choices=tuple(row["options"]))
    return Example(rendered_question(item), str(row["cot_content"]).removeprefix("A:").strip())
