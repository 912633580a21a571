"""Grade-school word problems, each with one whole number as answer, made from templates with a fixed seed.

Citation: items written for this project. Licence: Apache-2.0, like the code.
Pitfalls: problems of one template differ only in names and numbers, so the template is the cluster. Strong models solve
nearly all of them, so a small loss hardly shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tasks.benchmarks.draw import Draw, drawn_items
from tasks.domain import Benchmark, Dimension, Domain, Example
from tasks.identity import make_items

_NAMES = ("Amira", "Ben", "Chloe", "Dario", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kemal", "Lena", "Marta")
_GOODS = ("notebooks", "candles", "mugs", "plants", "puzzles", "scarves", "lamps", "brushes")
_FOODS = ("apples", "pears", "muffins", "rolls", "oranges", "eggs", "peaches", "cookies")


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of problem: how many steps it takes, how many items it makes, and how one is drawn."""

    name: str
    steps: str
    count: int
    make: Callable[[Draw], tuple[str, int]]


def build() -> Benchmark:
    """Make the benchmark; every call gives an equal one."""
    return Benchmark(
        benchmark_id="arithmetic",
        title="Grade-school word problems",
        dimension=Dimension.CAPABILITY,
        domain=Domain.REASONING,
        scorer="numeric",
        metric="accuracy",
        items=make_items(fields for template in TEMPLATES for fields in _items(template)),
        instruction="Solve the problem. Show short working and end with: The answer is <number>.",
        examples=_EXAMPLES,
        licence="Apache-2.0",
        citation="Written for this project.",
        cluster_meaning="template",
        pitfalls="Instances of a template differ only in names and numbers; strong models are near the ceiling.",
        max_tokens=640,
        verified="own",
    )


def _items(template: Template) -> list[dict[str, Any]]:
    draw = Draw(f"arithmetic/{template.name}")
    return drawn_items(template.count, lambda: template.make(draw), cluster=template.name, subset=template.steps)


def _two_piles(draw: Draw) -> tuple[str, int]:
    name, food = draw.pick(_NAMES), draw.pick(_FOODS)
    first, second = draw.between(14, 89), draw.between(14, 89)
    return (
        f"{name} has {first} {food} in one crate and {second} in another. How many {food} does {name} have?",
        first + second,
    )


def _left_over(draw: Draw) -> tuple[str, int]:
    name, goods = draw.pick(_NAMES), draw.pick(_GOODS)
    start, sold = draw.between(90, 250), draw.between(25, 85)
    return f"{name} had {start} {goods} and sold {sold} of them. How many {goods} are left?", start - sold


def _equal_boxes(draw: Draw) -> tuple[str, int]:
    goods, boxes, each = draw.pick(_GOODS), draw.between(6, 19), draw.between(7, 24)
    return f"A shop receives {boxes} boxes with {each} {goods} in each box. How many {goods} is that?", boxes * each


def _fair_share(draw: Draw) -> tuple[str, int]:
    food, people, each = draw.pick(_FOODS), draw.between(4, 14), draw.between(6, 18)
    return (
        f"{people * each} {food} are shared equally among {people} people. How many {food} does each person get?",
        each,
    )


def _change(draw: Draw) -> tuple[str, int]:
    name, goods, count, price = draw.pick(_NAMES), draw.pick(_GOODS), draw.between(3, 8), draw.between(4, 11)
    return (
        (
            f"{name} buys {count} {goods} at {price} dollars each and pays with a 100-dollar note. "
            f"How many dollars of change does {name} get?"
        ),
        100 - count * price,
    )


def _two_prices(draw: Draw) -> tuple[str, int]:
    adults, children = draw.between(2, 9), draw.between(3, 12)
    child_price = draw.between(4, 8)
    adult_price = child_price + draw.between(3, 9)
    return (
        (
            f"Tickets cost {adult_price} dollars for an adult and {child_price} dollars for a child. "
            f"How many dollars do {adults} adults and {children} children pay together?"
        ),
        adults * adult_price + children * child_price,
    )


def _travel(draw: Draw) -> tuple[str, int]:
    speed, hours, more = draw.between(8, 18) * 5, draw.between(2, 6), draw.between(10, 60)
    return (
        (
            f"A train travels at {speed} kilometres per hour for {hours} hours and covers {more} kilometres more. "
            "How many kilometres does it travel in all?"
        ),
        speed * hours + more,
    )


def _savings(draw: Draw) -> tuple[str, int]:
    name, start, weekly, weeks = draw.pick(_NAMES), draw.between(15, 60), draw.between(5, 15), draw.between(4, 12)
    return (
        (
            f"{name} has {start} dollars and saves {weekly} dollars every week. "
            f"How many dollars does {name} have after {weeks} weeks?"
        ),
        start + weekly * weeks,
    )


def _ages(draw: Draw) -> tuple[str, int]:
    younger, older = draw.some(_NAMES, 2)
    age, gap, later = draw.between(5, 14), draw.between(2, 9), draw.between(3, 10)
    return (
        (
            f"{younger} is {age} years old. {older} is {gap} years older than {younger}. "
            f"How old will {older} be in {later} years?"
        ),
        age + gap + later,
    )


