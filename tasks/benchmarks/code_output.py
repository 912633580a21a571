"""Small Python programs that print one line: what does each of them print?

Citation: programs written for this project. Licence: Apache-2.0, like the code.
Pitfalls: a plain Python function beside each template knows the expected line, so no program is run to make an item; a
test runs every program and compares. Lists and dicts must be written as Python prints them, to the blank. The template
is the cluster.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.benchmarks.draw import Draw, drawn_items
from tasks.domain import Benchmark, Dimension, Domain, Example
from tasks.identity import make_items

_WORDS = ("banana", "pepper", "cotton", "ribbon", "saddle", "kettle", "tomato", "pillow", "button", "copper", "mirror")
_CITIES = ("Oslo", "Lima", "Quito", "Cairo", "Hanoi", "Berlin", "Accra", "Dublin", "Nairobi", "Tallinn")

QUESTION = "What does this Python program print?\n\n```python\n{program}\n```"


@dataclass(frozen=True, slots=True)
class Template:
    """A program with places such as ``$name``, how values for them are drawn, and a function that gives the output."""

    name: str
    area: str
    count: int
    program: str
    values: Callable[[Draw], Mapping[str, Any]]
    output: Callable[..., object]


def build() -> Benchmark:
    """Make the benchmark; every call gives an equal one."""
    return Benchmark(
        benchmark_id="code_output",
        title="What a small Python program prints",
        dimension=Dimension.CAPABILITY,
        domain=Domain.CODING,
        scorer="exact",
        metric="accuracy",
        items=make_items(fields for template in TEMPLATES for fields in _items(template)),
        instruction='Give only the line that the program prints, after "Output:".',
        examples=_EXAMPLES,
        licence="Apache-2.0",
        citation="Written for this project.",
        cluster_meaning="template",
        pitfalls="The match is exact to the blank.",
        max_tokens=640,
        stop=("\n\n", "\nQuestion:"),  # the answer is one line; base models go on below it
        verified="own",
    )


def _items(template: Template) -> list[dict[str, Any]]:
    draw = Draw(f"code_output/{template.name}")
    program = string.Template(template.program.strip())

    def one() -> tuple[str, object]:
        values = template.values(draw)
        text = program.substitute({name: repr(value) for name, value in values.items()})
        return QUESTION.format(program=text), template.output(**values)

    return drawn_items(template.count, one, cluster=template.name, subset=template.area)


def _numbers(draw: Draw, count: int, high: int = 20) -> list[int]:
    return [draw.between(1, high) for _ in range(count)]


def _halvings(start: int) -> int:
    return 0 if start <= 1 else 1 + _halvings(start // 2)


def _step_total(top: int, step: int) -> int:
    return top if top < step else top + _step_total(top - step, step)


def _counts(word: str) -> dict[str, int]:
    return {letter: word.count(letter) for letter in dict.fromkeys(word)}


def _longest_first(words: list[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))


def _running(numbers: list[int]) -> list[int]:
    return [sum(numbers[: place + 1]) for place in range(len(numbers))]


def _swapped(first: int, second: int, third: int) -> str:
    return f"{second} {third} {first + second}"


def _found(numbers: list[int], limit: int) -> int:
    return next((number for number in numbers if number > limit), -1)


def _looked_up(stock: dict[str, int], asked: list[str], default: int) -> int:
    return sum(stock.get(name, default) for name in asked)


TEMPLATES = (
    Template(
        "loop_sum",
        "control flow",
        11,
        """
total = 0
for number in range($low, $high):
    if number % $divisor == 0:
        total += number
print(total)
""",
        lambda d: {"low": d.between(1, 6), "high": d.between(12, 24), "divisor": d.between(2, 5)},
        lambda low, high, divisor: sum(n for n in range(low, high) if not n % divisor),
    ),
    Template(
        "while_halving",
        "control flow",
        8,
        """
number = $start
steps = 0
while number > 1:
    number //= 2
    steps += 1
print(steps)
""",
        lambda d: {"start": d.between(9, 300)},
        _halvings,
    ),
    Template(
        "early_break",
        "control flow",
        10,
        """
found = -1
for number in $numbers:
    if number > $limit:
        found = number
        break
print(found)
""",
        lambda d: {"numbers": _numbers(d, 6), "limit": d.between(8, 17)},
        _found,
    ),
    Template(
        "nested_loops",
        "control flow",
        8,
        """
count = 0
for row in range($rows):
    for column in range($columns):
        if row < column:
            count += 1
print(count)
""",
        lambda d: {"rows": d.between(3, 6), "columns": d.between(3, 8)},
        lambda rows, columns: sum(max(columns - row - 1, 0) for row in range(rows)),
    ),
    Template(
        "recursion",
        "functions",
        9,
        """
def total(number):
    if number < $step:
        return number
    return number + total(number - $step)

print(total($top))
""",
        lambda d: {"top": d.between(9, 25), "step": d.between(2, 5)},
        _step_total,
    ),
    Template(
        "default_argument",
        "functions",
        9,
        """
def area(width, height=$height):
    return width * height

