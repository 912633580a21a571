"""Folders of Hugging Face models that are small enough to be written in a test; their weights are safetensors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tasks.weights.gguf_files import WeightsFile

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
# Parts of names: in a GGUF file, and here.
_NAMES = {
    "token_embd": "embed_tokens",
    "output_norm": "norm",
    "blk.": "layers.",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_output": "self_attn.o_proj",
    **{f"attn_{name}": f"self_attn.{name}_proj" for name in "qkv"},
    **{f"ffn_{name}": f"mlp.{name}_proj" for name in ("gate", "up", "down")},
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


def write_folder(folder: Path, tensors: Mapping[str, np.ndarray], config: Mapping[str, Any] = _CONFIG) -> Path:
    """Write a model: safetensors are a header of JSON with its length, and the numbers."""
    folder.mkdir()
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, values in tensors.items():
        offsets = [at, at := at + values.nbytes]
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": offsets}
    text = json.dumps(header).encode()
    numbers = b"".join(values.tobytes() for values in tensors.values())
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + numbers)
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def write_as_folder(folder: Path, weights: WeightsFile) -> Path:
    """Write a llama of a GGUF file, whose tokens are single characters, as Hugging Face has it."""
    stated = {name.removeprefix("llama."): value for name, value in weights.keys.items()}
    heads = stated["attention.head_count"]
    config = {
        **_CONFIG,
        "hidden_size": stated["embedding_length"],
        "intermediate_size": stated["feed_forward_length"],
        "num_hidden_layers": stated["block_count"],
        "num_attention_heads": heads,
        "num_key_value_heads": stated["attention.head_count_kv"],
        "rms_norm_eps": stated["attention.layer_norm_rms_epsilon"],
        "rope_parameters": {"rope_type": "default", "rope_theta": stated["rope.freq_base"]},
        "vocab_size": len(stated["tokenizer.ggml.tokens"]),
        "tie_word_embeddings": True,
    }
    tensors = {}
    for name in weights.names:
        values = weights.tensor(name).astype(np.float32)
        if ".attn_q." in name or ".attn_k." in name:
            # Rotary positions turn neighbours there, and halves here.
            values = values.reshape(heads, -1, 2, values.shape[1]).swapaxes(1, 2).reshape(values.shape)
        tensors[_name_here(name)] = np.ascontiguousarray(values)
    write_folder(folder, tensors, config)
    _write_tokenizer(folder, stated["tokenizer.ggml.tokens"], stated["tokenizer.chat_template"])
    return folder


def _name_here(name: str) -> str:
    for there, here in _NAMES.items():
        name = name.replace(there, here)
    return f"model.{name}"


def _write_tokenizer(folder: Path, tokens: Sequence[str], template: str) -> None:
    special = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False) | {"special": True}
    begin = {"SpecialToken": {"id": "<s>", "type_id": 0}}
    document = {
        "added_tokens": [{"id": number, "content": tokens[number], **special} for number in range(3)],
        "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [begin, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": side, "type_id": 0}} for side in "AB"],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
        },
        "model": {
            "type": "BPE",
            "unk_token": tokens[0],
            "vocab": {token: number for number, token in enumerate(tokens)},
            "merges": [],
        },
    }
    (folder / "tokenizer.json").write_text(json.dumps(document))
    stated = {"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": template}
    names = {"unk_token": tokens[0], "bos_token": tokens[1], "eos_token": tokens[2]}
    (folder / "tokenizer_config.json").write_text(json.dumps(stated | names))


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
