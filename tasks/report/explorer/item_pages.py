"""Write the pages of the explorer: a folder of data for each publication, and the page that names it.

Tested in tests/tasks/steps/publish/test_item_pages.py.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from warehouse.whole_files import own_folder, swapped_in

_SHARD_ITEMS = 100
_LONGEST_TEXT = 20_000  # characters; `aligntax item` shows more
_ASSETS = ("explorer.css", "explorer.js")


@dataclass(frozen=True, slots=True)
class ExploredItem:
    """An item of a benchmark with the answers to it, by model: outcome, value, the answer found, and the text."""

    benchmark_id: str
    item_id: str
    foreign_id: str
    subset: str
    question: str | None
    target: str | None
    is_hidden: bool
    answers: Mapping[str, tuple[str, float | None, str | None, str | None]]


def write_item_pages(
    items: Iterable[ExploredItem], bases: Mapping[str, str | None], as_of_date: str, folder: Path
) -> Path:
    """Write the data beside those of the publication before, then swap in the page that names them.

    Args:
        items: sorted by benchmark; read once, and never all in memory with their texts.
        bases: the base of each model; None for a model that is not compared with one.
        as_of_date: the date that the page shows.
        folder: where ``index.html`` stands.

    Returns:
        The path of the page.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with own_folder(folder, ".new-") as place:
        building = place / "data"
        building.mkdir(mode=0o700)
        _write_data(items, bases, as_of_date, building)
        for path in building.iterdir():
            path.chmod(0o600)  # answers are for the user alone
        data = folder / f"data-{_digest(building)}"
        if not data.exists():
            building.replace(data)
    with swapped_in(folder / "index.html") as page:
        page.write_text(_asset("index.html").replace("DATA", data.name), encoding="utf-8")
    _remove_older(data)
    return folder / "index.html"


def _write_data(items: Iterable[ExploredItem], bases: Mapping[str, str | None], as_of_date: str, folder: Path) -> None:
    """The shards of every benchmark, the index, and the page's own files."""
    benchmarks = [
        _write_benchmark(number, name, of_benchmark, folder)
        for number, (name, of_benchmark) in enumerate(groupby(items, key=lambda item: item.benchmark_id))
    ]
    index = {"date": as_of_date, "bases": bases, "benchmarks": benchmarks}
    (folder / "index.js").write_bytes(b"aligntaxIndex(" + orjson.dumps(index) + b");\n")
    for name in _ASSETS:
        (folder / name).write_text(_asset(name), encoding="utf-8")


def _write_benchmark(number: int, name: str, items: Iterable[ExploredItem], folder: Path) -> dict[str, Any]:
    """Write the shards of a benchmark; returns what the index says of it."""
    models: dict[str, int] = {}
    listed: list[list[Any]] = []
    texts: list[list[Any]] = []
    for item in items:
        for model in item.answers:
            models.setdefault(model, len(models))
        found = [(models[model], *answer) for model, answer in item.answers.items()]
        outcomes = [[place, outcome, value] for place, outcome, value, _, _ in found]
        listed.append([item.item_id, item.foreign_id, item.subset, outcomes])
        answers = [[place, answer, _cut(response)] for place, _, _, answer, response in found]
        texts.append([_cut(item.question), item.target, item.is_hidden, answers])
        if len(texts) == _SHARD_ITEMS:
            _write_shard(number, len(listed) // _SHARD_ITEMS - 1, texts, folder)
            texts = []
    if texts:
        _write_shard(number, len(listed) // _SHARD_ITEMS, texts, folder)
    return {"id": name, "models": list(models), "shard": _SHARD_ITEMS, "items": listed}


def _write_shard(benchmark: int, number: int, texts: list[list[Any]], folder: Path) -> None:
    call = b"aligntaxShard(%d,%d," % (benchmark, number)
    (folder / f"items-{benchmark}-{number}.js").write_bytes(call + orjson.dumps(texts) + b");\n")


def _cut(text: str | None) -> str | None:
    if text is None or len(text) <= _LONGEST_TEXT:
        return text
    return f"{text[:_LONGEST_TEXT]}\n... {len(text) - _LONGEST_TEXT} characters more"


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _remove_older(kept: Path) -> None:
    """Keep the data that the page names and the newest of the others, which an open page may still read."""
    others = [path for path in kept.parent.glob("data-*") if path != kept]
    for path in sorted(others, key=lambda path: path.stat().st_mtime)[:-1]:
        shutil.rmtree(path, ignore_errors=True)


def _asset(name: str) -> str:
    return resources.files("tasks.report.explorer").joinpath("assets", name).read_text(encoding="utf-8")
