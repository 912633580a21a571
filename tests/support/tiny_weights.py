"""Random weights of the llama architecture that are small enough to be written in a test."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

BLOCKS, WIDTH, WORDS = 4, 8, 11


def write_tiny(path: Path, *, seed: int = 0, architecture: str = "llama", scale: float = 0.5, only=None) -> Path:
    """Four blocks of width 8 with two heads that share keys and values; matrices are half floats."""
    random = np.random.default_rng(seed)
    shapes = {"token_embd.weight": (WORDS, WIDTH), "output_norm.weight": (WIDTH,)}
    for block in range(BLOCKS):
        for name, shape in {
            "attn_q": (8, 8),
            "attn_k": (4, 8),
            "attn_v": (4, 8),
            "attn_output": (8, 8),
            "ffn_gate": (16, 8),
            "ffn_up": (16, 8),
            "ffn_down": (8, 16),
            "attn_norm": (8,),
            "ffn_norm": (8,),
        }.items():
            shapes[f"blk.{block}.{name}.weight"] = shape
    writer = gguf.GGUFWriter(path, arch=architecture)
    writer.add_block_count(BLOCKS)
    writer.add_embedding_length(WIDTH)
    writer.add_head_count(2)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_string("general.name", path.stem)
    for name, shape in shapes.items():
        values = random.normal(0, scale, shape) if len(shape) > 1 else np.ones(shape)
        if only is None or name in only:
            writer.add_tensor(name, values.astype(np.float16 if len(shape) > 1 else np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
