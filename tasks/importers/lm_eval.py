"""Output folders of the LM Evaluation Harness, from version 0.4.0 on.

Run it with ``--log_samples``; results alone are aggregates, which no item-level import can use. Since 0.4.3 a run is
``results_<time>.json`` with ``samples_<task>_<time>.jsonl`` beside it. Before, it is ``results.json`` (or a name of the
user's) with ``<model arguments>_<task>.jsonl``, each a JSON list.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from tasks.data_files.tables import read_records
from tasks.errors import InputError
from tasks.importers.lm_eval_samples import NAME, TaskRecords
from tasks.importers.log import MALFORMED, ForeignLog, LogSample, LogTool, problem_of

_TIME = r"\d{4}-\d{2}-\d{2}T[\d:.-]+"
_SAMPLES = re.compile(rf"samples_(?P<task>.+)_(?P<time>{_TIME}?)\.jsonl?(?:\.gz)?")
_RESULTS = re.compile(rf".+_(?P<time>{_TIME}?)\.json")
_ENDINGS = (".json", ".jsonl", ".jsonl.gz", ".json.gz")
_RESULTS_BEGIN = re.compile(rb'\s*\{\s*"results"')
# In this order the harness itself finds a model's name in its arguments.
_MODEL_KEYS = ("peft", "delta", "pretrained", "model", "path", "engine")

Record = Mapping[str, Any]


@dataclass(slots=True)
class _Run:
    """The files of one run: the samples by task, and the results. ``label`` is the model as the files' names say it."""

    label: str
    samples: dict[str, Path] = field(default_factory=dict)
    results: Path | None = None


def read_lm_eval(path: Path) -> list[ForeignLog]:
    """One log per run: of all runs under a folder, or of the run that a file of samples belongs to.

    Raises:
        InputError: there is nothing at the path, it holds no samples, or its results are not JSON.
    """
    if not path.exists():
        raise InputError(f"{path}: no such folder. Expected the one given to lm-eval as --output_path, or samples.")
    beside = path.rglob("*") if path.is_dir() else path.parent.iterdir()
    files = sorted(file for file in beside if file.name.endswith(_ENDINGS) and file.is_file())
    runs, alone = _runs(files, None if path.is_dir() else path)
    if not runs:
        raise InputError(f"{path}: holds no samples_<task>_<time>.jsonl. Run lm-eval with --log_samples.")
    first, *others = map(_log, runs)
    unused = tuple(f"skipped {name}: no samples beside it (--log_samples)" for name in alone if path.is_dir())
    return [replace(first, notes=unused), *others]


def _runs(files: Sequence[Path], wanted: Path | None) -> tuple[list[_Run], list[str]]:
    """The runs that some files are of, and the names of results without samples.

    Args:
        files: All that there is.
        wanted: The only file whose samples are to be read; None for all.
    """
    runs: dict[tuple[Path, str], _Run] = {}
    results: dict[tuple[Path, str], Path] = {}
    untimed = []
    for file in files:
        if found := _SAMPLES.fullmatch(file.name):
            if wanted in {None, file}:
                run = runs.setdefault((file.parent, found["time"]), _Run(file.parent.name.replace("__", "/")))
                run.samples[found["task"]] = file
        elif found := _RESULTS.fullmatch(file.name):
            results[file.parent, found["time"]] = file
        else:
            untimed.append(file)
    for key, run in runs.items():
        run.results = results.get(key)
    alone = sorted(results[key].name for key in results.keys() - runs.keys())
    return [*runs.values(), *_untimed_runs(untimed, wanted)], alone


