"""HumanEval from its official file: 164 Python functions to complete, judged by running their tests. Ships no item.

Citation: Chen et al. 2021, "Evaluating Large Language Models Trained on Code", arXiv 2107.03374. Licence: MIT as stated
by the authors' repository.
Pitfalls: the tests are few, and some wrong functions pass. A base model is shown the bare prompt and continues it; an
aligned one is asked for the whole function in a code block, so part of a difference may be format. The authors stop a
program after 3 seconds of wall clock; here after 3 seconds of CPU time, because a busy machine must not decide.
pass@k needs repeats and a temperature above 0.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.sources import read_rows
from tasks.data_files import Record
from tasks.domain import Benchmark, Dimension, Domain, identified
from tasks.errors import InputError

_FIELDS = ("task_id", "prompt", "entry_point", "test")


def load(source: str | Path, cluster_by: str | None = None) -> Benchmark:
    """Read the official rows from any file or data set that ``sources`` reads.

    Args:
        source: see ``sources.read_files``.
        cluster_by: the column whose value groups items with correlated answers; by default none.

    Raises:
        InputError: the file is missing, unreadable, or holds other rows.
    """
    rows = _read(source)
    return Benchmark(
        benchmark_id="humaneval",
        verified="file",
        title="HumanEval",
        dimension=Dimension.CAPABILITY,
        domain=Domain.CODING,
        scorer="code",
        metric="pass_at_1",
        items=identified(_fields(row, cluster_by) for row in rows),
        instruction="Complete this Python function. Give the whole function in one code block.",
        examples=(),
        licence="MIT as stated by the authors' repository",
        citation="Chen et al. 2021, arXiv 2107.03374",
        cluster_meaning=cluster_by or "task",
        pitfalls="Few tests per task; needs the sandbox.",
        max_tokens=1024,
        stop=("\nclass", "\ndef", "\n#", "\nif", "\nprint"),
        is_continued=True,
    )


def _read(source: str | Path) -> list[Record]:
    rows = read_rows(source, "HumanEval rows")
    if not rows:
        raise InputError(f"{source}: holds no task. Expected HumanEval rows.")
    for number, row in enumerate(rows, start=1):
        missing = [name for name in _FIELDS if name not in row]
        if missing:
            raise InputError(f"{source}: row {number}: expected the fields {', '.join(_FIELDS)}; {missing} missing.")
    return rows


def _fields(row: dict[str, Any], cluster_by: str | None) -> dict[str, Any]:
    return {
        "question": row["prompt"],
        "target": json.dumps({"entry_point": row["entry_point"], "test": row["test"]}),
        "cluster_id": cluster_of(row, cluster_by, str(row["task_id"]), row["task_id"]),
        "subset": "all",
        "chance_score": 0.0,
        "foreign_id": row["task_id"],
    }
