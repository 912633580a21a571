"""GSM8K from its files: 1,319 test problems of grade-school mathematics in words. No item is shipped.

Citation: Cobbe et al. 2021, "Training Verifiers to Solve Math Word Problems", arXiv 2110.14168. Licence: MIT, as the
authors' repository states.
Pitfalls: three extraction rules are in use (``gsm8k``, the authors' marker; ``gsm8k_strict`` and ``gsm8k_flexible`` of
the evaluation harness) beside our ``numeric``, and a model without worked examples loses points under a strict one.
Many test problems were seen in training by recent models. Subsets are the number of steps of the reference solution.

Files: the repository's ``test.jsonl``, with ``train.jsonl`` beside it for worked examples, or the data set
``openai/gsm8k``. Without training problems a base model is shown none and rarely writes the marker. Verified on the
test file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.sources import SourceFile, read_files
from tasks.domain import Benchmark, Dimension, Domain, Example, content_hash, identified
from tasks.errors import InputError

_HUB_FILES = ("main/test-*", "main/train-*")
_CALCULATOR = re.compile(r"<<[^<>\n]{0,200}>>")  # notes for a calculator inside the reference solutions
_MOST_STEPS = 7
_SHOTS = 5

Row = Mapping[str, Any]


def load(source: str | Path, cluster_by: str | None = None) -> Benchmark:
    """Read the test problems; the first training problems become worked examples.

    Args:
        source: see ``sources.read_files``.
        cluster_by: the column whose value groups items with correlated answers; by default none.

    Raises:
        InputError: the files are missing, unreadable, or hold no test problems.
    """
    files = list(read_files(source, "GSM8K problems", hub_files=_HUB_FILES, wanted=_is_wanted))
    rows = {is_training: list(_rows(files, is_training=is_training)) for is_training in (False, True)}
    if not rows[False]:
        raise InputError(f"{source}: holds no test problem. Expected GSM8K problems.")
    return Benchmark(
        benchmark_id="gsm8k",
        title="GSM8K",
        dimension=Dimension.CAPABILITY,
        domain=Domain.REASONING,
        scorer="gsm8k",
        metric="accuracy",
        items=identified(_fields(number, row, cluster_by) for number, row in enumerate(rows[False])),
        instruction="Solve the problem step by step. Write the result, a bare number, on a last line: #### 42",
        examples=tuple(Example(row["question"], _CALCULATOR.sub("", row["answer"])) for row in rows[True][:_SHOTS]),
        licence="MIT as stated by the authors' repository",
        citation="Cobbe et al. 2021, arXiv 2110.14168",
        cluster_meaning=cluster_by or "problem",
        pitfalls="Four extraction rules are in use and differ by points; seen in training by recent models.",
        chance_score=0.0,
        max_tokens=512,
        verified="file",
    )


def _is_wanted(name: str) -> bool:
    """Neither the repository's recorded solutions nor the second wording of the problems."""
    return SourceFile(name, name, b"").split in {"test", "train"} and "socratic" not in name


def _rows(files: Iterable[SourceFile], *, is_training: bool) -> Iterable[Row]:
    for file in files:
        if (file.split == "train") is is_training:
            for row in file.records():
                if "####" not in str(row.get("answer")) or not row.get("question"):
                    raise InputError(f"{file.place}: expected question and answer with ####, found {sorted(row)}.")
                yield row


def _fields(number: int, row: Row, cluster_by: str | None) -> dict[str, Any]:
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