def _untimed_runs(files: Iterable[Path], wanted: Path | None) -> list[_Run]:
    """Runs of the versions up to 0.4.2, whose names begin with the arguments of the model."""
    heads = {file: _head(file) for file in files}
    results: dict[Path, list[tuple[Path, str]]] = {}
    for file, head in heads.items():
        if _RESULTS_BEGIN.match(head):
            arguments = _arguments_of(_document(file))
            results.setdefault(file.parent, []).append((file, re.sub("/|=", "__", arguments)))
    runs: dict[tuple[Path, str], _Run] = {}
    for file, head in heads.items():
        is_list = head.lstrip()[:1] == b"[" and "__" in file.name
        if _RESULTS_BEGIN.match(head) or not (is_list if wanted is None else file == wanted):
            continue
        stem = file.name.partition(".json")[0]
        known = [(found, prefix) for found, prefix in results.get(file.parent, ()) if stem.startswith(f"{prefix}_")]
        document, prefix = max(known, key=lambda each: len(each[1]), default=(None, _prefix(stem)))
        label = prefix.partition(",")[0].partition("__")[2].replace("__", "/") or file.parent.name.replace("__", "/")
        run = runs.setdefault((file.parent, prefix), _Run(label, results=document))
        run.samples[stem.removeprefix(prefix).removeprefix("_")] = file
    return list(runs.values())


def _head(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(64)


def _prefix(stem: str) -> str:
    """The arguments of the model in a name without results: up to the first low line behind the last double one."""
    before, double, rest = stem.rpartition("__")
    return f"{before}{double}{rest.partition('_')[0]}" if double else ""


def _log(run: _Run) -> ForeignLog:
    described = _document(run.results) if run.results else {}
    model = _model(described, run.label)
    groups = _groups(described)
    skipped: Counter[str] = Counter()
    versions = described.get("versions") or {}
    records = {
        task: partial(TaskRecords, model, task, groups.get(task), _filters(described, task), skipped)
        for task in run.samples
    }
    return ForeignLog(
        tool=NAME,
        sources=tuple(run.samples.values()),
        samples=partial(_samples, run.samples, records),
        version="-".join(sorted({str(versions.get(task, 0)) for task in run.samples})),
        model=model,
        lower_is_better=frozenset(name for task in run.samples for name in _lower(described, task)),
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


def _arguments_of(described: Record) -> str:
    arguments = (described.get("config") or {}).get("model_args") or ""
    return arguments if isinstance(arguments, str) else ",".join(f"{k}={v}" for k, v in arguments.items())


def _model(described: Record, label: str) -> str:
    """The model's name as the harness noted it; without results, as the names of folder and files say it."""
    if name := described.get("model_name"):
        return str(name)
    parts = (part.split("=", maxsplit=1) for part in _arguments_of(described).split(",") if "=" in part)
    arguments = {key.strip(): value for key, value in parts}
    return next((arguments[key] for key in _MODEL_KEYS if arguments.get(key)), label)


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


def _filters(described: Record, task: str) -> tuple[str, ...]:
    """The filters of a task in their order: as configured, else as its results name them (``exact_match,strict``)."""
    configured = ((described.get("configs") or {}).get(task) or {}).get("filter_list") or ()
    if names := tuple(str(entry["name"]) for entry in configured if isinstance(entry, dict) and "name" in entry):
        return names
    figures = (described.get("results") or {}).get(task) or {}
    return tuple(dict.fromkeys(figure.rpartition(",")[2] for figure in figures if "," in figure))


def _lower(described: Record, task: str) -> Iterator[str]:
    """The metrics of a task whose best value is 0: since 0.4.3 in the results, before in the task's configuration."""
    stated = (described.get("higher_is_better") or {}).get(task) or {}
    configured = ((described.get("configs") or {}).get(task) or {}).get("metric_list") or ()
    directions = {entry.get("metric"): entry.get("higher_is_better") for entry in configured} | stated
    return (f"{NAME}:{metric}" for metric, is_up in directions.items() if is_up is False)


def _samples(files: Mapping[str, Path], records: Mapping[str, partial[TaskRecords]]) -> Iterator[LogSample]:
    for task, path in files.items():
        reading = records[task]()
        for place, record in read_records(path):
            try:
                yield replace(reading.sample(record), place=f"{path}: {place}")
            except MALFORMED as error:
                raise InputError(f"{path}: {place} is not a sample of lm-eval ({problem_of(error)}).") from error


TOOL = LogTool(
    command="lm-eval",
    help="Import what the LM Evaluation Harness wrote: samples_*.jsonl with their results_*.json.",
    metavar="PATH",
    given="The --output_path of a run with --log_samples, or files of samples; one or more.",
    read=read_lm_eval,
)