print(area($first) + area($second, height=$other))
""",
        lambda d: dict(zip(("height", "first", "second", "other"), _numbers(d, 4, 12), strict=True)),
        lambda height, first, second, other: first * height + second * other,
    ),
    Template(
        "swap",
        "functions",
        8,
        """
a, b, c = $first, $second, $third
a, b, c = b, c, a + b
print(a, b, c)
""",
        lambda d: dict(zip(("first", "second", "third"), _numbers(d, 3, 30), strict=True)),
        _swapped,
    ),
    Template(
        "slices",
        "lists",
        12,
        """
numbers = $numbers
print(numbers[$start::$step])
""",
        lambda d: {"numbers": _numbers(d, 8), "start": d.between(0, 3), "step": d.between(2, 3)},
        lambda numbers, start, step: [numbers[place] for place in range(start, len(numbers), step)],
    ),
    Template(
        "comprehension",
        "lists",
        12,
        """
numbers = $numbers
print([number * $factor for number in numbers if number % 2 == $rest])
""",
        lambda d: {"numbers": _numbers(d, 6, 15), "factor": d.between(2, 5), "rest": d.between(0, 1)},
        lambda numbers, factor, rest: [n * factor for n in numbers if n % 2 == rest],
    ),
    Template(
        "running_total",
        "lists",
        8,
        """
totals = []
for number in $numbers:
    totals.append(number + (totals[-1] if totals else 0))
print(totals)
""",
        lambda d: {"numbers": _numbers(d, 5, 12)},
        _running,
    ),
    Template(
        "sorting",
        "lists",
        9,
        """
words = $words
words.sort(key=lambda word: (-len(word), word))
print(words)
""",
        lambda d: {"words": d.some(_CITIES, 4)},
        _longest_first,
    ),
    Template(
        "zip_enumerate",
        "lists",
        11,
        """
left = $left
right = $right
print(sum(place * (a - b) for place, (a, b) in enumerate(zip(left, right))))
""",
        lambda d: {"left": _numbers(d, 4, 9), "right": _numbers(d, d.between(3, 4), 9)},
        lambda left, right: sum(i * (left[i] - right[i]) for i in range(min(len(left), len(right)))),
    ),
    Template(
        "dict_counts",
        "dicts and sets",
        8,
        """
counts = {}
for letter in $word:
    counts[letter] = counts.get(letter, 0) + 1
print(counts)
""",
        lambda d: {"word": d.pick(_WORDS)},
        _counts,
    ),
    Template(
        "dict_lookup",
        "dicts and sets",
        9,
        """
stock = $stock
print(sum(stock.get(name, $default) for name in $asked))
""",
        lambda d: {
            "stock": {city: d.between(1, 30) for city in d.some(_CITIES, 3)},
            "asked": d.some(_CITIES, 4),
            "default": d.between(1, 5),
        },
        _looked_up,
    ),
    Template(
        "set_operations",
        "dicts and sets",
        10,
        """
first = set($first)
second = set($second)
print(sorted(first - second), len(first & second))
""",
        lambda d: {"first": _numbers(d, 6, 10), "second": _numbers(d, 5, 10)},
        lambda first, second: f"{sorted({*first} - {*second})} {len({*first} & {*second})}",
    ),
    Template(
        "string_methods",
        "strings",
        10,
        """
word = $word
print(word.replace($old, $new).upper()[::-1])
""",
        lambda d: {"word": d.pick(_WORDS), "old": d.pick("tpbno"), "new": d.pick("xyz")},
        lambda word, old, new: "".join(new if c == old else c for c in reversed(word)).upper(),
    ),
    Template(
        "split_join",
        "strings",
        8,
        """
text = $text
parts = text.split(",")
print("-".join(part[:$size] for part in reversed(parts)))
""",
        lambda d: {"text": ",".join(d.some(_CITIES, 3)), "size": d.between(2, 3)},
        lambda text, size: "-".join([part[:size] for part in text.split(",")][::-1]),
    ),
    Template(
        "f_strings",
        "strings",
        9,
        """
price = $price
count = $count
print(f"{count}x{price:.2f}={count * price:.1f}")
""",
        lambda d: {"price": d.between(5, 60) / 4, "count": d.pick((2, 4, 6, 8))},  # quarters are exact in binary
        lambda price, count: f"{count}x{price:.2f}={price * count:.1f}",
    ),
    Template(
        "integer_division",
        "numbers",
        12,
        """
a, b = $a, $b
print(a // b, a % b)
""",
        lambda d: {"a": d.between(-60, 90), "b": d.between(3, 13)},
        lambda a, b: "{} {}".format(*divmod(a, b)),
    ),
)

_EXAMPLES = (
    Example(QUESTION.format(program="print(2 + 3)"), "Output: 5"),
    Example(QUESTION.format(program='word = "tree"\nprint(word[0], len(word))'), "Output: t 4"),
    Example(QUESTION.format(program="numbers = [3, 1, 2]\nprint(sorted(numbers))"), "Output: [1, 2, 3]"),
)
