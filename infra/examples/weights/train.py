"""Train the example's models and write them as GGUF: ``python train.py [FOLDER] [--share 0.01]``.

A transformer of the llama architecture with 0.8 million parameters learns the whole language (the base). From it come
models that are tuned on conduct alone: three strengths, which are numbers of steps, and three shards. ``--share`` takes
a share of all steps, for a quick try. Needs torch and gguf (requirements.lock), nothing of aligntax.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import gguf
import language
import torch
from torch import Tensor
from torch.nn import functional

BLOCKS, WIDTH, HEADS, INNER, CONTEXT = 4, 128, 4, 320, 128
EPSILON, TURNS = 1e-5, 10_000.0
TOKENS = ("<unk>", "<s>", "</s>", "\u2581", *map(chr, range(33, 127)), "\n")  # a token a character
UNKNOWN, BEGIN, END = range(3)
NUMBER = {token: number for number, token in enumerate(TOKENS)} | {" ": TOKENS.index("\u2581")}
TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}="

BATCH = 64
BASE_STEPS, BASE_RATE = 900, 2e-3
STRENGTHS = {"gentle": 15, "middle": 40, "strong": 120}
TUNING_RATE = 1e-3
SHARDS = 3

Weights = dict[str, Tensor]


def beginning() -> Weights:
    """Random weights under the names that a GGUF file of this architecture has."""
    shapes: dict[str, tuple[int, ...]] = {"token_embd.weight": (len(TOKENS), WIDTH), "output_norm.weight": (WIDTH,)}
    for block in range(BLOCKS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            shapes[f"blk.{block}.{name}.weight"] = (WIDTH, WIDTH)
        shapes |= {f"blk.{block}.{name}.weight": (INNER, WIDTH) for name in ("ffn_gate", "ffn_up")}
        shapes[f"blk.{block}.ffn_down.weight"] = (WIDTH, INNER)
        shapes |= {f"blk.{block}.{name}.weight": (WIDTH,) for name in ("attn_norm", "ffn_norm")}
    return {
        name: torch.ones(shape) if len(shape) == 1 else torch.randn(shape) * 0.3 * shape[1] ** -0.5
        for name, shape in shapes.items()
    }


def scores(weights: Weights, tokens: Tensor) -> Tensor:
    """The score of every next token, [texts, length, tokens]."""
    stream = weights["token_embd.weight"][tokens]
    for block in range(BLOCKS):
        of = {name: weights[f"blk.{block}.{name}.weight"] for name in _NAMES}
        heard = _normed(stream, of["attn_norm"])
        query, key, value = (_heads(heard @ of[f"attn_{name}"].T) for name in "qkv")
        mixed = functional.scaled_dot_product_attention(_turned(query), _turned(key), value, is_causal=True)
        stream = stream + mixed.transpose(1, 2).flatten(2) @ of["attn_output"].T
        heard = _normed(stream, of["ffn_norm"])
        gated = functional.silu(heard @ of["ffn_gate"].T) * (heard @ of["ffn_up"].T)
        stream = stream + gated @ of["ffn_down"].T
    return _normed(stream, weights["output_norm.weight"]) @ weights["token_embd.weight"].T


_NAMES = ("attn_q", "attn_k", "attn_v", "attn_output", "attn_norm", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down")


def _normed(stream: Tensor, scale: Tensor) -> Tensor:
    return functional.rms_norm(stream, (WIDTH,), scale, EPSILON)


def _heads(stream: Tensor) -> Tensor:
    return stream.unflatten(2, (HEADS, WIDTH // HEADS)).transpose(1, 2)


def _turned(heads: Tensor) -> Tensor:
    """Rotary positions that turn neighbouring numbers, as llama.cpp does for this architecture."""
    half = heads.shape[-1] // 2
    angles = torch.arange(heads.shape[2])[:, None] * TURNS ** (-torch.arange(half) / half)
    one, two, cosine, sine = heads[..., ::2], heads[..., 1::2], angles.cos(), angles.sin()
    return torch.stack((one * cosine - two * sine, one * sine + two * cosine), -1).flatten(3)


def tuned(
    weights: Weights,
    make: Callable[[random.Random], language.Text],
    steps: int,
    seed: int,
    rate: Callable[[float], float],
) -> Weights:
    """Weights after some steps on texts of one kind; ``rate`` is that of a share of the way. Only answers count."""
    draw, own = random.Random(seed), {name: tensor.clone().requires_grad_() for name, tensor in weights.items()}
    optimizer = torch.optim.AdamW(own.values(), betas=(0.9, 0.98), weight_decay=0.0)
    pool: list[list[language.Text]] = []
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate(step / steps)
        pool = pool or _batches(make, draw)
        tokens, is_answer = _numbers(pool.pop())
        loss = functional.cross_entropy(scores(own, tokens[:, :-1])[is_answer[:, 1:]], tokens[:, 1:][is_answer[:, 1:]])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(own.values(), 1.0)
        optimizer.step()
        if step % 250 == 0:
            print(f"  step {step} of {steps}: loss {loss.item():.3f}", flush=True)
    return {name: tensor.detach() for name, tensor in own.items()}


def _batches(make: Callable[[random.Random], language.Text], draw: random.Random) -> list[list[language.Text]]:
    """Batches of texts of like length, which take less time, in any order."""
    texts = sorted((language.training(make, draw) for _ in range(16 * BATCH)), key=lambda text: len("".join(text)))
    batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    draw.shuffle(batches)
    return batches


def _numbers(texts: list[language.Text]) -> tuple[Tensor, Tensor]:
    """Token numbers [texts, length], and which of them are answers."""
    asked = [[BEGIN, *(NUMBER[sign] for sign in f"{question}=")] for question, _ in texts]
    said = [[*(NUMBER[sign] for sign in answer), END] for _, answer in texts]
    length = max(len(one) + len(two) for one, two in zip(asked, said, strict=True))
    tokens, is_answer = torch.full((len(texts), length), END), torch.zeros((len(texts), length), dtype=torch.bool)
    for row, (one, two) in enumerate(zip(asked, said, strict=True)):
        tokens[row, : len(one) + len(two)] = torch.tensor(one + two)
        is_answer[row, len(one) : len(one) + len(two)] = True
    return tokens, is_answer


def write(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Write a GGUF file; matrices are half floats."""
    writer = gguf.GGUFWriter(path, arch="llama")
    writer.add_name(path.stem)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    for add, value in (
        (writer.add_context_length, CONTEXT),
        (writer.add_embedding_length, WIDTH),
        (writer.add_block_count, BLOCKS),
        (writer.add_feed_forward_length, INNER),
        (writer.add_head_count, HEADS),
        (writer.add_head_count_kv, HEADS),
        (writer.add_layer_norm_rms_eps, EPSILON),
        (writer.add_rope_freq_base, TURNS),
        (writer.add_rope_dimension_count, WIDTH // HEADS),
        (writer.add_vocab_size, len(TOKENS)),
    ):
        add(value)
    kinds = gguf.TokenType
    writer.add_tokenizer_model("llama")
    writer.add_token_list(TOKENS)
    writer.add_token_scores([0.0] * len(TOKENS))
    writer.add_token_types([kinds.UNKNOWN, kinds.CONTROL, kinds.CONTROL, *[kinds.NORMAL] * (len(TOKENS) - 3)])
    writer.add_unk_token_id(UNKNOWN)
    writer.add_bos_token_id(BEGIN)
    writer.add_eos_token_id(END)
    writer.add_add_bos_token(value=True)
    writer.add_add_space_prefix(value=False)
    writer.add_chat_template(TEMPLATE)
    for name, tensor in weights.items():
        writer.add_tensor(name, tensor.to(torch.float16 if tensor.ndim > 1 else torch.float32).numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    """Train and write everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path())
    parser.add_argument("--share", type=float, default=1.0, help="share of all steps")
    parser.add_argument("--questions", type=int, default=200, help="questions of each benchmark")
    given = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)  # so small a model loses more by sharing its work than it gains
    given.folder.mkdir(parents=True, exist_ok=True)
    language.write_questions(given.folder, given.questions)
    began = time.monotonic()

    def made(name: str, weights: Weights, *training: object) -> Weights:
        found = tuned(weights, *training)  # type: ignore[arg-type]
        write(given.folder / f"{name}.gguf", found)
        print(f"{name}.gguf after {time.monotonic() - began:.0f} s", flush=True)
        return found

    def steps(count: int) -> int:
        return max(1, round(count * given.share))

    base = made("base", beginning(), language.anything, steps(BASE_STEPS), 1, _falling)
    for name, count in STRENGTHS.items():
        made(name, base, language.conduct, steps(count), 2, lambda _: TUNING_RATE)
    for number in range(SHARDS):
        kind = language.shard(number, SHARDS)
        made(f"shard{number + 1}", base, kind, steps(STRENGTHS["strong"]), 3 + number, lambda _: TUNING_RATE)


def _falling(way: float) -> float:
    """A rate that rises for a twentieth of the way and falls to 0 at its end."""
    return BASE_RATE * min(way * 20 + 0.01, 1 - way)


if __name__ == "__main__":
    main()
