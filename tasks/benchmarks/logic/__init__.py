"""Short puzzles with one exact answer (orders, liars, dates, sets, ways, syllogisms), made from templates with a seed.

Citation: items written for this project. Licence: Apache-2.0, like the code.
Pitfalls: puzzles of one template differ only in names and numbers, so the template is the cluster. Each item has its
own chance score: a guess is right in every second yes-or-no puzzle, and in every fifth "who" puzzle about five people.
The answer must stand behind "The answer is". A test solves every puzzle again from its text, in another way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tasks.benchmarks.draw import Draw, drawn_items
from tasks.benchmarks.logic.amounts import counting_kinds, two_sets
from tasks.benchmarks.logic.orders import alphabet, heights, queue, round_table
from tasks.benchmarks.logic.people import family
from tasks.benchmarks.logic.times import clock, date_after, days_between, weekday
from tasks.benchmarks.logic.truths import boolean, chain_of_liars, if_then, one_thief, syllogism
from tasks.benchmarks.logic.ways import back_home, compass, swaps
from tasks.domain import Benchmark, Dimension, Domain, Example
from tasks.identity import make_items


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of puzzle: what a blind guess is worth, how many items it makes, and how one is drawn."""

    name: str
    area: str
    count: int
    chance: float
    make: Callable[[Draw], tuple[str, str]]


TEMPLATES = (
    Template("queue", "order", 12, 0.2, queue),
    Template("heights", "order", 9, 0.25, heights),
    Template("round_table", "order", 8, 1 / 6, round_table),
    Template("alphabet", "order", 9, 1 / 7, alphabet),
    Template("boolean", "truth", 14, 0.5, boolean),
    Template("chain_of_liars", "truth", 12, 0.5, chain_of_liars),
    Template("one_thief", "truth", 8, 0.25, one_thief),
    Template("syllogism", "truth", 16, 0.5, syllogism),
    Template("if_then", "truth", 12, 1 / 3, if_then),
    Template("date_after", "time", 10, 0.0, date_after),
    Template("weekday", "time", 9, 1 / 7, weekday),
    Template("days_between", "time", 8, 0.0, days_between),
    Template("clock", "time", 8, 0.0, clock),
    Template("two_sets", "counting", 11, 0.0, two_sets),
    Template("counting_kinds", "counting", 8, 0.0, counting_kinds),
    Template("back_home", "space", 12, 0.5, back_home),
    Template("compass", "space", 9, 0.25, compass),
    Template("swaps", "space", 10, 0.25, swaps),
    Template("family", "relations", 9, 0.0, family),
)
_EXAMPLES = (
    Example(
        "Mia is older than Tom. Tom is older than Zoe. Who of the three is the youngest?",
        "Mia comes before Tom and Tom before Zoe, so Zoe is the youngest. The answer is Zoe.",
    ),
    Example(
        "All minks are furry. Pim is a mink. Does it follow that Pim is furry?",
        "Pim is a mink and every mink is furry, so Pim must be furry. The answer is yes.",
    ),
    Example(
        "A jar holds 9 buttons. 4 of them are blue and the rest are grey. How many are grey?",
        "9 - 4 = 5. The answer is 5.",
    ),
)


def build() -> Benchmark:
    """Make the benchmark; every call gives an equal one."""
    items = make_items(fields for template in TEMPLATES for fields in _items(template))
    return Benchmark(
        benchmark_id="logic",
        title="Short logic puzzles",
        dimension=Dimension.CAPABILITY,
        domain=Domain.REASONING,
        scorer="exact_answer",
        metric="accuracy",
        items=items,
        instruction="Solve the puzzle. Show short reasoning and end with: The answer is <answer>.",
        examples=_EXAMPLES,
        licence="Apache-2.0",
        citation="Written for this project.",
        cluster_meaning="template",
        pitfalls="Instances of a template differ only in names and numbers; chance differs between templates.",
        chance_score=round(sum(item.chance_score or 0.0 for item in items) / len(items), 6),
        max_tokens=640,
        verified="own",
    )


def _items(template: Template) -> list[dict[str, Any]]:
    draw = Draw(f"logic/{template.name}")
    return drawn_items(
        template.count,
        lambda: template.make(draw),
        cluster=template.name,
        subset=template.area,
        chance_score=template.chance,
    )
