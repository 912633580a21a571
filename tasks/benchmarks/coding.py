"""Small Python functions to write, judged by running their tests.

Citation: tasks written for this project. Licence: Apache-2.0, like the code.
Pitfalls: the tests call the function only a few times, so a wrong function may pass; the mistakes that stand beside
each template do not. Needs the sandbox: on a machine without one the answers wait for another machine. The template is
the cluster.
"""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from tasks.benchmarks.draw import Draw, drawn_items
from tasks.domain import Benchmark, Dimension, Domain, Example, Item
from tasks.identity import make_items

_WORDS = ("kettle", "ribbon", "saddle", "pillow", "mirror", "oak", "tin", "lamp", "garden", "bee", "violin", "sea")

STUB = 'def $name($parameters):\n    """$purpose"""'


@dataclass(frozen=True, slots=True)
class Template:
    """A function to write. ``$n`` in its purpose and bodies is a number, drawn anew for each question.

    ``expected`` takes ``n`` and an argument and gives the result; it is written in another way than ``right``, the body
    that passes. ``wrong`` holds bodies with plausible mistakes.
    """

    name: str
    area: str
    parameters: str
    purpose: str
    right: str
    wrong: tuple[str, ...]
    low: int
    high: int
    arguments: Callable[[Draw, int], list[Any]]
    expected: Callable[..., object]


@dataclass(frozen=True, slots=True)
class Solved:
    """Bodies for an item's function: one that passes, and plausible ones that fail."""

    right: str
    wrong: tuple[str, ...]


def build() -> Benchmark:
    """Make the benchmark; every call gives an equal one."""
    return Benchmark(
        benchmark_id="coding",
        title="Small Python functions that pass their tests",
        dimension=Dimension.CAPABILITY,
        domain=Domain.CODING,
        scorer="code",
        metric="pass_at_1",
        items=make_items(fields for fields, _ in _made()),
        instruction="Write this Python function. Give the whole function in one code block.",
        examples=_EXAMPLES,
        licence="Apache-2.0",
        citation="Written for this project.",
        cluster_meaning="template",
        pitfalls="A handful of tests per function; needs the sandbox.",
        max_tokens=640,
    )


def solved(item: Item) -> Solved:
    """A right body and wrong ones for an item of this benchmark, for tests and the simulated server."""
    return _solutions()[item.question]


def answer(item: Item, body: str) -> str:
    """The item's function with a body, in a code block, as the examples show it."""
    return f"```python\n{item.question}\n{body}\n```"


@cache
def _solutions() -> dict[str, Solved]:
    return {fields["question"]: solution for fields, solution in _made()}


def _made() -> list[tuple[dict[str, Any], Solved]]:
    return [made for place, template in enumerate(TEMPLATES) for made in _items(template, 8 + place % 2)]


def _items(template: Template, count: int) -> list[tuple[dict[str, Any], Solved]]:
    draw = Draw(f"coding/{template.name}")
    values: dict[str, int] = {}

    def one() -> tuple[str, str]:
        n = draw.between(template.low, template.high)
        question = _stub(template.name, template.parameters, string.Template(template.purpose).substitute(n=n))
        values[question] = n
        return question, json.dumps({"entry_point": template.name, "test": _test(template, n, draw)})

    items = drawn_items(count, one, cluster=template.name, subset=template.area)
    return [(fields, _solved(template, values[fields["question"]])) for fields in items]


def _solved(template: Template, n: int) -> Solved:
    return Solved(_body(template.right, n), tuple(_body(body, n) for body in template.wrong))


def _stub(name: str, parameters: str, purpose: str) -> str:
    return string.Template(STUB).substitute(name=name, parameters=parameters, purpose=purpose)


def _test(template: Template, n: int, draw: Draw) -> str:
    calls = template.arguments(draw, n)
    lines = [f"    assert candidate({argument!r}) == {template.expected(n, argument)!r}" for argument in calls]
    return "\n".join(["def check(candidate):", *lines])


def _body(text: str, n: int) -> str:
    lines = string.Template(text.strip()).substitute(n=n).split("\n")
    return "\n".join(f"    {line}" for line in lines)


def _lists(draw: Draw, n: int) -> list[list[int]]:
    """Lists of numbers, among them n, its neighbours and its multiples."""
    drawn = [[draw.between(-30, 60) for _ in range(draw.between(5, 9))] for _ in range(3)]
    return [[], [n - 1, n, n + 1, 2 * n, n, -n, 3 * n + 1, 0], *drawn]


def _sentences(draw: Draw, _: int) -> list[str]:
    return ["", "Zebra and Yak", *(" ".join(draw.some(_WORDS, draw.between(4, 8))) for _ in range(4))]


def _repetitive(draw: Draw, n: int) -> list[list[str]]:
    """Lists in which one word occurs n times, one n + 1 times and one n - 1 times."""
    drawn = []
    for _ in range(3):
        first, second, third = draw.some(_WORDS, 3)
        drawn.append(draw.shuffled([*[first] * n, *[second] * (n + 1), *[third] * (n - 1)]))
    return [[], *drawn]


