"""Which question a prompt asks: the prompts of all items, rendered once and found again by their digest.

A prompt under another wording of the instruction is found by what follows the instruction. Knows benchmarks; must not
know models, decisions or words.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from tasks.benchmarks.attacks import attacked, attacks
from tasks.benchmarks.letters import asked_for_letter
from tasks.domain import Benchmark, Dimension, Item, PromptStyle


@dataclass(frozen=True, slots=True)
class Question:
    """A known prompt: the item that is asked, and its benchmark.

    ``wording`` is the instruction where it is another than the benchmark's own.
    """

    benchmark: Benchmark
    item: Item
    wording: str | None = None


class QuestionIndex:
    """The questions of some benchmarks by the digest of their prompts, with and without their instructions."""

    def __init__(self, benchmarks: Mapping[str, Benchmark]) -> None:
        """Render every prompt once, so that questions can be recognised later."""
        self._whole = build_index(benchmarks)
        self._without_instruction = build_index(benchmarks, has_instruction=False)

    def find(self, style: PromptStyle, text: str) -> Question | None:
        """The question that a whole prompt asks, with the benchmark's own instruction."""
        return self._whole.get(prompt_digest(style, text))

    def find_reworded(self, style: PromptStyle, text: str) -> Question | None:
        """The question that follows a blank line or stands alone; all that comes before it is its wording."""
        for start in (0, *(mark.end() for mark in re.finditer("\n\n", text))):
            if question := self._without_instruction.get(prompt_digest(style, text[start:])):
                return dataclasses.replace(question, wording=text[:start].strip())
        return None


def build_index(benchmarks: Mapping[str, Benchmark], *, has_instruction: bool = True) -> dict[bytes, Question]:
    """Map the digest of every rendered prompt, in both styles, to its question.

    Args:
        benchmarks: what can be asked.
        has_instruction: False leaves the instruction out of the prompts.

    Items with identical content render to the same prompt, which is mapped to the first of them.
    """
    index: dict[bytes, Question] = {}
    for benchmark in _askable(benchmarks):
        asked = benchmark if has_instruction else dataclasses.replace(benchmark, instruction="")
        for item in benchmark.items:
            question = Question(benchmark, item)
            chat = asked.render(item, PromptStyle.CHAT)
            for text in (chat.messages[-1].content, chat.content):
                index.setdefault(prompt_digest(PromptStyle.CHAT, text), question)
            completion = asked.render(item, PromptStyle.COMPLETION)
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
