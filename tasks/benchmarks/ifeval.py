"""IFEval from its file: 541 prompts with one to three instructions that a program can check. No item is shipped.

Citation: Zhou et al. 2023, "Instruction-Following Evaluation for Large Language Models", arXiv 2311.07911. Licence:
Apache-2.0, as the authors' repository states.
Pitfalls: only the form is judged; a text about something else passes. There are two editions of the prompts, and a
score on one says nothing about the other: 384 of the 540 prompts that were compared differ. The scorer
``instructions`` judges the answer as it stands (strict), ``instructions_loose`` judges its best variant. The authors'
instruction level counts all instructions of all prompts alike: it is the metric ``instruction_accuracy`` beside the
score, while ``instructions_share`` counts all prompts alike. Where
an instruction asks for a letter and names a sign such as ``#``, the authors' code draws a letter at random; we check
the sign that was asked for.

Files: the repository's ``input_data.jsonl``, or the data set ``google/IFEval``, whose instructions carry every
parameter of every kind, most of them empty; also the English part of M-IFEval, ``en_input_data.jsonl``. Verified on the
file with the authors' recorded verdicts.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tasks.benchmarks.columns import cluster_of
from tasks.benchmarks.official import Contents, Official, Source
from tasks.benchmarks.sources import read_placed_rows
from tasks.data_files.records import Record
from tasks.domain import Benchmark, Dimension, Domain
from tasks.errors import InputError, suggestion
from tasks.scorers.instruction_checks import CHECKS, is_complete

_LANGUAGE = re.compile(r"(es|fr|ja):")


def about() -> Benchmark:
    """The benchmark without its items."""
    return Benchmark(
        benchmark_id="ifeval",
        title="IFEval",
        dimension=Dimension.INSTRUCTION_FOLLOWING,
        domain=Domain.CHAT,
        scorer="instructions",
        metric="prompt_strict_accuracy",
        items=(),
        instruction="",
        examples=(),
        licence="Apache-2.0 as stated by the authors' repository",
        citation="Zhou et al. 2023, arXiv 2311.07911",
        cluster_meaning="kind of the first instruction",
        pitfalls="Only the form is judged; two editions of the prompts differ; strict and loose differ by points.",
        max_tokens=1280,
        verified="file",
    )


def read(source: Source, cluster_by: str | None) -> Contents:
    """The prompts with their instructions."""
    rows = read_placed_rows(source, "IFEval prompts", hub_files=("ifeval_input_data.jsonl",))
    return Contents.of_rows((where, _fields(where, row, cluster_by)) for where, row in rows)


OFFICIAL = Official(about=about, read=read, count_items=541, count_clusters=25)


def _fields(where: str, row: Record, cluster_by: str | None) -> dict[str, Any]:
    ids, parameters = row.get("instruction_id_list"), row.get("kwargs")
    if not row.get("prompt") or not isinstance(ids, list) or not isinstance(parameters, list) or not ids:
        raise InputError(f"{where}: expected prompt, instruction_id_list and kwargs, found {', '.join(map(str, row))}.")
    if len(ids) != len(parameters):
        raise InputError(f"{where}: expected one kwargs for each of {len(ids)} instructions, found {len(parameters)}.")
    instructions = [_instruction(where, *pair) for pair in zip(ids, parameters, strict=True)]
    return {
        "question": str(row["prompt"]),
        "target": json.dumps(instructions, ensure_ascii=False, sort_keys=True),
        "cluster_id": cluster_of(row, cluster_by, where, instructions[0]["kind"]),
        "subset": instructions[0]["kind"].partition(":")[0],
        "chance_score": 0.0,
        "foreign_id": str(row["key"]) if "key" in row else None,
    }


def _instruction(where: str, kind: Any, parameters: Any) -> dict[str, Any]:
    """The instruction with the parameters of its kind; the data set lists all parameters, and whole numbers as 3.0.

    M-IFEval puts the language before a kind. Its English part is IFEval's; the others have checks of their own.
    """
    kind = str(kind).removeprefix("en:")
    if found := _LANGUAGE.match(kind):
        raise InputError(
            f"{where}: {kind!r} is of the {found[1]} part of M-IFEval, whose checks are its own. "
            "Only its English part (en:) can be scored."
        )
    if kind not in CHECKS:
        raise InputError(f"{where}: {kind!r} is not an instruction. {suggestion(kind, CHECKS)}")
    given = {name: value for name, value in dict(parameters or {}).items() if value is not None}
    whole = {n: int(v) if isinstance(v, float) and v.is_integer() else v for n, v in given.items()}
    instruction = {"kind": kind, **whole}
    if not is_complete(instruction):
        wanted = ", ".join(CHECKS[kind].parameters) or "no parameters"
        raise InputError(f"{where}: {kind} expects {wanted}, found {json.dumps(given, ensure_ascii=False)[:120]}.")
    return instruction
