"""A file with every kind of composite model, and parts that say what a test wants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tasks import benchmarks
from tasks.composites import Occasion, Part
from tasks.domain import PromptStyle
from tasks.scorers import SCORERS
from tasks.settings import Settings, load_settings
from tests.support.known import known_names

NOW = datetime(2026, 1, 31, tzinfo=UTC)
CONFIG = """
model_defaults: {provider: openai, base_url: "http://127.0.0.1:1/v1", api: chat}
models:
  - {id: base, model: b, api: completions}
  - {id: aligned, model: a, base: base}
  - {id: warm, model: a, base: base, sampling: {temperature: 0.7}, differs: [temperature]}
  - {id: guarded, hybrid: {first: aligned, fallback: base, checker: jury, guardrail: Be careful.}}
  - {id: chosen, best_of: {model: warm, n: 3, chooser: jury}}
judges: [{id: jury, model: j, sampling: {temperature: 1.0}}]
benchmarks: [{id: borderline, sample_size: 5}]
"""


@pytest.fixture
def configured(tmp_path: Path) -> Callable[..., Settings]:
    """Load the file with some of its words changed."""

    def load(*changes: tuple[str, str]) -> Settings:
        text = CONFIG
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "aligntax.yaml"
        path.write_text(text)
        return load_settings(path, environment={}, known=known_names(benchmarks.known(), SCORERS))

    return load


@pytest.fixture
def occasion() -> Occasion:
    """The first item of a benchmark, asked as a chat for the second time."""
    benchmark = benchmarks.load("borderline")
    item = benchmark.items[0]
    return Occasion.of(benchmark, item, benchmark.render(item, PromptStyle.CHAT), repeat=1)


def part(text: str | None = "Yes.", **fields: Any) -> Part:
    given = {"status": "answered", "finish_reason": "stop", "attempts": 1, "finished_at": NOW}
    return Part(**{**given, "text": text, **fields})
