"""DROP from its files: questions over paragraphs whose answer takes counting, sorting or adding. No item is shipped.

Citation: Dua et al. 2019, "DROP: A Reading Comprehension Benchmark Requiring Discrete Reasoning Over Paragraphs",
arXiv 1903.00161. Licence: CC BY-SA 4.0, as the authors state.
Pitfalls: F1 counts the words of the answer, so that a model that answers in a sentence pays for its manners, which is
most of the tax that InstructGPT's authors report. An answer has alternatives by other annotators, and the best counts.
The questions of one passage are one cluster: intervals that ignore it are too narrow.

Files: the authors' ``drop_dataset_dev.json``, with ``drop_dataset_train.json`` beside it for worked examples, or rows
of the data set ``EleutherAI/drop``. Verified on a fixture in the official format, the scorer on recorded outputs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.sources import ENDINGS, SourceFile, read_files
from tasks.domain import Benchmark, Dimension, Domain, Example, content_hash, identified
from tasks.errors import InputError
from tasks.scorers.spans import SEPARATOR

_SHOTS = 3  # passages are long

Row = Mapping[str, Any]
Answers = list[list[str]]


def load(source: str | Path, cluster_by: str | None = None) -> Benchmark:
    """Read the development questions (the test split has no public answers).

    Args:
        source: see ``sources.read_files``.
        cluster_by: the column whose value groups items with correlated answers; by default by passage.

    Raises:
        InputError: the files are missing, unreadable, or hold no questions.
    """
    files = list(read_files(source, "DROP passages", wanted=lambda name: name.endswith(ENDINGS)))
    asked = list(_questions(files, is_shown=False, cluster_by=cluster_by))
    if not asked:
        raise InputError(f"{source}: holds no question. Expected DROP passages of the development split.")
    return Benchmark(
        benchmark_id="drop",
        title="DROP",
        dimension=Dimension.CAPABILITY,
        domain=Domain.READING,
        scorer="drop_f1",
        metric="f1",
        items=identified(asked),
        instruction=f"Answer from the passage in as few words as possible; separate several answers by '{SEPARATOR}'.",
        examples=tuple(_examples(_questions(files, is_shown=True, cluster_by=None))),
        licence="CC BY-SA 4.0 as stated by the authors",
        citation="Dua et al. 2019, arXiv 1903.00161",
        cluster_meaning=cluster_by or "passage",
        pitfalls="F1 counts words, so a full sentence costs; answers have alternatives; passages hold many questions.",
        chance_score=0.0,
        max_tokens=128,
        verified="format",
        stop=("\n\nQuestion:", "\n"),
    )


def _questions(files: list[SourceFile], *, is_shown: bool, cluster_by: str | None) -> Iterator[dict[str, Any]]:
    for file in files:
        if (file.split == "train") is not is_shown:
            continue
        for row in _rows(file):
            try:
                yield _fields(row, file.place, cluster_by)
            except (KeyError, TypeError, AttributeError) as error:
                raise InputError(f"{file.place}: expected questions with answers, found {str(row)[:80]!r}.") from error


def _rows(file: SourceFile) -> Iterator[Row]:
    """One row per question: the authors' file nests them in passages."""
    document = file.document() if file.name.endswith(".json") else None
    if not isinstance(document, dict):
        yield from file.records()
        return
    for passage_id, entry in document.items():
        if not isinstance(entry, dict) or not isinstance(entry.get("qa_pairs"), list):
            raise InputError(
                f"{file.place}: expected passages with qa_pairs, found {passage_id!r}: {str(entry)[:60]!r}."
            )
        for pair in entry["qa_pairs"]:
            yield {**pair, "passage": entry["passage"], "section_id": passage_id}


def _fields(row: Row, where: str, cluster_by: str | None) -> dict[str, Any]:
    answers = [spans_of(answer) for answer in (row["answer"], *_validated(row))]
    return {
        "question": f"{row['passage']}\n{row['question']}",
        "target": json.dumps([spans for spans, _ in answers], ensure_ascii=False),
        "cluster_id": cluster_of(row, cluster_by, where, str(row.get("section_id") or content_hash(row["passage"]))),
        "subset": answers[0][1],
        "chance_score": 0.0,
        "foreign_id": row["query_id"],
    }


def spans_of(answer: Row) -> tuple[list[str], str]:
    """The spans of one annotator's answer and their kind; a number goes before spans, spans before a date."""
    if answer.get("number"):
        return [str(answer["number"])], "number"
    if answer.get("spans"):
        return list(answer["spans"]), "span" if len(answer["spans"]) == 1 else "spans"
    date = answer.get("date") or {}
    return [" ".join(date.get(part, "") for part in ("day", "month", "year"))], "date"


def _validated(row: Row) -> list[Row]:
    """The other annotators' answers: a list of them, or the same turned into columns."""
    validated = row.get("validated_answers") or []
    if isinstance(validated, list):
        return validated
    names = ("number", "date", "spans")
    return [dict(zip(names, values, strict=True)) for values in zip(*(validated[name] for name in names), strict=True)]


def _examples(questions: Iterable[dict[str, Any]]) -> Iterator[Example]:
    """The first question of each of the first passages."""
    first: dict[str, dict[str, Any]] = {}
    for fields in questions:
        first.setdefault(fields["cluster_id"], fields)
    for fields in list(first.values())[:_SHOTS]:
        yield Example(fields["question"], SEPARATOR.join(json.loads(fields["target"])[0]))
