"""AlpacaEval from its official file: 805 instructions, each with the output of a reference model. No item is shipped.

Citation: Li et al. 2023, "AlpacaEval: An Automatic Evaluator of Instruction-following Models". The instructions come
from the AlpacaFarm evaluation set (Dubois et al. 2023, arXiv 2305.14387). Licence: CC BY-NC 4.0 for the data, as the
authors state: no commercial use.
Pitfalls: a judge decides, so the win rate depends on the judge. Our judge sees each pair in both orders, may call a
tie, and has a rubric of its own; the authors' annotators do not. So compare our win rates with each other, not with
the leaderboard. Judges prefer long answers. The authors correct for length by a regression, which is not computed
here. Against itself the reference wins half of the pairs by definition, so the chance score is 0.5.
"""

from __future__ import annotations

import json
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.neutral import NEUTRAL_EXAMPLES
from tasks.benchmarks.official import Contents, Official, Source
from tasks.benchmarks.sources import read_placed_rows
from tasks.data_files.records import Record
from tasks.domain import Benchmark, Dimension, Domain, content_hash
from tasks.errors import InputError

_FIELDS = ("instruction", "output")


def about() -> Benchmark:
    """The benchmark without its items."""
    return Benchmark(
        benchmark_id="alpaca_eval",
        verified="file",
        title="AlpacaEval-style pairwise helpfulness",
        dimension=Dimension.INSTRUCTION_FOLLOWING,
        domain=Domain.CHAT,
        scorer="preferred",
        metric="win_rate",
        items=(),
        instruction="",
        examples=NEUTRAL_EXAMPLES,
        licence="CC BY-NC 4.0 as stated by the authors (data; non-commercial)",
        citation="Li et al. 2023, AlpacaEval; Dubois et al. 2023, arXiv 2305.14387",
        cluster_meaning="the instruction; each stands alone",
        pitfalls="A judge's win rate against the file's reference outputs; ties count half; longer answers are liked.",
        chance_score=0.5,
        max_tokens=2048,
    )


def read(source: Source, cluster_by: str | None) -> Contents:
    """The official rows: instruction, output, generator, dataset."""
    rows = read_placed_rows(source, "AlpacaEval rows")
    return Contents(_fields(where, row, cluster_by) for where, row in rows)


OFFICIAL = Official(about=about, read=read, count_items=805, count_clusters=805)


def _fields(where: str, row: Record, cluster_by: str | None) -> dict[str, Any]:
    if not all(isinstance(row.get(name), str) for name in _FIELDS):
        raise InputError(f"{where}: expected the texts {', '.join(_FIELDS)}, found {str(row)[:60]!r}.")
    reference = {"reference": row["output"], "reference_model": row.get("generator")}
    return {
        "question": row["instruction"],
        "target": json.dumps(reference, sort_keys=True),
        "cluster_id": cluster_of(row, cluster_by, where, content_hash(row["instruction"])),
        "subset": str(row.get("dataset") or "all"),
        "chance_score": 0.5,
    }
