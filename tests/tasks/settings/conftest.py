"""A small valid configuration, changed in one place per test."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tasks.settings import Settings, load_settings
from tests.support.known import known_names

REMOVED = object()
VALID: Mapping[str, Any] = {
    "models": [
        {
            "id": "llama-base",
            "provider": "openai",
            "endpoint": "vllm",
            "base_url": "http://127.0.0.1:8000/v1",
            "model": "meta-llama/Llama-3.1-8B",
            "api": "completions",
        },
        {
            "id": "llama-dpo",
            "provider": "openai",
            "endpoint": "vllm",
            "base_url": "http://127.0.0.1:8000/v1",
            "model": "llama-dpo",
            "api": "chat",
            "base": "llama-base",
        },
    ],
    "benchmarks": ["arithmetic", {"id": "harmful", "sample_size": 20}],
}


def changed(changes: Mapping[tuple[str | int, ...], Any]) -> dict[str, Any]:
    document: Any = copy.deepcopy(dict(VALID))
    for location, value in changes.items():
        target = document
        for step in location[:-1]:
            target = target.setdefault(step, {}) if isinstance(target, dict) else target[step]
        last = location[-1]
        if value is REMOVED:
            del target[last]
        elif isinstance(target, list) and last == len(target):
            target.append(value)
        else:
            target[last] = value
    return document


@pytest.fixture
def removed() -> object:
    return REMOVED


@pytest.fixture
def document() -> Callable[..., dict[str, Any]]:
    """A valid document with values put at (or, with ``removed``, taken from) locations."""
    return lambda changes=None: changed(changes or {})


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[..., Settings]:
    """Write a text as ``aligntax.yaml`` and load it."""

    def load(text: str, **arguments: Any) -> Settings:
        path = tmp_path / "aligntax.yaml"
        path.write_text(text, encoding="utf-8")
        given = {
            "environment": {},
            "known": known_names(("arithmetic", "borderline", "harmful", "knowledge"), ("choice", "exact", "refusal")),
        }
        return load_settings(path, **{**given, **arguments})

    return load


@pytest.fixture
def load(load_text: Callable[..., Settings]) -> Callable[..., Settings]:
    """Load the valid document with some values changed."""
    return lambda changes=None, **arguments: load_text(
        yaml.safe_dump(changed(changes or {}), sort_keys=False), **arguments
    )
