"""The residual stream of a transformer of the llama architecture, computed with numpy from its GGUF file.

All texts go through one block at a time, so that the weights of one block are in memory. A GGUF file of this
architecture orders the rows of queries and keys so that rotary positions turn neighbouring numbers (llama.cpp's NORM).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from tasks.errors import InputError
from tasks.weights.gguf_files import WeightsFile

FloatArray = npt.NDArray[np.float32]
ARCHITECTURE = "llama"
_NOT_READ = ("expert_count", "rope.scaling.type", "attention.sliding_window")


def last_states(weights: WeightsFile, texts: Sequence[Sequence[int]]) -> FloatArray:
    """The residual stream after each block at the last token of each text, [blocks, texts, embedding].

    Args:
        weights: The file.
        texts: [texts] of token ids, each with at least one.

    Raises:
        InputError: The file is of another architecture, or uses what is not read here.
    """
    model = _Llama(weights)
    ends = np.cumsum([len(text) for text in texts])
    stream = model.embedded([token for text in texts for token in text])
    states = [after[ends - 1] for after in model.after_each_block(stream, ends)]
    return np.stack(states)


def check_readable(weights: WeightsFile) -> None:
    """Refuse a model whose blocks compute something else.

    Raises:
        InputError: The file is of another architecture, or uses what is not read here.
    """
    keys = weights.keys
    found, other = (
        keys.get("general.architecture"),
        "Name the folder of Hugging Face that it was made from with --folder.",
    )
    if found != ARCHITECTURE:
        raise InputError(f"{weights.path}: must be of the architecture {ARCHITECTURE}, found {found!r}. {other}")
    strange = next((name for name in _NOT_READ if keys.get(f"{ARCHITECTURE}.{name}") not in (None, 0, "none")), None)
    if strange is not None:
        raise InputError(f"{weights.path}: uses {ARCHITECTURE}.{strange}, which is not read here. {other}")


def shape_of(weights: WeightsFile) -> tuple[int, int]:
    """How many blocks a model of any architecture has, and how wide its residual stream is."""
    architecture = weights.keys.get("general.architecture")
    blocks, width = (weights.keys.get(f"{architecture}.{name}", 0) for name in ("block_count", "embedding_length"))
    return int(blocks), int(width)


class _Llama:
    def __init__(self, weights: WeightsFile) -> None:
        check_readable(weights)
        self._weights, keys = weights, weights.keys
        stated = {name.removeprefix(f"{ARCHITECTURE}."): value for name, value in keys.items()}
        self._count_blocks = int(stated["block_count"])
        self._count_heads = int(stated["attention.head_count"])
        self._epsilon = float(stated["attention.layer_norm_rms_epsilon"])
        self._base = float(stated.get("rope.freq_base", 10_000.0))
        self._width = int(stated.get("attention.key_length", stated["embedding_length"] // self._count_heads))
        self._turned = int(stated.get("rope.dimension_count", self._width))

    def embedded(self, tokens: Sequence[int]) -> FloatArray:
        """The stream before the first block."""
        embedded: FloatArray = self._weights.tensor("token_embd.weight")[np.asarray(tokens)].astype(np.float32)
        return embedded

    def after_each_block(self, stream: FloatArray, ends: npt.NDArray[np.int64]) -> Iterator[FloatArray]:
        """The stream [tokens, embedding] after each block; ``ends`` are the texts' ends among the tokens."""
        starts = np.concatenate([[0], ends[:-1]])
        positions = np.concatenate([np.arange(end - start) for start, end in zip(starts, ends, strict=True)])
        cosine, sine = self._turns(positions)
        for number in range(self._count_blocks):
            read = self._normed(stream, f"blk.{number}.attn_norm")
            queries, keys = (
                _turned(self._heads(read, f"blk.{number}.attn_{name}"), cosine, sine, self._turned) for name in "qk"
            )
            values = self._heads(read, f"blk.{number}.attn_v")
            pieces = [_attended(queries[a:b], keys[a:b], values[a:b]) for a, b in zip(starts, ends, strict=True)]
            stream = stream + self._times(np.concatenate(pieces), f"blk.{number}.attn_output")
            read = self._normed(stream, f"blk.{number}.ffn_norm")
            gate = self._times(read, f"blk.{number}.ffn_gate")
            opened = gate / (1 + np.exp(-np.clip(gate, -80, 80))) * self._times(read, f"blk.{number}.ffn_up")
            stream = stream + self._times(opened, f"blk.{number}.ffn_down")
            yield stream

    def _turns(self, positions: npt.NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
        """Cosine and sine of the rotary angles, [tokens, 1, pairs]."""
        frequencies = self._base ** (-np.arange(0, self._turned, 2) / self._turned)
        if "rope_freqs.weight" in self._weights.names:
            frequencies = frequencies / self._weights.tensor("rope_freqs.weight")
        angles = (positions[:, None] * frequencies[None, :])[:, None, :]
        return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)

    def _heads(self, read: FloatArray, name: str) -> FloatArray:
        """A projection as [tokens, heads, width]."""
        return self._times(read, name).reshape(len(read), -1, self._width)

    def _times(self, read: FloatArray, name: str) -> FloatArray:
        product: FloatArray = read @ self._weights.tensor(f"{name}.weight").astype(np.float32).T
        bias = f"{name}.bias"
        return product + self._weights.tensor(bias).astype(np.float32) if bias in self._weights.names else product

    def _normed(self, stream: FloatArray, name: str) -> FloatArray:
        size = np.sqrt(np.mean(stream**2, axis=-1, keepdims=True) + self._epsilon)
        normed: FloatArray = stream / size * self._weights.tensor(f"{name}.weight").astype(np.float32)
        return normed


def _turned(heads: FloatArray, cosine: FloatArray, sine: FloatArray, count: int) -> FloatArray:
    """Heads [tokens, heads, width] with the first ``count`` numbers of each turned by their position."""
    even, odd = heads[..., :count:2], heads[..., 1:count:2]
    turned = heads.copy()
    turned[..., :count:2], turned[..., 1:count:2] = even * cosine - odd * sine, even * sine + odd * cosine
    return turned


def _attended(queries: FloatArray, keys: FloatArray, values: FloatArray) -> FloatArray:
    """What each token of one text reads of those up to itself, [tokens, heads x width]. Heads share keys and values."""
    count, heads, width = queries.shape
    shared = heads // keys.shape[1]
    keys, values = np.repeat(keys, shared, axis=1), np.repeat(values, shared, axis=1)
    scores = np.einsum("thw,shw->hts", queries, keys) / np.sqrt(np.float32(width))
    scores += np.triu(np.full((count, count), -np.inf, dtype=np.float32), k=1)
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    read: FloatArray = np.einsum("hts,shw->thw", scores / scores.sum(axis=-1, keepdims=True), values)
    return read.reshape(count, heads * width)
