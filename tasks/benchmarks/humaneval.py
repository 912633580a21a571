"""HumanEval from its official file: 164 Python functions to complete, judged by running their tests. Ships no item.

Citation: Chen et al. 2021, "Evaluating Large Language Models Trained on Code", arXiv 2107.03374. Licence: MIT as stated
by the authors' repository.
Pitfalls: the tests are few, and some wrong functions pass. A base model is shown the bare prompt and continues it; an
aligned one is asked for the whole function in a code block, so part of a difference may be format. The authors stop a
program after 3 seconds of wall clock; here after 3 seconds of CPU time, because a busy machine must not decide.
pass@k needs repeats and a temperature above 0.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tasks.domain import Benchmark, Dimension, Domain, identified
from tasks.errors import InputError

_FIELDS = ("task_id", "prompt", "entry_point", "test")


def load(path: str | Path) -> Benchmark:
    """Read the official rows, JSONL or gzipped JSONL.

    Raises:
        InputError: the file is missing, unreadable, or holds other rows.
    """
    rows = _read(Path(path))
    return Benchmark(
        benchmark_id="humaneval",
        title="HumanEval",
        dimension=Dimension.CAPABILITY,
        domain=Domain.CODING,
        scorer="code",
        metric="pass_at_1",
        items=identified(_fields(row) for row in rows),
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


def _read(path: Path) -> list[Any]:
    if not path.exists():
        raise InputError(f"{path}: no such file. Expected HumanEval rows as .jsonl or .jsonl.gz.")
    try:
        content = gzip.decompress(path.read_bytes()) if path.name.endswith(".gz") else path.read_bytes()
        rows = [json.loads(line) for line in content.decode("utf-8").split("\n") if line.strip()]
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"{path}: not readable as HumanEval rows: {error}") from error
    if not rows:
        raise InputError(f"{path}: holds no task. Expected HumanEval rows.")
    for number, row in enumerate(rows, start=1):
        missing = [name for name in _FIELDS if not isinstance(row, dict) or name not in row]
        if missing:
            raise InputError(f"{path}: row {number}: expected the fields {', '.join(_FIELDS)}; {missing} missing.")
    return rows


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "question": row["prompt"],
        "target": json.dumps({"entry_point": row["entry_point"], "test": row["test"]}),
        "cluster_id": row["task_id"],
        "subset": "all",
        "chance_score": 0.0,
        "foreign_id": row["task_id"],
    }
