"""MMLU-Pro from a local file: 12,032 questions of 14 categories with up to ten choices. No item is shipped.

Citation: Wang et al. 2024, "MMLU-Pro: A More Robust and Challenging Multi-Task Language Understanding Benchmark",
arXiv 2406.01574. Licence: as the authors state (their repository says Apache-2.0).
Pitfalls: 159 items are true duplicates, and each keeps an id of its own. The number of choices differs, so each item
has its own chance score. The authors replace an answer that they cannot read by a random guess, which can change the
sign of a tax; here ``unparsed_rule`` decides. Editions differ in 14 rows. In one of them (question 3983) the answer's
letter and its index contradict each other; the letter counts, as in the authors' scoring. The authors show five worked
examples of the question's own category. We show at most five from different categories, and only if the file holds any
(``cot_content``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.official import Contents, Official, Source
from tasks.benchmarks.sources import read_placed_rows
from tasks.data_files.records import Record
from tasks.domain import LETTERS, Benchmark, Dimension, Domain, Example, lettered
from tasks.errors import InputError

_FIELDS = ("question_id", "question", "options", "answer", "category", "src")
_HUB_FILES = ("data/test-*", "data/validation-*")
_SHOTS = 5


def about() -> Benchmark:
    """The benchmark without its items."""
    return Benchmark(
        benchmark_id="mmlu_pro",
        title="MMLU-Pro",
        dimension=Dimension.CAPABILITY,
        domain=Domain.KNOWLEDGE,
        scorer="mmlu_pro_first",
        metric="accuracy",
        items=(),
        instruction="Think step by step about this multiple-choice question, then end with: The answer is (X).",
        examples=(),
        licence="Apache-2.0 as stated by the authors' repository",
        citation="Wang et al. 2024, arXiv 2406.01574",
        cluster_meaning="category",
        pitfalls="159 true duplicates; chance differs by item; the rule for unread answers can change the sign.",
        chance_score=0.1107,
        max_tokens=2048,
        stop=("Question:",),
        verified="file",
    )


def read(source: Source, cluster_by: str | None) -> Contents:
    """The rows of the test split as items, those with ``cot_content`` (the validation split) as worked examples.

    Rows are taken in the order of ``question_id``, so that duplicates get the same ids from every file.
    """
    placed = read_placed_rows(source, "MMLU-Pro rows", hub_files=_HUB_FILES)
    rows = sorted(((where, _checked(row)) for where, row in placed), key=lambda one: int(one[1]["question_id"]))
    asked = [(where, row) for where, row in rows if not row.get("cot_content")]
    if rows and not asked:
        raise InputError(f"{source}: expected questions, found only worked examples. Give the test split as well.")
    return Contents.of_rows(
        ((where, _fields(row, cluster_by)) for where, row in asked),
        examples=_examples(row for _, row in rows if row.get("cot_content")),
    )


OFFICIAL = Official(about=about, read=read, count_items=12_032, count_clusters=14)


def _checked(row: Record) -> Record:
    """The row without padding, after a check that nothing is missing and that the letter names one of the options."""
    missing = [name for name in _FIELDS if name not in row]
    if missing:
        raise InputError(f"MMLU-Pro row {row.get('question_id')!r}: expected {', '.join(_FIELDS)}; {missing} missing.")
    options = _unpadded([str(option) for option in row["options"]])
    if row["answer"] not in list(LETTERS[: len(options)]):
        found = f"answer {row['answer']!r} for {len(options)} options"
        raise InputError(f"MMLU-Pro row {row['question_id']!r}: expected the letter of an option, found {found}.")
    if not str(row["question_id"]).isdecimal():
        raise InputError(f"MMLU-Pro row {row['question_id']!r}: expected a whole number as question_id.")
    return {**row, "options": options}


def _unpadded(options: list[str]) -> list[str]:
    """The options without the "N/A" that some editions append to reach ten; an inner "N/A" keeps its letter."""
    while options and options[-1] == "N/A":
        options = options[:-1]
    return options


def _fields(row: Record, cluster_by: str | None) -> dict[str, Any]:
    return {
        "question": row["question"],
        "target": row["answer"],
        "choices": tuple(row["options"]),
        "cluster_id": cluster_of(row, cluster_by, f"MMLU-Pro row {row['question_id']}", row["category"]),
        "subset": row["category"],
        "chance_score": 1 / len(row["options"]),
        "foreign_id": str(row["question_id"]),
    }


def _examples(worked: Iterable[Record]) -> tuple[Example, ...]:
    """The first worked example of each category, at most five."""
    first: dict[str, Record] = {}
    for row in worked:
        first.setdefault(row["category"], row)
    return tuple(_example(row) for row in list(first.values())[:_SHOTS])


def _example(row: Record) -> Example:
    question = lettered(row["question"], row["options"])
    return Example(question, str(row["cot_content"]).removeprefix("A:").strip())
