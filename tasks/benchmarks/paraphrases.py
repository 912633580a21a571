"""Further wordings of a benchmark's instruction, as the configuration gives them.

A score depends on the wording (Mizrahi et al. 2024, arXiv 2401.00595). Every item is asked with each wording, so that
the wording can be treated as a random factor. Knows settings; must not know how answers are combined.
"""

from __future__ import annotations

from dataclasses import replace

from tasks.domain import Benchmark, PromptStyle
from tasks.errors import UsageError
from tasks.planned import Cell
from tasks.settings import BenchmarkSettings


def with_paraphrases(benchmark: Benchmark, wanted: BenchmarkSettings) -> Benchmark:
    """The benchmark with the wordings of its entry: another version, because its scores are means over wordings."""
    return replace(benchmark, paraphrases=wanted.paraphrases, version="") if wanted.paraphrases else benchmark


def check_paraphrases(cell: Cell) -> None:
    """Refuse paraphrases that would ask the same prompt twice.

    Raises:
        UsageError: a paraphrase is the instruction that is asked anyway, or the prompt holds no instruction because the
            question itself is the text to continue.
    """
    benchmark = cell.benchmark
    place = f"benchmark {benchmark.benchmark_id!r}: paraphrases:"
    own, *others = (" ".join(text.split()) for text in benchmark.instructions)
    if own in others:
        raise UsageError(
            f"{place} {own!r:.60} is the benchmark's own instruction, which is always asked. Remove it from the list."
        )
    if others and benchmark.is_continued and cell.prompt_style is PromptStyle.COMPLETION:
        raise UsageError(
            f"{place} {cell.model.id!r} is asked in style completion, where this benchmark's prompt holds no "
            "instruction. Remove paraphrases, or set prompt_styles: [chat]."
        )
