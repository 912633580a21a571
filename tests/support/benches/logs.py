"""Memory for a big log of another tool: its made-up samples are imported, scored and published.

``python -m tests.support.benches.logs KIND MEGABYTES FOLDER`` writes a log of that size (``json`` and ``eval`` of
Inspect, ``lm_eval``), imports it twice, the second time with a publication, and prints rows, seconds and peak memory
as JSON. A sample has a conversation, events and metadata beside its text, as real ones do.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flows.cli import import_logs
from tasks.importers import LOG_TOOLS

CONFIG = """
model_defaults: {provider: recorded}
models: [{id: base, model: org/base}]
benchmarks: [arithmetic]
"""
ANSWER_CHARACTERS = 3_000
WORDS = (
    "the",
    "of",
    "and",
    "to",
    "in",
    "is",
    "that",
    "it",
    "as",
    "was",
    "with",
    "be",
    "by",
    "on",
    "this",
    "from",
    "but",
)
EVAL = {"task": "sums", "model": "org/base", "task_version": 1}
TIME = "2026-01-31T10-00-00.0"


def text(number: int, characters: int) -> str:
    """A text that differs from number to number."""
    words = random.Random(number).choices(WORDS, k=characters // 4)
    return f"{number}: {' '.join(words)}"[:characters]


def inspect_sample(number: int) -> dict[str, Any]:
    asked, answered = text(number, 500), text(-number - 1, ANSWER_CHARACTERS)
    message = {"role": "assistant", "content": answered}
    return {
        "id": number,
        "epoch": 1,
        "input": asked,
        "target": "7",
        "messages": [{"role": "user", "content": asked}, message],
        "output": {"model": "base", "choices": [{"message": message, "stop_reason": "stop"}]},
        "scores": {"match": {"value": "C" if number % 3 else "I", "answer": "7"}},
        "events": [{"event": "model", "output": answered}],
        "metadata": {"subject": f"subject {number % 40}"},
    }


def write_json(folder: Path, size: int) -> list[Path]:
    path = folder / "log.json"
    with path.open("w") as file:
        file.write(json.dumps({"version": 2, "status": "success", "eval": EVAL})[:-1] + ', "samples": [')
        for number, sample in enumerate(written(file.tell, size, inspect_sample)):
            file.write(("," if number else "") + json.dumps(sample))
        file.write("]}")
    return [path]


def write_eval(folder: Path, size: int) -> list[Path]:
    path = folder / "log.eval"
    with path.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for sample in written(file.tell, size, inspect_sample):
            archive.writestr(f"samples/{sample['id']}_epoch_1.json", json.dumps(sample))
        archive.writestr("header.json", json.dumps({"status": "success", "eval": EVAL}))
    return [path]


def lm_eval_record(number: int) -> dict[str, Any]:
    asked = text(number, 500)
    return {
        "doc_id": number,
        "doc": {"question": asked, "answer": text(number, 1_000)},
        "target": "7",
        "arguments": {"gen_args_0": {"arg_0": text(0, 2_000) + asked, "arg_1": {"until": ["\n"]}}},
        "resps": [[text(-number - 1, ANSWER_CHARACTERS)]],
        "filtered_resps": ["7"],
        "filter": "strict-match",
        "metrics": ["exact_match"],
        "exact_match": float(number % 3 > 0),
    }


def write_lm_eval(folder: Path, size: int) -> list[Path]:
    run = folder / "org__base"
    run.mkdir()
    with (run / f"samples_sums_{TIME}.jsonl").open("w") as file:
        for record in written(file.tell, size, lm_eval_record):
            file.write(json.dumps(record) + "\n")
    (run / f"results_{TIME}.json").write_text(json.dumps({"model_name": "org/base", "versions": {"sums": 1}}))
    return [folder / "org__base"]


def written(
    position: Callable[[], int], size: int, record: Callable[[int], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield records until the file has its size."""
    number = 0
    while position() < size:
        yield record(number)
        number += 1


KINDS: dict[str, tuple[str, Callable[[Path, int], list[Path]]]] = {
    "json": ("inspect", write_json),
    "eval": ("inspect", write_eval),
    "lm_eval": ("lm-eval", write_lm_eval),
}


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(kind: str, megabytes: int, folder: Path) -> None:
    tool_name, write = KINDS[kind]
    (tool,) = (tool for tool in LOG_TOOLS if tool.command == tool_name)
    config = folder / "aligntax.yaml"
    config.write_text(CONFIG)
    paths = write(folder, megabytes * 1_000_000)
    command = import_logs.command_of(tool)
    found: dict[str, float] = {"written_mb": peak_mb()}
    started = time.perf_counter()
    command(paths, config=config, as_of="2026-01-31", no_publish=True)
    found |= {"import_s": time.perf_counter() - started, "import_mb": peak_mb()}
    command(paths, config=config, as_of="2026-01-31")
    found |= {"seconds": time.perf_counter() - started, "peak_mb": peak_mb()}
    from warehouse.connection import Warehouse

    with Warehouse.read(folder / "publish" / "aligntax.duckdb") as reader:
        found["rows"] = reader.rows("select count(*) from marts.fct_scores")[1][0][0]
    sys.stdout.write("\n" + json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
