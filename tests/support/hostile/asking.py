"""A run against a hostile server: its questions, its command, and the memory that it takes."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.support.hostile.bodies import LETTERS, number
from tests.support.warm import Warm

_BETWEEN_S = 0.2
_LONGEST_S = 4 * 3600
# Each model, with its wire.
_MODELS = {
    "chat": {"api": "chat"},
    "text": {"api": "completions"},
    "messages": {"api": "messages", "provider": "anthropic"},
    "chat-letters": {"api": "chat"},
    "text-letters": {"api": "completions"},
}
PATHS = {
    "chat": "chat/completions",
    "text": "completions",
    "messages": "messages",
    "chat-letters": "chat/completions",
    "text-letters": "completions",
}


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked: ``count`` questions, each ``repeats`` times, of some models that are asked all alike."""

    models: tuple[str, ...]
    count: int
    repeats: int = 1
    concurrency: int = 64
    max_attempts: int = 5

    @property
    def total(self) -> int:
        """How many answers there are."""
        return len(self.models) * self.count * self.repeats

    def write(self, folder: Path, port: int) -> Path:
        """Write configuration and questions into a new folder; returns the folder."""
        folder.mkdir()
        rows = (
            {
                "question": f"No. {item}: what is it?",
                "target": str(number(item)),
                "options": ["nought", "one", "two", "three"],
                "letter": LETTERS[number(item) % len(LETTERS)],
            }
            for item in range(self.count)
        )
        (folder / "questions.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        (folder / "aligntax.yaml").write_text(json.dumps(self._settings(f"http://127.0.0.1:{port}")))
        return folder

    def _settings(self, address: str) -> dict[str, Any]:
        limits = {"concurrency": self.concurrency, "max_attempts": self.max_attempts, "timeout_s": 5}
        models = [
            {"id": name, "model": name, "base_url": address if name == "messages" else f"{address}/v1", **_MODELS[name]}
            for name in self.models
        ]
        return {
            "warehouse": "warehouse.duckdb",
            "model_defaults": {"provider": "openai", **limits},
            # Every answer counts here, so no cell may be left out.
            "thresholds": {"max_truncated_rate": 1, "max_failed_rate": 1, "max_empty_rate": 1},
            "models": models,
            "benchmarks": [
                {"id": "sums", "source": "questions.jsonl", "repeats": self.repeats, "define": self._defined()}
            ],
        }

    def _defined(self) -> dict[str, Any]:
        """The benchmark: the number is asked for, or the letter of the option that names it."""
        is_letters = "letters" in self.models[0]
        fields = {"choices": "options", "target": "letter"} if is_letters else {"target": "target", "chance": 0}
        question, answer = ("One and one?\nA. 2\nB. 3", "A") if is_letters else ("One and one?", "#### 2")
        return {
            "title": "Sums",
            "dimension": "capability",
            "domain": "reasoning",
            "metric": "accuracy",
            "scorer": "choice_likelihood" if is_letters else "gsm8k_strict",
            "fields": {"question": "question", **fields},
            "examples": [{"question": question, "answer": answer}],
            "instruction": "Add.",
            "licence": "ours",
            "citation": "ours",
            "pitfalls": "none",
        }


@dataclass(frozen=True, slots=True)
class Run:
    """What a run printed as JSON, and its memory: (requests answered so far, megabytes) again and again."""

    said: dict[str, Any]
    memory: tuple[tuple[int, float], ...]

    @property
    def peak_mb(self) -> float:
        """The most memory that the processes of the run took."""
        return max(megabytes for _, megabytes in self.memory)

    def mb_at(self, share: float) -> float:
        """The memory, in megabytes, when a share of all requests had been answered."""
        all_of_them = self.memory[-1][0]
        return next(megabytes for asked, megabytes in self.memory if asked >= share * all_of_them)


def run(warm: Warm, folder: Path, counted: Callable[[], int] = lambda: 0) -> Run:
    """Run the configuration of a folder to its end. ``counted`` tells how many requests the server has answered."""
    memory: list[tuple[int, float]] = []
    started = warm.start(folder, "run", "--as-of", "2026-01-31", "--json")
    over = threading.Event()

    def watch() -> None:
        process = psutil.Process(started.process.pid)
        while not over.wait(_BETWEEN_S):
            memory.append((counted(), _megabytes(process)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        done = started.ended(_LONGEST_S)
    finally:
        over.set()
        watcher.join()
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return Run(json.loads(done.stdout), tuple(memory))


def _megabytes(process: psutil.Process) -> float:
    """The resident memory of a process and all that it started."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for one in (process, *process.children(recursive=True)):
            total += one.memory_info().rss
    return total / 1e6
