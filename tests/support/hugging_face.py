"""Folders of Hugging Face models that are small enough to be written in a test; their weights are safetensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

_BLOCKS, _WIDTH, _WORDS = 2, 8, 11
_CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": _WIDTH,
    "intermediate_size": 16,
    "num_hidden_layers": _BLOCKS,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "vocab_size": _WORDS,
    "rms_norm_eps": 1e-5,
    "max_position_embeddings": 64,
    "dtype": "float32",
}


def random_tensors(seed: int) -> dict[str, np.ndarray]:
    """Random weights of a llama of two blocks."""
    shapes = {"model.embed_tokens": (_WORDS, _WIDTH), "lm_head": (_WORDS, _WIDTH), "model.norm": (_WIDTH,)}
    for block in range(_BLOCKS):
        for name, shape in {
            "self_attn.q_proj": (8, 8),
            "self_attn.k_proj": (4, 8),
            "self_attn.v_proj": (4, 8),
            "self_attn.o_proj": (8, 8),
            "mlp.gate_proj": (16, 8),
            "mlp.up_proj": (16, 8),
            "mlp.down_proj": (8, 16),
            "input_layernorm": (8,),
            "post_attention_layernorm": (8,),
        }.items():
            shapes[f"model.layers.{block}.{name}"] = shape
    random = np.random.default_rng(seed)
    return {f"{name}.weight": random.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}


def write_folder(folder: Path, tensors: Mapping[str, np.ndarray]) -> Path:
    """Write a model: safetensors are a header of JSON with its length, and the numbers."""
    folder.mkdir()
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, values in tensors.items():
        offsets = [at, at := at + values.nbytes]
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": offsets}
    text = json.dumps(header).encode()
    numbers = b"".join(values.tobytes() for values in tensors.values())
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + numbers)
    (folder / "config.json").write_text(json.dumps(_CONFIG))
    return folder


def read_folder(folder: Path) -> dict[str, np.ndarray]:
    """The tensors of a model that is one file of 32-bit numbers."""
    content = (folder / "model.safetensors").read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    tensors = {}
    for name, stated in header.items():
        first, last = (start + offset for offset in stated["data_offsets"])
        tensors[name] = np.frombuffer(content[first:last], np.float32).reshape(stated["shape"])
    return tensors
