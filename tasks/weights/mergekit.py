"""What mergekit is told to merge folders of Hugging Face models by the same rules as files.

mergekit pins other versions of our packages, so it runs in an environment of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tasks.errors import InputError, UsageError
from tasks.weights.merging import Recipe

PROGRAM = "mergekit-yaml"
_CONFIG = "config.json"
_METHODS = {
    "average": "linear",
    "task": "task_arithmetic",
    "ties": "ties",
    "dare": "dare_linear",
    "dare-ties": "dare_ties",
}


def mergekit_document(parts: Sequence[Path], base: Path | None, recipe: Recipe) -> dict[str, Any]:
    """The configuration that makes mergekit merge some folders as the recipe says.

    Raises:
        InputError: A folder holds no model of Hugging Face.
        UsageError: The method works on GGUF files alone.
    """
    if recipe.method not in _METHODS:
        raise UsageError(f"--method {recipe.method} merges GGUF files, not folders. Convert the folders first.")
    stated = [_stated_by(folder) for folder in (*parts, *([base] if base else []))]
    models = [
        {"model": str(part.resolve()), "parameters": {"weight": weight, "density": recipe.density}}
        for part, weight in zip(parts, recipe.weights, strict=True)
    ]
    document: dict[str, Any] = {"merge_method": _METHODS[recipe.method], "models": models, "dtype": "float32"}
    if base is not None and recipe.method != "average":
        document["base_model"] = str(base.resolve())
        document["parameters"] = {"lambda": recipe.scale, "normalize": recipe.method == "ties"}
    if numbers := stated[-1].get("dtype") or stated[-1].get("torch_dtype"):
        document["out_dtype"] = numbers
    return document


def _stated_by(folder: Path) -> dict[str, Any]:
    try:
        stated = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        stated = None
    if not isinstance(stated, dict):
        raise InputError(f"{folder}: must be a GGUF file or a folder with a {_CONFIG} of Hugging Face.")
    return stated