def _wholes(draw: Draw, n: int) -> list[int]:
    return [0, 1, n, n * n - 1, *(draw.between(2, 2_000) for _ in range(4))]


def _grids(draw: Draw, _: int) -> list[list[list[int]]]:
    return [[], *([[draw.between(1, 20) for _ in range(24)] for _ in range(4)] for _ in range(3))]


def _base_digits(number: int, base: int) -> list[int]:
    return [*_base_digits(number // base, base), number % base] if number else []


def _shifted(shift: int, text: str) -> str:
    letters = string.ascii_lowercase
    return text.translate(str.maketrans(letters, letters[shift:] + letters[:shift]))


def _clock(added: int, minutes: int) -> str:
    hours, rest = divmod(minutes + added, 60)
    return f"{hours % 24:02}:{rest:02}"


TEMPLATES = (
    Template(
        "keep_multiples", "lists", "numbers", "Return a list of the numbers that $n divides, in their order.",
        "return [number for number in numbers if number % $n == 0]",
        (
            "return [number for number in numbers if number % $n != 0]",
            "return [number for number in numbers if number > 0 and number % $n == 0]",
        ),
        2, 12, _lists, lambda n, numbers: list(filter(lambda number: not number % n, numbers)),
    ),
    Template(
        "count_above", "lists", "numbers", "Count the numbers that are greater than $n.",
        "return sum(1 for number in numbers if number > $n)",
        ("return sum(1 for number in numbers if number >= $n)", "return sum(n for n in numbers if n > $n)"),
        3, 30, _lists, lambda n, numbers: len([number for number in numbers if number > n]),
    ),
    Template(
        "capped", "lists", "numbers", "Return a list of the numbers, each larger one replaced by $n.",
        "return [min(number, $n) for number in numbers]",
        ("return [max(number, $n) for number in numbers]", "return [number for number in numbers if number <= $n]"),
        3, 30, _lists, lambda n, numbers: [min(n, number) for number in numbers],
    ),
    Template(
        "rotated", "lists", "numbers", "Return a list in which the first $n numbers have moved to the end.",
        "return numbers[$n:] + numbers[:$n]",
        ("return numbers[-$n:] + numbers[:-$n]", "return numbers[$n:]"),
        2, 12, lambda draw, n: [list(range(n + 3)), [], [draw.between(1, 50) for _ in range(n + 2)]],
        lambda n, numbers: [*numbers[n:], *numbers[:n]],
    ),
    Template(
        "chunks", "lists", "numbers", "Split the list into lists of $n numbers; the last one may be shorter.",
        "return [numbers[place:place + $n] for place in range(0, len(numbers), $n)]",
        (
            "return [numbers[place:place + $n] for place in range(0, len(numbers) - $n + 1, $n)]",
            "return [numbers[place:place + $n] for place in range(len(numbers))]",
        ),
        2, 12, lambda draw, n: [[], [draw.between(1, 50) for _ in range(2 * n + 1)], list(range(n)), [1, *range(n)]],
        lambda n, numbers: [list(numbers[i * n : i * n + n]) for i in range(-(-len(numbers) // n))],
    ),
    Template(
        "window_sums", "lists", "numbers", "Return the sums of every $n neighbouring numbers, from left to right.",
        "return [sum(numbers[place:place + $n]) for place in range(len(numbers) - $n + 1)]",
        (
            "return [sum(numbers[place:place + $n]) for place in range(len(numbers) - $n)]",
            "return [sum(numbers[place:place + $n]) for place in range(len(numbers))]",
        ),
        2, 12, lambda draw, n: [list(range(n)), [draw.between(1, 50) for _ in range(n + 4)], [5] * (n + 1)],
        lambda n, numbers: [sum(part) for part in zip(*(numbers[i:] for i in range(n)), strict=False)],
    ),
    Template(
        "at_least", "dicts and sets", "words", "Return the words that occur $n times or more, sorted, each once.",
        "return sorted({word for word in words if words.count(word) >= $n})",
        (
            "return sorted({word for word in words if words.count(word) > $n})",
            "return sorted(word for word in words if words.count(word) >= $n)",
        ),
        2, 12, _repetitive, lambda n, words: [word for word in sorted(set(words)) if words.count(word) >= n],
    ),
    Template(
        "apart", "dicts and sets", "numbers", "Return True if two of the numbers differ by exactly $n.",
        "seen = set(numbers)\nreturn any(number + $n in seen for number in numbers)",
        (
            "return any(b - a == $n for a, b in zip(numbers, numbers[1:]))",
            "return max(numbers, default=0) - min(numbers, default=0) >= $n",
        ),
        2, 20, lambda draw, n: [[], [0, 3 * n + 1], [n, 100, 0], [1, 1 + 2 * n, 1 + n], [draw.between(200, 300), 7]],
        lambda n, numbers: any(a - b == n for a in numbers for b in numbers),
    ),
    Template(
        "long_words", "strings", "text", "Return the words of the text with more than $n letters, as a list.",
        "return [word for word in text.split() if len(word) > $n]",
        ("return [word for word in text.split() if len(word) < $n]", "return [c for c in text if len(c) > $n]"),
        1, 9,
        lambda draw, n: ["", "a bb ccc dddd eeeee ffffff ggggggg hhhhhhhh iiiiiiiii jjjjjjjjjj", *_sentences(draw, n)],
        lambda n, text: [word for word in text.split() if word[n:]],
    ),
    Template(
        "every_nth", "strings", "text", "Return every character number $n of the text: the first one is number 1.",
        "return text[$n - 1::$n]",
        ("return text[::$n]", "return text[$n::$n]"),
        2, 12, lambda draw, n: [string.ascii_letters, *_sentences(draw, n)],
        lambda n, text: "".join(c for i, c in enumerate(text, start=1) if not i % n),
    ),
    Template(
        "shifted", "strings", "text", "Move each lower-case letter $n places on, from z on to a; keep the rest.",
        'a = ord("a")\nreturn "".join(chr((ord(c) - a + $n) % 26 + a) if "a" <= c <= "z" else c for c in text)',
        (
            'return "".join(chr(ord(c) + $n) if "a" <= c <= "z" else c for c in text)',
            'a = ord("a")\nreturn "".join(chr((ord(c) - a + $n) % 26 + a) for c in text)',
        ),
        1, 20, lambda draw, n: ["xyz, abc", "Zulu!", *_sentences(draw, n)], _shifted,
    ),
    Template(
        "digit_sum", "numbers", "number", "Return the sum of the digits that the number has in base $n.",
        "total = 0\nwhile number:\n    total += number % $n\n    number //= $n\nreturn total",
        (
            "return sum(int(digit) for digit in str(number)) % $n",
            "total = 0\nwhile number >= $n:\n    total += number % $n\n    number //= $n\nreturn total",
        ),
        2, 12, _wholes, lambda n, number: sum(_base_digits(number, n)),
    ),
    Template(
        "steps_down", "numbers", "number", "Count how often the number can be divided by $n without rest.",
        "count = 0\nwhile number and number % $n == 0:\n    number //= $n\n    count += 1\nreturn count",
        (
            "count = 0\nwhile number >= $n:\n    number //= $n\n    count += 1\nreturn count",
            "return int(number % $n == 0)",
        ),
        2, 12, lambda draw, n: [0, 1, n, n**3, 2 * n**2 + n, n**4 * 11, draw.between(100, 900)],
        lambda n, number: max((k for k in range(1, 20) if number and not number % n**k), default=0),
    ),
    Template(
        "clock", "numbers", "minutes", "Return as HH:MM what the clock shows $n minutes after these minutes of a day.",
        'hours, rest = divmod(minutes + $n, 60)\nreturn f"{hours % 24:02}:{rest:02}"',
        (
            'hours, rest = divmod(minutes + $n, 60)\nreturn f"{hours}:{rest}"',
            'hours, rest = divmod(minutes + $n, 60)\nreturn f"{hours:02}:{rest:02}"',
        ),
        5, 90, lambda draw, _: [0, 60, 1439, *(draw.between(0, 1439) for _ in range(4))], _clock,
    ),
    Template(
        "nearest", "numbers", "number", "Round the number down to a multiple of $n.",
        "return number - number % $n",
        ("return int(number / $n) * $n", "return number + number % $n"),
        3, 30, lambda draw, n: [0, n, 2 * n - 1, -1, -n - 1, *(draw.between(-200, 400) for _ in range(3))],
        lambda n, number: number // n * n,
    ),
    Template(
        "grid_sum", "grids", "rows", "Sum the numbers in the columns $n, 2 * $n, 3 * $n and so on, counted from 0.",
        "return sum(number for row in rows for place, number in enumerate(row) if place and place % $n == 0)",
        (
            "return sum(number for row in rows for place, number in enumerate(row) if place % $n == 0)",
            "return sum(row[$n] for row in rows)",
        ),
        1, 9, _grids, lambda n, rows: sum(row[i] for row in rows for i in range(n, len(row), n)),
    ),
)  # fmt: skip


def _example(name: str, parameters: str, purpose: str, body: str) -> Example:
    stub = _stub(name, parameters, purpose)
    return Example(stub, f"```python\n{stub}\n    {body}\n```")


_EXAMPLES = (
    _example("doubled", "numbers", "Return a list of the numbers, each times 2.", "return [2 * n for n in numbers]"),
    _example("initials", "words", "Return the first letters of the words.", 'return "".join(w[0] for w in words)'),
    _example("is_even", "number", "Return True if the number is even.", "return number % 2 == 0"),
)  # fmt: skip
