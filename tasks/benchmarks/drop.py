"""DROP from its files: questions about paragraphs, to be answered by counting, sorting or adding. No item is shipped.

Citation: Dua et al. 2019, "DROP: A Reading Comprehension Benchmark Requiring Discrete Reasoning Over Paragraphs",
arXiv 1903.00161. Licence: CC BY-SA 4.0, as the authors state.
Pitfalls: F1 counts the words of the answer, so a model that answers in a whole sentence loses points; that is most of
the tax that the authors of InstructGPT report. Several annotators answered each question, and the best match counts.
The questions of one passage are one cluster; intervals that ignore this are too narrow.

Files: the authors' ``drop_dataset_dev.json``, with ``drop_dataset_train.json`` beside it for worked examples, or rows
of the data set ``EleutherAI/drop``. Verified on a fixture in the official format; the scorer on recorded outputs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.official import Contents, Official, Source
from tasks.benchmarks.sources import SourceFile, read_files
from tasks.data_files.records import Record
from tasks.domain import Benchmark, Dimension, Domain, Example, content_hash
from tasks.errors import InputError
from tasks.scorers.spans import SEPARATOR

_SHOTS = 3  # passages are long


def about() -> Benchmark:
    """The benchmark without its items."""
    return Benchmark(
        benchmark_id="drop",
        title="DROP",
        dimension=Dimension.CAPABILITY,
        domain=Domain.READING,
        scorer="drop_f1",
        metric="f1",
        items=(),
        instruction=f"Answer from the passage in as few words as possible; separate several answers by '{SEPARATOR}'.",
        examples=(),
        licence="CC BY-SA 4.0 as stated by the authors",
        citation="Dua et al. 2019, arXiv 1903.00161",
        cluster_meaning="passage",
        pitfalls="F1 counts words, so a full sentence costs; answers have alternatives; passages hold many questions.",
        chance_score=0.0,
        max_tokens=256,
        verified="format",
        stop=("\n\nQuestion:", "\n"),
    )


def read(source: Source, cluster_by: str | None) -> Contents:
    """The development questions, and worked examples from the training ones; the test split has no public answers."""
    files = list(read_files(source, "DROP passages"))
    asked = [file for file in files if file.split != "train"]
    shown = [file for file in files if file.split == "train"]
    return Contents(_questions(asked, cluster_by), examples=tuple(_examples(_questions(shown, cluster_by=None))))


OFFICIAL = Official(about=about, read=read, count_items=9_536)


def _questions(files: list[SourceFile], cluster_by: str | None) -> Iterator[dict[str, Any]]:
    for file in files:
        for row in _rows(file):
            try:
                yield _fields(row, file.place, cluster_by)
            except (KeyError, TypeError, AttributeError) as error:
                raise InputError(f"{file.place}: expected questions with answers, found {str(row)[:80]!r}.") from error


def _rows(file: SourceFile) -> Iterator[Record]:
    """One row per question. The authors' file nests the questions in passages, the data set does not."""
    document = file.document() if file.name.endswith(".json") else None
    if not isinstance(document, dict):
        yield from file.records()
        return
    for passage_id, passage in document.items():
        if not isinstance(passage, dict) or not isinstance(passage.get("qa_pairs"), list):
            found = f"{passage_id!r}: {str(passage)[:60]!r}"
            raise InputError(f"{file.place}: expected passages with qa_pairs, found {found}.")
        for pair in passage["qa_pairs"]:
            yield {**pair, "passage": passage["passage"], "section_id": passage_id}


def _fields(row: Record, where: str, cluster_by: str | None) -> dict[str, Any]:
    answers = [_spans_of(answer) for answer in (row["answer"], *_validated(row))]
    return {
        "question": f"{row['passage']}\n{row['question']}",
        "target": json.dumps([spans for spans, _ in answers], ensure_ascii=False),
        "cluster_id": cluster_of(row, cluster_by, where, str(row.get("section_id") or content_hash(row["passage"]))),
        "subset": answers[0][1],
        "chance_score": 0.0,
        "foreign_id": row["query_id"],
    }


def _spans_of(answer: Record) -> tuple[list[str], str]:
    """The spans of one annotator's answer, and its kind: a number if there is one, else spans, else a date."""
    if answer.get("number"):
        return [str(answer["number"])], "number"
    if answer.get("spans"):
        return list(answer["spans"]), "span" if len(answer["spans"]) == 1 else "spans"
    date = answer.get("date") or {}
    return [" ".join(date.get(part, "") for part in ("day", "month", "year"))], "date"


def _validated(row: Record) -> list[Record]:
    """The answers of the other annotators: a list of answers, or one object with a list for each part of an answer."""
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
