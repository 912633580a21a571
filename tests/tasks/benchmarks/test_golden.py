"""One rendered prompt per benchmark and style, and every version, as files a person can review.

After a wanted change: ``ALIGNTAX_WRITE_GOLDEN=1 pytest tests/tasks/benchmarks/test_golden.py`` and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tasks.benchmarks import BUILTIN
from tasks.domain import Prompt, PromptStyle

GOLDEN = Path(__file__).with_name("golden")


def shown(prompt: Prompt) -> str:
    turns = "\n".join(f"[{message.role}]\n{message.content}" for message in prompt.messages)
    return f"max_tokens: {prompt.max_tokens}\nstop: {list(prompt.stop)}\n---\n{prompt.text or turns}\n"


def check(name: str, content: str) -> None:
    path = GOLDEN / name
    if os.environ.get("ALIGNTAX_WRITE_GOLDEN") == "1":
        path.write_text(content, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == content


@pytest.mark.parametrize("style", list(PromptStyle))
@pytest.mark.parametrize("benchmark_id", sorted(BUILTIN))
def test_the_prompt_reads_as_reviewed(benchmark_id, style):
    benchmark = BUILTIN[benchmark_id]()
    check(f"{benchmark_id}.{style}.txt", shown(benchmark.render(benchmark.items[0], style)))


def test_versions_are_the_same_on_every_machine():
    check("versions.txt", "".join(f"{name} {BUILTIN[name]().version}\n" for name in sorted(BUILTIN)))
