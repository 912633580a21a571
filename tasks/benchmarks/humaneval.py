"""HumanEval from its official file: 164 Python functions to complete, judged by running their tests. Ships no item.

Citation: Chen et al. 2021, "Evaluating Large Language Models Trained on Code", arXiv 2107.03374. Licence: MIT, as the
authors' repository states.
Pitfalls: the tests are few, and some wrong functions pass. A base model sees the bare prompt and continues it; an
aligned model is asked for the whole function in a code block. So part of a difference may come from the format. The
authors stop a program after 3 seconds of wall clock. Here it may use 3 seconds of CPU time, so that a busy machine does
not change a verdict. pass@k needs repeats and a temperature above 0.
"""

from __future__ import annotations

import json
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.official import Contents, Official, Source
from tasks.benchmarks.sources import read_placed_rows
from tasks.data_files.records import Record
from tasks.domain import Benchmark, Dimension, Domain
from tasks.errors import InputError

_FIELDS = ("task_id", "prompt", "entry_point", "test")


def about() -> Benchmark:
    """The benchmark without its items."""
    return Benchmark(
        benchmark_id="humaneval",
        verified="file",
        title="HumanEval",
        dimension=Dimension.CAPABILITY,
        domain=Domain.CODING,
        scorer="code",
        metric="pass_at_1",
        items=(),
        instruction="Complete this Python function. Give the whole function in one code block.",
        examples=(),
        licence="MIT as stated by the authors' repository",
        citation="Chen et al. 2021, arXiv 2107.03374",
        cluster_meaning="task",
        pitfalls="Few tests per task; needs the sandbox.",
        max_tokens=1024,
        stop=("\nclass", "\ndef", "\n#", "\nif", "\nprint"),
        is_continued=True,
    )


def read(source: Source, cluster_by: str | None) -> Contents:
    """The official rows, one per function."""
    rows = read_placed_rows(source, "HumanEval rows")
    return Contents.of_rows((where, _fields(where, row, cluster_by)) for where, row in rows)


OFFICIAL = Official(about=about, read=read, count_items=164, count_clusters=164)


def _fields(where: str, row: Record, cluster_by: str | None) -> dict[str, Any]:
    missing = [name for name in _FIELDS if name not in row]
    if missing:
        raise InputError(f"{where}: expected the fields {', '.join(_FIELDS)}; {missing} missing.")
    return {
        "question": row["prompt"],
        "target": json.dumps({"entry_point": row["entry_point"], "test": row["test"]}),
        "cluster_id": cluster_of(row, cluster_by, where, row["task_id"]),
        "subset": "all",
        "chance_score": 0.0,
        "foreign_id": row["task_id"],
    }
