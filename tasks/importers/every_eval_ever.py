"""Instance-level files of Every Eval Ever (evaleval/every_eval_ever): an answer a line, schema 0.2 and 0.3.

An aggregate file (``eval.schema.json``) stands for the instance-level file that it names, if that lies beside it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from tasks.data_files.tables import check_file, read_records
from tasks.domain import content_hash
from tasks.errors import InputError
from tasks.importers.log import MALFORMED, ForeignLog, ForeignScore, LogSample, LogTool, as_value, problem_of

_NAME = "every_eval_ever"
_GROUPS = ("subject", "category", "subset")

Record = Mapping[str, Any]


def read_every_eval_ever(path: Path) -> ForeignLog:
    """Open a file; its samples are read as they are asked for.

    Raises:
        InputError: no such file, or an aggregate without its instances.
    """
    check_file(path)
    lower: frozenset[str] = frozenset()
    if path.suffix == ".json":
        path, lower = _instances(path)
    skipped: Counter[str] = Counter()
    samples = partial(_samples, path, skipped)
    return ForeignLog(tool=_NAME, sources=(path,), samples=samples, lower_is_better=lower, skipped=skipped)


def _instances(aggregate: Path) -> tuple[Path, frozenset[str]]:
    """The file of an aggregate's items, and the scorer's name if less is better throughout."""
    try:
        document = json.loads(aggregate.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{aggregate}: not JSON ({error}).") from error
    detailed = document.get("detailed_evaluation_results") if isinstance(document, dict) else None
    named = (detailed or {}).get("file_path") or ""
    found = aggregate.parent / PurePosixPath(named).name
    if not named or not found.is_file():
        raise InputError(
            f"{aggregate}: an aggregate whose items are not here (detailed_evaluation_results: {named!r}). "
            "A tax needs items: give the *_samples.jsonl file."
        )
    directions = [(r.get("metric_config") or {}).get("lower_is_better") for r in document.get("evaluation_results", [])]
    return found, frozenset({f"{_NAME}:score"} if directions and all(directions) else ())


def _samples(path: Path, skipped: Counter[str]) -> Iterator[LogSample]:
    seen: dict[tuple[Any, ...], int] = {}
    for place, record in read_records(path):
        try:
            key = tuple(record.get(name) for name in ("model_id", "evaluation_name", "sample_id"))
            seen[key] = seen.get(key, -1) + 1
            yield replace(_sample(record, seen[key], skipped), place=f"{path}: {place}")
        except MALFORMED as error:
            raise InputError(f"{path}: {place} is not an instance of Every Eval Ever ({problem_of(error)}).") from error


def _sample(record: Record, repeat: int, skipped: Counter[str]) -> LogSample:
    asked, judged = record["input"], record["evaluation"]
    references = _texts(asked.get("reference"))
    choices = _texts(asked.get("choices"))
    target = references[0] if len(references) == 1 else json.dumps(references)
    usage, spent, details = (record.get(name) or {} for name in ("token_usage", "performance", "metadata"))
    latency = spent.get("latency_ms")
    return LogSample(
        model=str(record["model_id"]),
        task=str(record["evaluation_name"]),
        item=str(record["sample_id"]),
        content=content_hash(asked["raw"], choices, references),
        question=str(asked["raw"]),
        target=target,
        choices=choices,
        repeat=repeat,
        response=None if record.get("error") else _response(record),
        reasoning="\n".join(_texts((record.get("output") or {}).get("reasoning_trace"))) or None,
        scores=tuple(_scores(record, judged, skipped)),
        group=next((str(details[name]) for name in _GROUPS if details.get(name)), None),
        tokens_input=usage.get("input_tokens"),
        tokens_output=usage.get("output_tokens"),
        tokens_reasoning=usage.get("reasoning_tokens"),
        latency_ms=spent.get("generation_time_ms") if latency is None else latency,
        error=str(record["error"])[:500] if record.get("error") else None,
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else () if value is None else (str(value),)


def _response(record: Record) -> str | None:
    """The output of a single turn, or the last thing a model said in a conversation."""
    if raw := _texts((record.get("output") or {}).get("raw")):
        return raw[0]
    said = [turn.get("content") for turn in record.get("messages") or () if turn.get("role") == "assistant"]
    return said[-1] if said else None


def _scores(record: Record, judged: Record, skipped: Counter[str]) -> Iterator[ForeignScore]:
    """The score under one name. A score that is not a proportion is replaced by whether the answer was correct."""
    attributed = record.get("answer_attribution") or [{}]
    answer = attributed[-1].get("extracted_value")
    scorer = f"{_NAME}:score"
    try:
        yield ForeignScore.of(scorer, as_value(judged.get("score")), answer)
    except ValueError as error:
        skipped[f"scores of {scorer}: {error}; is_correct counts instead"] += 1
        yield ForeignScore.of(scorer, as_value(judged.get("is_correct")), answer)


TOOL = LogTool(
    command="every-eval-ever",
    help="Import instance-level files of Every Eval Ever (.jsonl, or the .json that names one).",
    metavar="PATH",
    given="Files, or folders of them; one or more.",
    read=lambda path: [read_every_eval_ever(path)],
    patterns=("*_samples.jsonl", "*.jsonl"),
)
