"""What every built-in benchmark is and asks, as one file per benchmark that a person can review.

After a wanted change: ``ALIGNTAX_WRITE_GOLDEN=1 pytest tests/tasks/benchmarks/test_golden.py`` and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tasks.benchmarks import BUILTIN
from tasks.domain import Benchmark, Prompt, PromptStyle

GOLDEN = Path(__file__).with_name("golden")
FACTS = ("version", "dimension", "domain", "scorer", "metric", "unparsed_rule", "higher_is_better", "is_harmful_text")


def shown(prompt: Prompt) -> str:
    turns = "\n".join(f"[{message.role}]\n{message.content}" for message in prompt.messages)
    return f"max_tokens: {prompt.max_tokens}\nstop: {list(prompt.stop)}\n---\n{prompt.text or turns}\n"


def described(benchmark: Benchmark) -> str:
    facts = [f"{name}: {getattr(benchmark, name)}" for name in FACTS]
    facts += [f"items: {len(benchmark.items)}", f"chance_score: {benchmark.chance_score}"]
    prompts = [f"=== {style}\n{shown(benchmark.render(benchmark.items[0], style))}" for style in PromptStyle]
    return "\n".join([*facts, "", *prompts])


@pytest.mark.parametrize("benchmark_id", sorted(BUILTIN))
def test_a_benchmark_is_and_asks_what_was_reviewed(benchmark_id):
    path, content = GOLDEN / f"{benchmark_id}.txt", described(BUILTIN[benchmark_id]())
    if os.environ.get("ALIGNTAX_WRITE_GOLDEN") == "1":
        path.write_text(content, encoding="utf-8")
    assert path.exists(), f"{path.name} is not there. Write it with ALIGNTAX_WRITE_GOLDEN=1 and review it."
    assert path.read_text(encoding="utf-8") == content


def test_every_reviewed_benchmark_still_exists():
    assert {path.stem for path in GOLDEN.iterdir()} == set(BUILTIN)
