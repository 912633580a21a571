"""From files of weights to a merged one, which says what it was made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tasks.errors import UsageError
from tasks.identity import file_hash
from tasks.weights.gguf_files import WeightsFile
from tasks.weights.merging import Recipe, merged


def merge(parts: Sequence[Path], base: Path | None, output: Path, recipe: Recipe) -> None:
    """Merge and write.

    Raises:
        AligntaxError: one line that says which file cannot be merged, and why.
    """
    recipe.check(len(parts), has_base=base is not None)
    if output.resolve() in {path.resolve() for path in (*parts, *([base] if base else []))}:
        raise UsageError(f"--out: {output} is one of the files that are merged. Name another.")
    files, origin = [WeightsFile(path) for path in parts], WeightsFile(base) if base else None
    lineage = {
        "method": recipe.method,
        "weights": recipe.weights,
        "density": recipe.density,
        "scale": recipe.scale,
        "seed": recipe.seed,
        "parts": {path.stem: file_hash(path) for path in parts},
        "base": {base.stem: file_hash(base)} if base else None,
    }
    added = {"general.name": output.stem, "aligntax.merge": json.dumps(lineage)}
    (origin or files[0]).write_like(output, merged(files, origin, recipe), added)
