"""From files of weights to a merged one, which says what it was made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tasks.errors import UsageError
from tasks.identity import file_hash
from tasks.settings.lineage import MERGE_KEY, KnobOfFile, Making, SourceFile
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
    added = {"general.name": output.stem, MERGE_KEY: _making(parts, base, recipe).model_dump_json()}
    (origin or files[0]).write_like(output, merged(files, origin, recipe), added)


def _making(parts: Sequence[Path], base: Path | None, recipe: Recipe) -> Making:
    amounts = recipe.weights if len(recipe.weights) == len(parts) and recipe.method != "hma" else [None] * len(parts)
    sources = [
        SourceFile(role="part", name=path.stem, file_hash=file_hash(path), amount=amount)
        for path, amount in zip(parts, amounts, strict=True)
    ]
    if base is not None:
        sources.append(SourceFile(role="base", name=base.stem, file_hash=file_hash(base)))
    details = {name: getattr(recipe, name) for name in ("weights", "density", "scale", "seed")}
    knob = None if recipe.knob is None else KnobOfFile(name=recipe.knob[0], value=recipe.knob[1])
    return Making(method=recipe.method, knob=knob, sources=tuple(sources), details=details)
