"""A direction of the residual stream that a behaviour has, from contrast pairs, and how well it tells them apart.

The direction is the difference of means, or the first principal component of the differences within pairs. Its length
is that of the residual stream: strength 1 adds a vector as long as the stream is, so a strength means the same in every
model. After Zou et al. 2023 (arXiv 2310.01405), Rimsky et al. 2024 (arXiv 2312.06681) and Arditi et al. 2024 (arXiv
2406.11717), who project the direction out of what the blocks write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from tasks.weights.gguf_files import Array, WeightsFile
from tasks.weights.hidden_states import FloatArray

Estimator: TypeAlias = Literal["mean", "component"]
# Every so many pairs one is held out, to see whether the direction tells apart what it was not made from.
HELD_OUT_EVERY = 4
# What the blocks write into the residual stream.
_WRITERS = ("attn_output", "ffn_down")


@dataclass(frozen=True, slots=True)
class Directions:
    """The direction of each block.

    Attributes:
        unit: [blocks, embedding] vectors of length 1, from negative to positive.
        size: [blocks] the mean length of the residual stream at the last token.
        separated: [blocks] the share of held-out texts on the right side of the middle.
    """

    unit: FloatArray
    size: FloatArray
    separated: npt.NDArray[np.float64]

    @property
    def best(self) -> int:
        """The block whose direction separates best; of equals the middle one. llama.cpp steers from block 1 on."""
        best = np.flatnonzero(self.separated[1:] == self.separated[1:].max()) + 1
        return int(best[len(best) // 2])


def directions(positive: FloatArray, negative: FloatArray, estimator: Estimator) -> Directions:
    """The directions of the residual stream after each block.

    Args:
        positive: [blocks, pairs, embedding] states of the positive texts.
        negative: The same of the negative texts.
        estimator: ``mean`` for the difference of means, ``component`` for the first principal component.
    """
    held = np.arange(positive.shape[1]) % HELD_OUT_EVERY == HELD_OUT_EVERY - 1
    kept = ~held
    found = [_direction(p[kept], n[kept], estimator) for p, n in zip(positive, negative, strict=True)]
    unit = np.stack(found)
    middle = (positive[:, kept].mean(axis=1) + negative[:, kept].mean(axis=1)) / 2
    signed = [np.einsum("bpe,be->bp", side[:, held] - middle[:, None], unit) for side in (positive, negative)]
    separated = ((signed[0] > 0).mean(axis=1) + (signed[1] < 0).mean(axis=1)) / 2
    size = np.linalg.norm(np.concatenate([positive, negative], axis=1), axis=-1).mean(axis=1)
    return Directions(unit, size, separated)


def control_vector(found: Directions, blocks: range) -> dict[int, FloatArray]:
    """What strength 1 adds after each of some blocks: together as much as the residual stream is long."""
    return {block: found.unit[block] * found.size[block] / len(blocks) for block in blocks}


def projection(weights: WeightsFile, unit: FloatArray) -> Mapping[str, tuple[Array, Array]]:
    """A LoRA of rank 1 that at scale 1 takes a direction [embedding] out of what every block writes."""
    names = [name for name in weights.names if name.removesuffix(".weight").endswith(_WRITERS)]
    return {name: (unit[None, :] @ weights.tensor(name).astype(np.float32), -unit[:, None]) for name in names}


def _direction(positive: FloatArray, negative: FloatArray, estimator: Estimator) -> FloatArray:
    differences = positive - negative
    mean: FloatArray = differences.mean(axis=0)
    if estimator == "mean":
        return mean / np.linalg.norm(mean)
    # Pairs are signed, so the component is that of differences in both orders, whose mean is 0.
    first: FloatArray = np.linalg.svd(differences, full_matrices=False)[2][0]
    return first * np.float32(np.sign(first @ mean) or 1.0)