def _percent_off(draw: Draw) -> tuple[str, int]:
    price, percent = draw.between(3, 15) * 20, draw.pick((10, 15, 20, 25, 30, 40))
    goods = draw.pick(("coat", "bicycle", "table", "camera", "tent"))
    return (
        (
            f"A {goods} costs {price} dollars. In a sale its price is lowered by {percent} percent. "
            "How many dollars does it cost in the sale?"
        ),
        price - price * percent // 100,
    )


def _fraction_of(draw: Draw) -> tuple[str, int]:
    parts = draw.pick((3, 4, 5, 6, 8))
    taken, each = draw.between(2, parts - 1), draw.between(5, 16)
    return (
        f"A farm has {parts * each} sheep. {taken}/{parts} of them are in the barn. How many sheep are in the barn?",
        taken * each,
    )


def _fence(draw: Draw) -> tuple[str, int]:
    length, width, price = draw.between(8, 30), draw.between(5, 20), draw.between(3, 9)
    return (
        (
            f"A rectangular garden is {length} metres long and {width} metres wide. A fence all around it costs "
            f"{price} dollars per metre. How many dollars does the fence cost?"
        ),
        2 * (length + width) * price,
    )


def _tiles(draw: Draw) -> tuple[str, int]:
    length, width, spare = draw.between(5, 14), draw.between(4, 12), draw.between(5, 15)
    return (
        (
            f"A floor {length} metres long and {width} metres wide is covered with tiles of one square metre. "
            f"{spare} spare tiles are bought as well. How many tiles are bought?"
        ),
        length * width + spare,
    )


def _bus(draw: Draw) -> tuple[str, int]:
    start, off, on = draw.between(28, 55), draw.between(5, 14), draw.between(4, 16)
    last = draw.between(3, 12)
    return (
        (
            f"A bus leaves with {start} passengers. At the first stop {off} get off and {on} get on. "
            f"At the second stop {last} get off. How many passengers are on the bus then?"
        ),
        start - off + on - last,
    )


def _packing(draw: Draw) -> tuple[str, int]:
    food, trays, each, size = draw.pick(_FOODS), draw.between(3, 9), draw.between(12, 30), draw.between(4, 9)
    total = trays * each
    return (
        (
            f"A bakery fills {trays} trays with {each} {food} each and packs them into bags of {size}. "
            f"How many {food} are left over when as many bags as possible are full?"
        ),
        total % size,
    )


def _average(draw: Draw) -> tuple[str, int]:
    name, mean, gap = draw.pick(_NAMES), draw.between(12, 40), draw.between(1, 5)
    spread = draw.between(1, 6)
    scores = draw.shuffled((mean - gap, mean + gap, mean - spread, mean + spread))
    listed = f"{scores[0]}, {scores[1]}, {scores[2]} and {scores[3]}"
    return f"{name} scores {listed} points in four games. What is the average number of points per game?", mean


def _workers(draw: Draw) -> tuple[str, int]:
    days, workers, fewer = draw.pick((6, 9, 12, 15)), draw.pick((4, 6, 8)), draw.pick((2, 3))
    return (
        (
            f"{workers} painters need {days} days to paint a school. All painters work equally fast. "
            f"How many days would {fewer} painters need?"
        ),
        workers * days // fewer,
    )


def _duration(draw: Draw) -> tuple[str, int]:
    hour, minute = draw.between(8, 11), draw.between(1, 11) * 5
    length = draw.between(14, 45) * 5
    end = hour * 60 + minute + length
    return (
        (
            f"A class starts at {hour}:{minute:02d} in the morning and ends at {end // 60}:{end % 60:02d} the same day "
            "(24-hour clock). How many minutes does it last?"
        ),
        length,
    )


TEMPLATES = (
    Template("two_piles", "one step", 8, _two_piles),
    Template("left_over", "one step", 8, _left_over),
    Template("equal_boxes", "one step", 10, _equal_boxes),
    Template("fair_share", "one step", 9, _fair_share),
    Template("change", "two steps", 12, _change),
    Template("travel", "two steps", 13, _travel),
    Template("savings", "two steps", 10, _savings),
    Template("ages", "two steps", 9, _ages),
    Template("percent_off", "two steps", 14, _percent_off),
    Template("fraction_of", "two steps", 11, _fraction_of),
    Template("tiles", "two steps", 10, _tiles),
    Template("packing", "two steps", 16, _packing),
    Template("workers", "two steps", 8, _workers),
    Template("duration", "two steps", 14, _duration),
    Template("two_prices", "three steps", 13, _two_prices),
    Template("fence", "three steps", 12, _fence),
    Template("bus", "three steps", 12, _bus),
    Template("average", "three steps", 11, _average),
)

_EXAMPLES = (
    Example("A box holds 3 red and 4 blue pens. How many pens does it hold?", "3 + 4 = 7. The answer is 7."),
    Example(
        "Olga buys 5 loaves at 3 dollars each and pays with a 20-dollar note. How many dollars does she get back?",
        "The loaves cost 5 x 3 = 15 dollars. She gets back 20 - 15 = 5 dollars. The answer is 5.",
    ),
    Example(
        "Two walls are 6 metres long each and a third is 9 metres. One roll of paper covers 7 metres. "
        "How many rolls are needed for the three walls?",
        "The walls measure 6 + 6 + 9 = 21 metres. 21 / 7 = 3. The answer is 3.",
    ),
)
