"""Contrast pairs: the same prompt with an answer that shows a behaviour, and with one that does not.

Some sets come with the program (``pairs/``); others are JSON Lines with ``positive``, ``negative`` and perhaps
``prompt``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.errors import InputError, UsageError, suggestion

_SHIPPED = Path(__file__).with_name("pairs")
_FEWEST = 8


@dataclass(frozen=True, slots=True)
class ContrastPair:
    """Two texts; with a prompt they answer it."""

    positive: str
    negative: str
    prompt: str | None = None


def contrast_pairs(source: str) -> list[ContrastPair]:
    """The pairs of a shipped set or of a file.

    Raises:
        UsageError: The name is neither a set that we ship nor a file.
        InputError: The file holds something else, or too few pairs.
    """
    shipped = {path.stem: path for path in _SHIPPED.glob("*.jsonl")}
    path = shipped.get(source, Path(source))
    if not path.is_file():
        raise UsageError(f"{source!r} is neither a file nor a set of pairs. {suggestion(source, shipped)}")
    lines = path.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    pairs = [_pair(f"{path}: line {number}", line) for number, line in enumerate(lines, start=1) if line.strip()]
    if len(pairs) < _FEWEST:
        raise InputError(f"{path}: must hold at least {_FEWEST} pairs, found {len(pairs)}.")
    return pairs


def _pair(place: str, line: str) -> ContrastPair:
    try:
        record: Any = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise InputError(f'{place}: must be a JSON object such as {{"positive": "Yes", "negative": "No"}}.')
    for name in ("positive", "negative"):
        if not isinstance(record.get(name), str) or not record[name].strip():
            raise InputError(f"{place}: must hold a text under {name!r}.")
    if record["positive"] == record["negative"]:
        raise InputError(f"{place}: positive and negative must differ.")
    prompt = record.get("prompt")
    if prompt is not None and not isinstance(prompt, str):
        raise InputError(f"{place}: prompt must be a text.")
    return ContrastPair(record["positive"], record["negative"], prompt)
