"""What mergekit is told to merge folders of Hugging Face models by the same rules as files.

mergekit pins other versions of our packages, so it runs in an environment of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from tasks.weights.merging import Recipe, share_of_block
from tasks.weights.model_folders import count_blocks, stated_by

PROGRAM = "mergekit-yaml"
_METHODS = {
    "average": "linear",
    "task": "task_arithmetic",
    "ties": "ties",
    "dare": "dare_linear",
    "dare-ties": "dare_ties",
    "hma": "task_arithmetic",
}


def mergekit_document(parts: Sequence[Path], base: Path | None, recipe: Recipe) -> dict[str, Any]:
    """The configuration that makes mergekit merge some folders as the recipe says.

    Raises:
        InputError: A folder holds no model of Hugging Face.
    """
    stated = [stated_by(folder) for folder in (*parts, *([base] if base else []))]
    document: dict[str, Any] = {"merge_method": _METHODS[recipe.method], "dtype": "float32"}
    if base is not None and recipe.method == "hma":
        document["slices"] = _slices(parts[0], base, recipe.weights, count_blocks(base, stated[-1]))
    else:
        document["models"] = [
            {"model": str(part.resolve()), "parameters": {"weight": weight, "density": recipe.density}}
            for part, weight in zip(parts, recipe.weights, strict=True)
        ]
    if base is not None and recipe.method != "average":
        document["base_model"] = str(base.resolve())
        document["parameters"] = {"lambda": recipe.scale, "normalize": recipe.method == "ties"}
    if numbers := stated[-1].get("dtype") or stated[-1].get("torch_dtype"):
        document["out_dtype"] = numbers
    return document


def _slices(part: Path, base: Path, shares: Sequence[float], count: int) -> list[dict[str, Any]]:
    """Slices of the blocks, each with its share of the part.

    What comes before the blocks follows the first slice, and what comes after them the last one, as in GGUF files.
    """
    grouped = groupby(range(count), key=lambda block: share_of_block(block, shares, count))
    slices = []
    for share, group in grouped:
        blocks = list(group)
        of = {"layer_range": [blocks[0], blocks[-1] + 1]}
        tuned = {"model": str(part.resolve()), "parameters": {"weight": share}, **of}
        slices.append({"sources": [tuned, {"model": str(base.resolve()), **of}]})
    return slices
