"""Word problems: every answer is worked out again from the numbers in the text."""

from __future__ import annotations

import re

import pytest

from tasks.benchmarks import BUILTIN
from tasks.benchmarks.arithmetic import TEMPLATES
from tasks.domain import Item, Outcome
from tasks.scorers import scorer

# How to work out the answer from the numbers of a question, in the order in which they stand there.
SOLUTIONS = {
    "two_piles": lambda a, b: a + b,
    "left_over": lambda a, b: a - b,
    "equal_boxes": lambda a, b: a * b,
    "fair_share": lambda a, b: a / b,
    "change": lambda count, price, note: note - count * price,
    "travel": lambda speed, hours, more: speed * hours + more,
    "savings": lambda start, weekly, weeks: start + weekly * weeks,
    "ages": lambda age, gap, later: age + gap + later,
    "percent_off": lambda price, percent: price * (100 - percent) / 100,
    "fraction_of": lambda all_sheep, taken, parts: all_sheep / parts * taken,
    "tiles": lambda length, width, spare: length * width + spare,
    "packing": lambda trays, each, size: trays * each - (trays * each // size) * size,
    "workers": lambda workers, days, fewer: workers * days / fewer,
    "duration": lambda h1, m1, h2, m2, _clock: (h2 * 60 + m2) - (h1 * 60 + m1),
    "two_prices": lambda adult, child, adults, children: adult * adults + child * children,
    "fence": lambda length, width, price: (length + width + length + width) * price,
    "bus": lambda start, off, on, last: start - off + on - last,
    "average": lambda a, b, c, d: (a + b + c + d) / 4,
}


def items_of(template: str) -> list[Item]:
    return [item for item in BUILTIN["arithmetic"]().items if item.cluster_id == template]


def test_every_template_has_a_solution_here():
    assert {template.name for template in TEMPLATES} == set(SOLUTIONS)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_the_target_is_the_solution(template):
    items = items_of(template.name)
    assert len(items) == template.count
    for item in items:
        numbers = [int(digits) for digits in re.findall(r"\d+", item.question)]
        assert SOLUTIONS[template.name](*numbers) == int(item.target), item.question


def test_answers_are_whole_numbers_and_not_negative():
    assert all(item.target.isdecimal() for item in BUILTIN["arithmetic"]().items)


@pytest.mark.parametrize(
    ("example", "solution"),
    list(zip(BUILTIN["arithmetic"]().examples, ["7", "5", "3"], strict=True)),
    ids=["first", "second", "third"],
)
def test_the_scorer_finds_the_answer_of_an_example(example, solution):
    item = Item("id", example.question, solution, "cluster", "subset")
    verdict = scorer("numeric").score(item, f" {example.answer}")
    assert (verdict.outcome, verdict.is_final) == (Outcome.CORRECT, True)
