"""Right functions pass their tests and plausible mistakes fail. The programs are our own, so they are run here."""

from __future__ import annotations

import pytest

from tasks.benchmarks import BUILTIN, coding
from tasks.scorers import SCORERS
from tests.support.programs import passes_here

BENCHMARK = BUILTIN["coding"]()
CODE = SCORERS["code"]


def passes(item, body):
    """Say whether the program that the scorer makes of an answer runs to its end."""
    return passes_here(CODE.program(item, coding.answer(item, body)))


@pytest.mark.parametrize("template", coding.TEMPLATES, ids=lambda template: template.name)
def test_the_right_function_passes_and_each_mistake_fails(template):
    for item in (item for item in BENCHMARK.items if item.cluster_id == template.name):
        solved = coding.solved(item)
        assert passes(item, solved.right), item.question
        assert len(solved.wrong) == 2
        assert not [body for body in solved.wrong if passes(item, body)], item.question


@pytest.mark.parametrize("example", BENCHMARK.examples, ids=lambda example: example.question[4:11])
def test_the_answer_of_an_example_begins_with_the_function_in_question(example):
    assert example.answer.startswith(f"```python\n{example.question}\n")
