"""IFEval from its file: 541 prompts with one to three instructions that a program can check. No item is shipped.

Citation: Zhou et al. 2023, "Instruction-Following Evaluation for Large Language Models", arXiv 2311.07911. Licence:
Apache-2.0, as the authors' repository states.
Pitfalls: only the form is judged, a text about something else passes. Two editions of the prompts exist, and scores on
one say nothing about the other: 384 of the 540 prompts compared differ. The scorer ``instructions`` judges the
answer as it stands (strict), ``instructions_loose`` its best variant; the authors' instruction level pools instructions
over prompts, ``instructions_share`` gives each prompt the same weight. For a letter
that is none (``#``) the authors' code checks one drawn at random; here it is the one that was asked for.

Files: the repository's ``input_data.jsonl`` or the data set ``google/IFEval``, whose instructions carry every parameter
of every kind, most of them empty. Verified on the file with the authors' recorded verdicts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.sources import read_files
from tasks.domain import Benchmark, Dimension, Domain, identified
from tasks.errors import InputError, suggestion
from tasks.scorers.instruction_checks import CHECKS, is_complete

Row = Mapping[str, Any]


def load(source: str | Path, cluster_by: str | None = None) -> Benchmark:
    """Read the prompts with their instructions.

    Args:
        source: see ``sources.read_files``.
        cluster_by: the column whose value groups items with correlated answers; by default by the first instruction.

    Raises:
        InputError: the file is missing, unreadable, or a row's instructions cannot be checked.
    """
    files = read_files(source, "IFEval prompts", hub_files=("ifeval_input_data.jsonl",))
    items = identified(_fields(where, row, cluster_by) for file in files for where, row in file.placed_records())
    if not items:
        raise InputError(f"{source}: holds no prompt. Expected IFEval prompts.")
    return Benchmark(
        benchmark_id="ifeval",
        title="IFEval",
        dimension=Dimension.INSTRUCTION_FOLLOWING,
        domain=Domain.CHAT,
        scorer="instructions",
        metric="prompt_strict_accuracy",
        items=items,
        instruction="",
        examples=(),
        licence="Apache-2.0 as stated by the authors' repository",
        citation="Zhou et al. 2023, arXiv 2311.07911",
        cluster_meaning=cluster_by or "kind of the first instruction",
        pitfalls="Only the form is judged; two editions of the prompts differ; strict and loose differ by points.",
        max_tokens=1280,
        verified="file",
    )


def _fields(where: str, row: Row, cluster_by: str | None) -> dict[str, Any]:
    ids, parameters = row.get("instruction_id_list"), row.get("kwargs")
    if not row.get("prompt") or not isinstance(ids, list) or not isinstance(parameters, list) or not ids:
        raise InputError(f"{where}: expected prompt, instruction_id_list and kwargs, found {', '.join(map(str, row))}.")
    if len(ids) != len(parameters):
        raise InputError(f"{where}: expected one kwargs for each of {len(ids)} instructions, found {len(parameters)}.")
    instructions = [_instruction(where, *pair) for pair in zip(ids, parameters, strict=True)]
    return {
        "question": str(row["prompt"]),
        "target": json.dumps(instructions, ensure_ascii=False, sort_keys=True),
        "cluster_id": cluster_of(row, cluster_by, where, str(ids[0])),
        "subset": str(ids[0]).partition(":")[0],
        "chance_score": 0.0,
        "foreign_id": str(row["key"]) if "key" in row else None,
    }


def _instruction(where: str, kind: Any, parameters: Any) -> dict[str, Any]:
    """The instruction with the parameters of its kind; other editions list all parameters, and whole numbers as 3.0."""
    if kind not in CHECKS:
        raise InputError(f"{where}: {kind!r} is not an instruction. {suggestion(str(kind), CHECKS)}")
    given = {name: value for name, value in dict(parameters or {}).items() if value is not None}
    whole = {n: int(v) if isinstance(v, float) and v.is_integer() else v for n, v in given.items()}
    instruction = {"kind": kind, **whole}
    if not is_complete(instruction):
        wanted = ", ".join(CHECKS[kind].parameters) or "no parameters"
        raise InputError(f"{where}: {kind} expects {wanted}, found {json.dumps(given, ensure_ascii=False)[:120]}.")
    return instruction
