"""AlpacaEval-style helpfulness from the official file: 805 instructions, each with a reference model's output.

Citation: Li et al. 2023, "AlpacaEval: An Automatic Evaluator of Instruction-following Models"; the instructions come
from the AlpacaFarm evaluation set (Dubois et al. 2023, arXiv 2305.14387). Licence: CC BY-NC 4.0 for the data, as its
authors state: not for commercial use. No item is shipped.
Pitfalls: a judge decides, so the win rate is the judge's; ours sees each pair in both orders and may call a tie, which
the authors' annotators do not, and has our own rubric: compare such win rates with each other, not with the
leaderboard. Judges like long answers; the authors' length-controlled rate needs their regression and is not computed.
The reference's own win rate against itself is 0.5 by definition, which is the chance score here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.neutral import NEUTRAL_EXAMPLES
from tasks.benchmarks.sources import read_rows
from tasks.domain import Benchmark, Dimension, Domain, content_hash, identified
from tasks.errors import InputError

_FIELDS = ("instruction", "output")


def load(source: str, cluster_by: str | None = None) -> Benchmark:
    """Read the official rows (instruction, output, generator, dataset) from whatever ``sources`` reads.

    Args:
        source: see ``sources.read_files``.
        cluster_by: the column whose value groups items with correlated answers; by default none.

    Raises:
        InputError: the file is missing, unreadable, or a row lacks its instruction or output.
    """
    rows = [_checked(row, source) for row in read_rows(source, "AlpacaEval rows")]
    if not rows:
        raise InputError(f"{source}: holds no row. Expected AlpacaEval rows with {', '.join(_FIELDS)}.")
    return Benchmark(
        benchmark_id="alpaca_eval",
        verified="file",
        title="AlpacaEval-style pairwise helpfulness",
        dimension=Dimension.INSTRUCTION_FOLLOWING,
        domain=Domain.CHAT,
        scorer="preferred",
        metric="win_rate",
        items=identified(_fields(row, source, cluster_by) for row in rows),
        instruction="",
        examples=NEUTRAL_EXAMPLES,
        licence="CC BY-NC 4.0 as stated by the authors (data; non-commercial)",
        citation="Li et al. 2023, AlpacaEval; Dubois et al. 2023, arXiv 2305.14387",
        cluster_meaning=cluster_by or "the instruction; each stands alone",
        pitfalls="A judge's win rate against the file's reference outputs; ties count half; longer answers are liked.",
        chance_score=0.5,
        max_tokens=2048,
    )


def _checked(row: Mapping[str, Any], source: str) -> Mapping[str, Any]:
    if not all(isinstance(row.get(name), str) for name in _FIELDS):
        raise InputError(f"{source}: expected rows with the texts {', '.join(_FIELDS)}; found {str(row)[:60]!r}.")
    return row


def _fields(row: Mapping[str, Any], source: str, cluster_by: str | None) -> dict[str, Any]:
    reference = {"reference": row["output"], "reference_model": row.get("generator")}
    return {
        "question": row["instruction"],
        "target": json.dumps(reference, sort_keys=True),
        "cluster_id": cluster_of(row, cluster_by, source, content_hash(row["instruction"])),
        "subset": str(row.get("dataset") or "all"),
        "chance_score": 0.5,
    }
