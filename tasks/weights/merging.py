"""Merge fine-tunes of one base into one model, tensor by tensor.

The rules are those of the papers, in the form of mergekit: task arithmetic (arXiv 2212.04089), TIES (arXiv 2306.01708),
DARE (arXiv 2311.03099), heterogeneous averaging (HMA, arXiv 2309.06256, equation 3), and averages, which
disperse-then-merge takes of models that were tuned on shards (arXiv 2405.13432). DARE keeps the sum of sizes of a
difference, which dividing by the density does on average.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from tasks.errors import InputError, UsageError
from tasks.identity import seed_of
from tasks.weights.gguf_files import Array, WeightsFile

FloatArray = npt.NDArray[np.float32]
Method: TypeAlias = Literal["average", "task", "ties", "dare", "dare-ties", "hma"]
METHODS: tuple[Method, ...] = get_args(Method)
_ELECTING, _DROPPING = ("ties", "dare-ties"), ("dare", "dare-ties")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How parts are merged.

    Attributes:
        method: ``average`` needs no base; the others add the differences of the parts from the base to it.
        weights: One per part. For ``hma`` one per third (or other share) of the blocks: the part's share there.
        density: The share of each difference that ``ties`` (the largest) and ``dare`` (drawn) keep.
        scale: What the merged difference is multiplied by.
        seed: Another seed draws another mask.
    """

    method: Method
    weights: tuple[float, ...]
    density: float = 1.0
    scale: float = 1.0
    seed: int = 0

    @property
    def knob(self) -> tuple[str, float] | None:
        """The number that a sweep of this method varies, and its name; an average of given parts has no such number."""
        knobs = {
            "average": None,
            "task": ("scale", self.scale),
            "hma": ("share", sum(self.weights) / len(self.weights)),
        }
        return knobs.get(self.method, ("density", self.density))

    def check(self, count_parts: int, *, has_base: bool) -> None:
        """Refuse what cannot be merged.

        Raises:
            UsageError: One line that says what is missing.
        """
        if self.method != "average" and not has_base:
            raise UsageError(f"--method {self.method} adds differences from a base: name it with --base.")
        if self.method == "hma":
            if count_parts != 1 or not self.weights or not all(0 <= weight <= 1 for weight in self.weights):
                raise UsageError(
                    "--method hma takes one --part, and a --weight of 0 to 1 for each share of the layers."
                )
        elif len(self.weights) != count_parts:
            raise UsageError(f"--weight must be given once for each of the {count_parts} parts, or not at all.")
        if self.method == "average" and sum(self.weights) <= 0:
            raise UsageError("--weight: the weights of an average must have a positive sum.")
        if not 0 < self.density <= 1:
            raise UsageError(f"--density must be above 0 and at most 1, found {self.density:g}.")


def merged(parts: Sequence[WeightsFile], base: WeightsFile | None, recipe: Recipe) -> Iterator[tuple[str, Array]]:
    """The tensors of the merged model, one at a time, in the numbers of the base, or else of the first part.

    Raises:
        InputError: The files are not of one base.
    """
    first = base or parts[0]
    files = [*parts, *([base] if base else [])]
    for file in files:
        if set(file.names) != set(first.names):
            odd = min(set(file.names) ^ set(first.names))
            raise InputError(f"{file.path}: must have the tensors of {first.path}, which differ in {odd!r}.")
    count_blocks = 1 + max((int(n[1]) for name in first.names if (n := _block(name))), default=0)
    for name in first.names:
        tensors = [part.tensor(name) for part in parts]
        whole = first.tensor(name)
        for part, tensor in zip(parts, tensors, strict=True):
            if tensor.shape != whole.shape:
                shapes = f"{tensor.shape} instead of {whole.shape}"
                raise InputError(f"{part.path}: {name!r} must have the shape of {first.path}, found {shapes}.")
        numbers = [tensor.astype(np.float32) for tensor in tensors]
        origin = None if base is None else whole.astype(np.float32)
        yield name, merged_tensor(name, numbers, origin, recipe, count_blocks).astype(whole.dtype)


