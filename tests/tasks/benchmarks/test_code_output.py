"""Every program is run here, and prints what the benchmark expects."""

from __future__ import annotations

import contextlib
import io

import pytest

from tasks.benchmarks import BUILTIN
from tasks.benchmarks.code_output import TEMPLATES
from tasks.domain import Item, Outcome
from tasks.scorers import scorer


def printed(question: str) -> str:
    """Run the program of a question. That is safe, because the programs are made from our own templates."""
    program = question.split("```python\n")[1].removesuffix("\n```")
    with contextlib.redirect_stdout(io.StringIO()) as captured:
        exec(compile(program, "<program>", "exec"), {"__name__": "__main__"})
    return captured.getvalue()


def items_of(template: str) -> list[Item]:
    return [item for item in BUILTIN["code_output"]().items if item.cluster_id == template]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_a_program_prints_the_target_and_nothing_else(template):
    items = items_of(template.name)
    assert len(items) == template.count
    for item in items:
        assert printed(item.question) == f"{item.target}\n", item.question


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_the_output_depends_on_the_values(template):
    assert len({item.target for item in items_of(template.name)}) >= 3


@pytest.mark.parametrize("item", BUILTIN["code_output"]().items, ids=lambda item: item.item_id)
def test_the_target_is_one_line_that_the_scorer_accepts(item):
    assert "\n" not in item.target
    for text in (f" {item.target}", f"Output: {item.target}", f"```\n{item.target}\n```"):
        assert scorer("exact").score(item, text).outcome is Outcome.CORRECT


@pytest.mark.parametrize("example", BUILTIN["code_output"]().examples, ids=["sum", "word", "sorted"])
def test_the_answer_of_an_example_is_what_its_program_prints(example):
    assert f"Output: {printed(example.question)}" == f"{example.answer}\n"
