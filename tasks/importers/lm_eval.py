"""Output folders of the LM Evaluation Harness: ``results_<time>.json`` with ``samples_<task>_<time>.jsonl`` beside it.

Run it with ``--log_samples``; results alone are aggregates, which no item-level import can use. A generation task logs
its text once per filter, a likelihood task the log-likelihood of each choice and no text. Tasks on whole texts
(``word_perplexity`` and the like) log the geometric mean of the words' probabilities and the number of words.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from tasks.data_files import read_records
from tasks.domain import content_hash
from tasks.errors import InputError
from tasks.importers.log import MALFORMED, ForeignLog, ForeignScore, LogSample, LogTool, as_value, problem_of

_NAME = "lm_eval"
_TIME = r"\d{4}-\d{2}-\d{2}T[\d:.-]+"
_RESULTS = re.compile(rf"results_(?P<time>{_TIME})\.json")
_SAMPLES = re.compile(rf"samples_(?P<task>.+)_(?P<time>{_TIME})\.jsonl")
_PERPLEXITY = re.compile(r"(?P<unit>word|byte)_perplexity")
_QUESTIONS = ("question", "query", "problem", "prompt", "goal", "input", "sentence", "ctx")
# In this order the harness itself finds a model's name in its arguments.
_MODEL_KEYS = ("peft", "delta", "pretrained", "model", "path", "engine")

Record = Mapping[str, Any]


def read_lm_eval(folder: Path) -> list[ForeignLog]:
    """One log per results file under a folder, with the samples of the same time.

    Raises:
        InputError: there is no such folder, it holds no samples, or its results are not JSON.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder. Expected the one given to lm-eval as --output_path.")
    samples: dict[tuple[Path, str], dict[str, Path]] = {}
    for path in sorted(folder.rglob("samples_*.jsonl")):
        if found := _SAMPLES.fullmatch(path.name):
            samples.setdefault((path.parent, found["time"]), {})[found["task"]] = path
    results = {
        (path.parent, found["time"]): path
        for path in sorted(folder.rglob("results_*.json"))
        if (found := _RESULTS.fullmatch(path.name))
    }
    if not samples:
        raise InputError(f"{folder}: holds no samples_<task>_<time>.jsonl. Run lm-eval with --log_samples.")
    first, *others = (_log(files, results.get(key), key[0]) for key, files in samples.items())
    alone = sorted(results[key].name for key in results.keys() - samples.keys())
    notes = tuple(f"skipped {name}: no samples beside it (--log_samples)" for name in alone)
    return [replace(first, notes=notes), *others]


def _log(files: Mapping[str, Path], results: Path | None, folder: Path) -> ForeignLog:
    described = _document(results) if results else {}
    model = _model(described, folder)
    groups = _groups(described)
    skipped: Counter[str] = Counter()
    directions = described.get("higher_is_better") or {}
    lower = {
        f"{_NAME}:{metric}"
        for task in files
        for metric, is_up in (directions.get(task) or {}).items()
        if is_up is False
    }
    versions = described.get("versions") or {}
    return ForeignLog(
        tool=_NAME,
        sources=tuple(files.values()),
        samples=partial(_samples, files, model, groups, skipped),
        version="-".join(sorted({str(versions.get(task, 0)) for task in files})),
        model=model,
        lower_is_better=frozenset(lower),
        skipped=skipped,
    )


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({error}).") from error
    if not isinstance(document, dict):
        raise InputError(f"{path}: must hold the results of lm-eval, found {type(document).__name__}.")
    return document


def _model(described: Record, folder: Path) -> str:
    """The model's name as the harness noted it; without results, from the folder it named after the model."""
    if name := described.get("model_name"):
        return str(name)
    arguments = (described.get("config") or {}).get("model_args") or {}
    if isinstance(arguments, str):
        arguments = dict(part.split("=", maxsplit=1) for part in arguments.split(",") if "=" in part)
    return next((str(arguments[key]) for key in _MODEL_KEYS if arguments.get(key)), folder.name.replace("__", "/"))