def merged_tensor(
    name: str, parts: Sequence[FloatArray], base: FloatArray | None, recipe: Recipe, count_blocks: int = 1
) -> FloatArray:
    """One tensor of the merged model."""
    if recipe.method == "average" or base is None:
        shares = np.asarray(recipe.weights, dtype=np.float32) / np.float32(sum(recipe.weights))
        return parts[0] + _summed([share * (part - parts[0]) for share, part in zip(shares, parts, strict=True)])
    if recipe.method == "hma":
        return base + np.float32(_share(name, recipe.weights, count_blocks) * recipe.scale) * (parts[0] - base)
    deltas = [
        sparse(part - base, mask_of(part - base, recipe, f"{name} {number}"), is_rescaled=recipe.method in _DROPPING)
        for number, part in enumerate(parts)
    ]
    return base + np.float32(recipe.scale) * mixed(deltas, recipe.weights, recipe.method)


def mixed(deltas: Sequence[FloatArray], weights: Sequence[float], method: Method) -> FloatArray:
    """The weighted differences as one. Where signs are elected, only those of the sign of their sum count.

    TIES divides by the weights that count, the others do not.
    """
    weighted = [np.float32(weight) * delta for weight, delta in zip(weights, deltas, strict=True)]
    if method not in _ELECTING:
        return _summed(weighted)
    elected = np.where(_summed(weighted) >= 0, np.float32(1), np.float32(-1))
    counted = [np.sign(delta) == elected for delta in weighted]
    total = _summed([delta * counts for delta, counts in zip(weighted, counted, strict=True)])
    if method != "ties":
        return total
    divisor = _summed([np.float32(weight) * counts for weight, counts in zip(weights, counted, strict=True)])
    divisor[divisor == 0] = 1
    return np.divide(total, divisor, dtype=np.float32)


def mask_of(delta: FloatArray, recipe: Recipe, name: str) -> npt.NDArray[np.bool_]:
    """Which numbers of a difference are kept: of ``ties`` the largest, of ``dare`` as the seed draws them."""
    if recipe.method in _DROPPING:
        random = np.random.default_rng(seed_of(name, str(recipe.seed)))
        return random.random(delta.shape) < recipe.density
    kept = np.ones(delta.shape, dtype=bool)
    if recipe.method == "ties" and recipe.density < 1:
        count = max(1, int(recipe.density * delta.size))
        kept.ravel()[np.argsort(-np.abs(delta), axis=None, kind="stable")[count:]] = False
    return kept


def sparse(delta: FloatArray, mask: npt.NDArray[np.bool_], *, is_rescaled: bool) -> FloatArray:
    """A difference without what its mask drops; rescaled, its sizes have the sum that they had before."""
    left = delta * mask
    before, after = np.abs(delta).sum(), np.abs(left).sum()
    return left * np.float32(before / after) if is_rescaled and min(before, after) > 1e-7 else left


def _summed(terms: Sequence[FloatArray]) -> FloatArray:
    total = np.zeros_like(terms[0], dtype=np.float32)
    for term in terms:
        total += term
    return total


def _block(name: str) -> re.Match[str] | None:
    return re.match(r"blk\.(\d+)\.", name)


def _share(name: str, weights: Sequence[float], count_blocks: int) -> float:
    """The share of the part in the blocks of a tensor; what comes before them or after them has that of the nearest."""
    found = _block(name)
    block = int(found[1]) if found else (0 if name.startswith("token_embd") else count_blocks - 1)
    return share_of_block(block, weights, count_blocks)


def share_of_block(block: int, weights: Sequence[float], count_blocks: int) -> float:
    """The share of the part in one block, where each weight holds for an equal share of the blocks."""
    return weights[block * len(weights) // count_blocks]
