"""`steer` and `merge`: make a model from others before it is asked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows.cli.options import Json
from flows.cli.output import print_json, print_table
from tasks.errors import UsageError

if TYPE_CHECKING:
    from flows.steering import Steered

_Weights = Annotated[
    Path,
    typer.Argument(help="The model's weights: a GGUF file of the llama architecture, or a folder of Hugging Face."),
]
_Folder = Annotated[
    Path | None,
    typer.Option(help="The folder of Hugging Face that a GGUF file of another architecture was made from."),
]
_Pairs = Annotated[
    str, typer.Option(help="Contrast pairs: refusal, honesty, sycophancy, or a JSONL of positive and negative.")
]
_Steering = Annotated[Path, typer.Option(help="The file to write (GGUF).")]
_SteeringMethod = Annotated[
    Literal["vector", "lora"],
    typer.Option(help="vector adds the direction; lora takes a share of it out of what every layer writes."),
]
_Estimator = Annotated[
    Literal["mean", "component"], typer.Option(help="Difference of means, or first principal component.")
]
_Layers = Annotated[
    str | None,
    typer.Option(metavar="FROM-TO", help="Layers that a vector steers; default the one that separates best."),
]
_Server = Annotated[Path | None, typer.Option(help="The program llama-server, where it is not on the path.")]


def steer(
    weights: _Weights,
    pairs: _Pairs,
    out: _Steering,
    method: _SteeringMethod = "vector",
    by: _Estimator = "mean",
    layers: _Layers = None,
    folder: _Folder = None,
    server: _Server = None,
    json: Json = False,
) -> None:
    """Find the direction of a behaviour in a model, and write a file that steers it."""
    from flows.steering import SteeredWeights
    from flows.steering import steer as steered

    chosen = None if layers is None else _layers(layers)
    made = steered(SteeredWeights(weights, folder, server), pairs, out, method=method, estimator=by, blocks=chosen)
    if json:
        print_json(_steered_document(made, out))
        return
    found = made.found
    shown = sorted({1, found.best, len(found.unit) - 1})
    rows = [[str(n), f"{found.separated[n]:.0%}", f"{found.size[n]:.1f}"] for n in shown]
    print_table("", ["layer", "held-out texts on their side", "length of the residual stream"], rows)
    typer.echo(f"{out}: {made.count_pairs} pairs; layer {found.best} separates best. Into aligntax.yaml, under models:")
    strengths = "[-0.4, -0.2, 0.2, 0.4]" if method == "vector" else "[-1, -0.5, 0.5, 1]"
    typer.echo(f"  - {{id: steered, sweep: {{of: YOUR-MODEL, by: {out}, strengths: {strengths}}}}}")


def _steered_document(made: Steered, out: Path) -> dict[str, object]:
    return {
        "file": str(out),
        "count_pairs": made.count_pairs,
        "best_layer": made.found.best,
        "separated": [round(float(share), 4) for share in made.found.separated],
        "size": [round(float(size), 4) for size in made.found.size],
    }


def _layers(text: str) -> range:
    if (found := re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", text)) is None:
        raise UsageError(f"--layers: must be a layer or FROM-TO, such as 10-15, found {text!r}.")
    first, last = int(found[1]), int(found[2] or found[1])
    if first > last:
        raise UsageError(f"--layers: {first} comes after {last}.")
    return range(first, last + 1)


_Merged = Annotated[Path, typer.Argument(help="The file to write (GGUF), or the folder where the parts are folders.")]
_Parts = Annotated[
    list[Path],
    typer.Option(help="A fine-tune: a GGUF file, or a folder of Hugging Face for mergekit. Repeat for each."),
]
_MergeMethod = Annotated[
    Literal["average", "task", "ties", "dare", "dare-ties", "hma"],
    typer.Option(
        help="average; task: add the differences from --base; ties, dare, dare-ties: a --density of them; "
        "hma: a share of one part, by layers. Disperse-then-merge is the average of models tuned on shards."
    ),
]
_Base = Annotated[Path | None, typer.Option(help="The base that the parts were tuned from.")]
_PartWeights = Annotated[list[float] | None, typer.Option(help="The weight of each part, in their order.")]
_Density = Annotated[float, typer.Option(help="Share of each difference that ties and dare keep.")]
_Scale = Annotated[float, typer.Option(help="What the merged difference is multiplied by.")]
_Seed = Annotated[int, typer.Option(help="Another seed drops others with dare.")]


def merge(
    out: _Merged,
    part: _Parts,
    method: _MergeMethod = "average",
    base: _Base = None,
    weight: _PartWeights = None,
    density: _Density = 1.0,
    scale: _Scale = 1.0,
    seed: _Seed = 0,
    json: Json = False,
) -> None:
    """Merge fine-tunes of one base into one model."""
    from flows.merging import merge as merge_parts
    from tasks.weights.merging import Recipe

    weights = tuple(weight or ([0.2] if method == "hma" else [1.0] * len(part)))
    recipe = Recipe(method, weights, density, scale, seed)
    merge_parts(part, base, out, recipe)
    if json:
        print_json({"file": str(out), "method": method, "weights": weights, "density": density, "scale": scale})
        return
    typer.echo(f"{out}: {method} of {', '.join(path.stem for path in part)}. Into aligntax.yaml, under models:")
    # llama.cpp serves files; what serves a folder is the user's.
    served = "provider: openai, base_url: YOUR-SERVER" if out.is_dir() else f"provider: llama_cpp, weights: {out}"
    knob = ""
    if recipe.knob is not None:
        name, value = recipe.knob
        knob = f", knob: {{name: {name}, value: {value:g}}}"
    typer.echo(f"  - {{id: {out.stem}, {served}, base: YOUR-BASE, method: {method}{knob}}}")
