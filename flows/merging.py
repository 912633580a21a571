"""From weights to merged ones, which say what they were made of: GGUF files, or folders through mergekit."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from flows.processes.children import child
from tasks.errors import AligntaxError, UsageError
from tasks.settings.lineage import MERGE_KEY, KnobOfFile, Making, SourceFile
from tasks.weights.gguf_files import WeightsFile
from tasks.weights.mergekit import PROGRAM, mergekit_document
from tasks.weights.merging import Recipe, merged
from tasks.weights.model_folders import weights_hash
from warehouse.whole_files import swapped_in

_LINEAGE = "aligntax_merge.json"


def merge(parts: Sequence[Path], base: Path | None, output: Path, recipe: Recipe) -> None:
    """Merge and write a file, or where the parts are folders a folder.

    Raises:
        AligntaxError: one line that says which file cannot be merged, and why.
    """
    recipe.check(len(parts), has_base=base is not None)
    sources = [*parts, *([base] if base else [])]
    if output.resolve() in {path.resolve() for path in sources}:
        raise UsageError(f"--out: {output} is one of the files that are merged. Name another.")
    if any(path.is_dir() for path in sources):
        _merge_folders(parts, base, output, recipe)
        return
    files, origin = [WeightsFile(path) for path in parts], WeightsFile(base) if base else None
    added = {"general.name": output.stem, MERGE_KEY: _making(parts, base, recipe).model_dump_json()}
    (origin or files[0]).write_like(output, merged(files, origin, recipe), added)


def _merge_folders(parts: Sequence[Path], base: Path | None, output: Path, recipe: Recipe) -> None:
    document = mergekit_document(parts, base, recipe)
    program = shutil.which(PROGRAM)
    if program is None:
        raise UsageError(
            f"folders are merged by mergekit, and {PROGRAM} is not on the path: install mergekit into an environment "
            "of its own, and add that environment's bin folder to PATH."
        )
    if output.exists():
        raise UsageError(f"{output} exists already. Name another folder.")
    with tempfile.TemporaryDirectory(prefix="aligntax-") as folder, swapped_in(output) as building:
        recipe_file, log = Path(folder, "mergekit.yaml"), Path(folder, "mergekit.log")
        recipe_file.write_text(json.dumps(document), encoding="utf-8")  # JSON is YAML
        options = ("--random-seed", str(recipe.seed), "--no-write-model-card", "--quiet")
        command = (program, str(recipe_file), str(building), *options)
        # Every model is a folder here: mergekit shall not look for it elsewhere.
        offline = {"HF_HUB_OFFLINE": "1"}
        with child("flows.processes.sole_child", command, log=log, environment=offline) as process:
            code = process.wait()
        if code:
            said = (log.read_text(errors="replace").strip().splitlines() or ["nothing"])[-1]
            raise AligntaxError(f"mergekit ended with code {code}; its last line is {said[-300:]!r}")
        (building / _LINEAGE).write_text(_making(parts, base, recipe).model_dump_json(indent=1), encoding="utf-8")


def _making(parts: Sequence[Path], base: Path | None, recipe: Recipe) -> Making:
    amounts = recipe.weights if len(recipe.weights) == len(parts) and recipe.method != "hma" else [None] * len(parts)
    sources = [
        SourceFile(role="part", name=path.stem, file_hash=weights_hash(path), amount=amount)
        for path, amount in zip(parts, amounts, strict=True)
    ]
    if base is not None:
        sources.append(SourceFile(role="base", name=base.stem, file_hash=weights_hash(base)))
    details = {name: getattr(recipe, name) for name in ("weights", "density", "scale", "seed")}
    knob = None if recipe.knob is None else KnobOfFile(name=recipe.knob[0], value=recipe.knob[1])
    return Making(method=recipe.method, knob=knob, sources=tuple(sources), details=details)