def _groups(described: Record) -> dict[str, str]:
    """The outermost group of each task, as ``mmlu`` of ``mmlu_abstract_algebra``."""
    subtasks: Mapping[str, Sequence[str]] = described.get("group_subtasks") or {}
    parents = {task: group for group, tasks in subtasks.items() for task in tasks}
    outermost = {}
    for task in parents:
        top = task
        while top in parents:
            top = parents[top]
        outermost[task] = top
    return outermost


def _samples(
    files: Mapping[str, Path], model: str, groups: Mapping[str, str], skipped: Counter[str]
) -> Iterator[LogSample]:
    for task, path in files.items():
        for place, record in read_records(path):
            try:
                yield _sample(record, model, task, groups.get(task), skipped)
            except MALFORMED as error:
                raise InputError(f"{path}: {place} is not a sample of lm-eval ({problem_of(error)}).") from error


def _sample(record: Record, model: str, task: str, group: str | None, skipped: Counter[str]) -> LogSample:
    doc = record["doc"] if isinstance(record["doc"], dict) else {"text": record["doc"]}
    requests = _requests(record["arguments"])
    has_text = isinstance(requests[0][1], Mapping) if len(requests[0]) > 1 else False
    responses = record["resps"]
    response = answer = None
    choices: tuple[str, ...] = ()
    if has_text:
        first = responses[0] if isinstance(responses[0], list) else responses
        response = str(first[0])
        if len(first) > 1:
            skipped["further responses to the same item: the harness scores them together"] += len(first) - 1
    elif len(requests) > 1:
        likelihoods = [float(entry[0][0]) for entry in responses]
        choices = tuple(str(request[1]).strip() for request in requests)
        answer = choices[likelihoods.index(max(likelihoods))]
    return LogSample(
        model=model,
        task=group or task,
        item=f"{task}/{record['doc_id']}" if group else str(record["doc_id"]),
        content=content_hash(task, doc),
        question=next((str(doc[name]) for name in _QUESTIONS if isinstance(doc.get(name), str)), str(requests[0][0])),
        target=str(record["target"]),
        choices=choices,
        repeat=0,
        response=response,
        scores=tuple(_scores(record, answer, skipped)),
        group=task if group else None,
    )


def _requests(arguments: Any) -> list[list[Any]]:
    """What was asked: context and either a continuation or the parameters of a generation, per request."""
    if isinstance(arguments, Mapping):
        return [list(request.values()) for request in arguments.values()]
    return [request if isinstance(request, list) else [request] for request in arguments]


def _scores(record: Record, answer: str | None, skipped: Counter[str]) -> Iterator[ForeignScore]:
    """Each metric under its name; of a filter that is not the only one, with it, as the harness prints them."""
    chosen = record.get("filter", "none")
    for metric in record.get("metrics") or ():
        name = f"{_NAME}:{metric}" if chosen == "none" else f"{_NAME}:{metric},{chosen}"
        try:
            if found := _PERPLEXITY.fullmatch(metric):
                yield _weighed(f"{_NAME}:{found['unit']}_probability", record[metric])
            else:
                yield ForeignScore.of(name, as_value(record[metric]), answer)
        except ValueError as error:
            skipped[f"scores of {name}: {error}"] += 1


def _weighed(name: str, entry: Any) -> ForeignScore:
    """A text's log-likelihood and how many units it has, as a mean probability; the number is kept as answer.

    Raises:
        ValueError: the entry is not such a pair.
    """
    try:
        likelihood, count = map(float, entry)
        value = math.exp(likelihood / count)
    except (TypeError, ValueError, ArithmeticError):
        raise ValueError("no log-likelihood of a text with its length") from None
    return ForeignScore.of(name, as_value(value), f"{count:.15g}")


TOOL = LogTool(
    command="lm-eval",
    help="Import folders of the LM Evaluation Harness: samples_*.jsonl with their results_*.json.",
    metavar="FOLDER",
    given="The --output_path of a run with --log_samples, or several.",
    read=read_lm_eval,
)
