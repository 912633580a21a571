"""GSM8K from its files: 1,319 test problems of grade-school mathematics in words. No item is shipped.

Citation: Cobbe et al. 2021, "Training Verifiers to Solve Math Word Problems", arXiv 2110.14168. Licence: MIT, as the
authors' repository states.
Pitfalls: three rules for finding the answer are in use: ``gsm8k`` looks for the authors' marker, ``gsm8k_strict`` and
``gsm8k_flexible`` are those of the evaluation harness; ours, ``numeric``, is a fourth. A model that saw no worked
examples loses points under a strict rule. Recent models saw many of the test problems in training. Subsets are the
number of steps of the reference solution.

Files: the repository's ``test.jsonl``, with ``train.jsonl`` beside it for worked examples, or the data set
``openai/gsm8k``. Without training problems a base model is shown no example and rarely writes the marker. Verified on
the test file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.official import Contents, Official, Source
from tasks.benchmarks.sources import SourceFile, read_files, split_of
from tasks.data_files.records import Record
from tasks.domain import Benchmark, Dimension, Domain, Example, content_hash
from tasks.errors import InputError

_HUB_FILES = ("main/test-*", "main/train-*")
_CALCULATOR = re.compile(r"<<[^<>\n]{0,200}>>")  # notes for a calculator inside the reference solutions
_MOST_STEPS = 7
_SHOTS = 5


def about() -> Benchmark:
    """The benchmark without its items."""
    return Benchmark(
        benchmark_id="gsm8k",
        title="GSM8K",
        dimension=Dimension.CAPABILITY,
        domain=Domain.REASONING,
        scorer="gsm8k",
        metric="accuracy",
        items=(),
        instruction="Solve the problem step by step. Write the result, a bare number, on a last line: #### 42",
        examples=(),
        licence="MIT as stated by the authors' repository",
        citation="Cobbe et al. 2021, arXiv 2110.14168",
        cluster_meaning="problem",
        pitfalls="Four extraction rules are in use and differ by points; seen in training by recent models.",
        chance_score=0.0,
        max_tokens=1024,
        verified="file",
    )


def read(source: Source, cluster_by: str | None) -> Contents:
    """The test problems; the first training problems become worked examples."""
    files = list(read_files(source, "GSM8K problems", hub_files=_HUB_FILES, wanted=_is_wanted))
    asked = _rows(file for file in files if file.split != "train")
    shown = list(_rows(file for file in files if file.split == "train"))[:_SHOTS]
    return Contents(
        (_fields(number, row, cluster_by) for number, row in enumerate(asked)),
        examples=tuple(Example(row["question"], _CALCULATOR.sub("", row["answer"])) for row in shown),
    )


OFFICIAL = Official(about=about, read=read, count_items=1_319, count_clusters=1_319)


def _is_wanted(name: str) -> bool:
    """The problems, without the recorded solutions and the second wording that the repository holds too."""
    return split_of(name) in {"test", "train"} and "socratic" not in name


def _rows(files: Iterable[SourceFile]) -> Iterator[Record]:
    for file in files:
        for row in file.records():
            if "####" not in str(row.get("answer")) or not row.get("question"):
                raise InputError(f"{file.place}: expected question and answer with ####, found {sorted(row)}.")
            yield row


def _fields(number: int, row: Record, cluster_by: str | None) -> dict[str, Any]:
    solution, _, result = row["answer"].rpartition("####")
    steps = solution.strip().count("\n") + 1
    return {
        "question": row["question"],
        "target": result.strip().replace(",", ""),
        "cluster_id": cluster_of(row, cluster_by, f"GSM8K problem {number}", content_hash(row["question"])),
        "subset": f"{steps} steps" if steps < _MOST_STEPS else f"{_MOST_STEPS} or more steps",
        "chance_score": 0.0,
        "foreign_id": str(number),
    }
