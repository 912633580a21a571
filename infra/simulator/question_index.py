"""Which question a prompt asks: the prompts of all items, rendered once and found again by their digest.

Knows benchmarks; must not know models, decisions or words.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from tasks.benchmarks.attacks import attacked, attacks
from tasks.benchmarks.letters import asked_for_letter
from tasks.domain import Benchmark, Dimension, Item, PromptStyle


@dataclass(frozen=True, slots=True)
class Question:
    """A known prompt: the item that is asked, and its benchmark."""

    benchmark: Benchmark
    item: Item


def build_index(benchmarks: Mapping[str, Benchmark]) -> dict[bytes, Question]:
    """Map the digest of every rendered prompt, in both styles, to its question.

    Items with identical content render to the same prompt, which is mapped to the first of them.
    """
    index: dict[bytes, Question] = {}
    for benchmark in _askable(benchmarks):
        for item in benchmark.items:
            question = Question(benchmark, item)
            chat = benchmark.render(item, PromptStyle.CHAT)
            for text in (chat.messages[-1].content, chat.content):
                index.setdefault(prompt_digest(PromptStyle.CHAT, text), question)
            completion = benchmark.render(item, PromptStyle.COMPLETION)
            index.setdefault(prompt_digest(PromptStyle.COMPLETION, completion.text), question)
    return index


def _askable(benchmarks: Mapping[str, Benchmark]) -> Iterator[Benchmark]:
    """Each benchmark as it is, with choices also asked for the letter alone, on safety also under every attack."""
    for benchmark in benchmarks.values():
        yield benchmark
        if benchmark.scorer == "choice":
            yield asked_for_letter(benchmark, 0)
        if benchmark.dimension is Dimension.SAFETY:
            for name in attacks():
                yield dataclasses.replace(attacked(benchmark, name), benchmark_id=benchmark.benchmark_id)


def prompt_digest(style: PromptStyle, text: str) -> bytes:
    """Identity of a prompt's text within its style."""
    return blake2b(f"{style.value}\x1f{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
