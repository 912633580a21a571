"""Writes the files of a benchmark for a test, and builds the completion prompt of an item."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.domain import Benchmark, PromptStyle


def write_files(folder: Path, files: Mapping[str, Any]) -> str:
    """Write texts as they are and everything else as JSON; returns the folder as a source."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(folder)


def completion(benchmark: Benchmark, index: int) -> str:
    return benchmark.render(benchmark.items[index], PromptStyle.COMPLETION).text
