"""Memory of a big import: made-up answers of 500 characters through `import responses`, scored and reported.

``python -m tests.support.benches.imports COUNT FOLDER`` prints rows, seconds and the process's peak memory as JSON.
Half the answers are from a base model and half from its aligned one, to a benchmark of the size of MMLU-Pro. A larger
COUNT adds repeats and not items, because a benchmark is held in memory and answers are not.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from flows.cli import importing

CONFIG = """
model_defaults: {provider: recorded}
models: [{id: base}, {id: aligned, base: base}]
benchmarks: [{id: mmlu_pro, source: items.jsonl}]
"""
ITEMS, LENGTH = 10_000, 500


def write_items(path: Path) -> None:
    with path.open("w") as file:
        for number in range(ITEMS):
            item = {
                "question_id": number,
                "question": f"Which letter does question {number} ask for?",
                "options": [f"option {letter}" for letter in "ABCDEFGHIJ"],
                "answer": "ABCDEFGHIJ"[number % 10],
                "category": f"category {number % 14}",
                "src": f"source {number % 200}",
            }
            file.write(json.dumps(item) + "\n")


def write_answers(path: Path, repeats: int, share: int) -> None:
    with path.open("w") as file:
        for repeat in range(repeats):
            for number in range(ITEMS):
                is_right = (number * 7919 + repeat * 31) % 10 < share
                letter = "ABCDEFGHIJ"[(number if is_right else number + 1) % 10]
                text = f"Thinking about {number} for the time number {repeat}. " + "So it goes. " * 40
                text = f"{text[: LENGTH - 20]} The answer is ({letter})."
                file.write(json.dumps({"item": str(number), "response": text}) + "\n")


def main(count: int, folder: Path) -> None:
    config = folder / "aligntax.yaml"
    config.write_text(CONFIG)
    write_items(folder / "items.jsonl")
    started = time.perf_counter()
    marks = {}
    for model, share in (("base", 7), ("aligned", 6)):
        answers = folder / f"{model}.jsonl"
        write_answers(answers, count // (2 * ITEMS), share)
        is_last = model == "aligned"
        importing.responses(
            answers, benchmark="mmlu_pro", model=model, config=config, as_of="2026-01-31", no_publish=not is_last
        )
        answers.unlink()
        marks[f"peak_{model}_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {"rows": count, "seconds": time.perf_counter() - started, **marks}
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write("\n" + json.dumps({**found, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
