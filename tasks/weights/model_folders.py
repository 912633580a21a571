"""Folders of Hugging Face models: what their configuration states.

Tested in tests/tasks/weights/test_mergekit.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.domain import content_hash
from tasks.errors import InputError
from tasks.identity import file_hash

_CONFIG = "config.json"
# Where it says how many blocks a model has. One that reads pictures, too, has a part for texts.
_COUNTS, _TEXT_PART = ("num_hidden_layers", "n_layer", "num_layers"), "text_config"


def stated_by(folder: Path) -> dict[str, Any]:
    """The configuration of a model.

    Raises:
        InputError: The folder holds no model of Hugging Face.
    """
    try:
        stated = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        stated = None
    if not isinstance(stated, dict):
        raise InputError(f"{folder}: must be a GGUF file or a folder with a {_CONFIG} of Hugging Face.")
    return stated


def count_blocks(folder: Path, stated: Mapping[str, Any]) -> int:
    """How many blocks the model of a folder has.

    Raises:
        InputError: Its configuration leaves it out.
    """
    part = stated.get(_TEXT_PART)
    places = [stated, *([part] if isinstance(part, dict) else [])]
    counts = [count for place in places for name in _COUNTS if isinstance(count := place.get(name), int) and count > 0]
    if not counts:
        raise InputError(f"{folder}: {_CONFIG} must say how many layers the model has, under {_COUNTS[0]}.")
    return counts[0]


def weights_hash(path: Path) -> str:
    """Hash of a file of weights, or of the weights in a folder."""
    return content_hash(*map(file_hash, sorted(path.glob("*.safetensors")))) if path.is_dir() else file_hash(path)
