"""Which tests only values can decide, and which must run in the program's process."""

from __future__ import annotations

import pytest

from tasks.scorers.asked_tests import given, is_beside

STUB = "def f(x):\n    pass\n"
ASKED = [
    "assert c(1) == 2",
    "assert c(1) is None",
    "assert c(1) is True",
    "assert type(c(1)) is int",
    "assert isinstance(c(1), (int, float))",
    "assert list(c(1)) == [1]",
    "assert c([3, 1]) == sorted([3, 1], key=lambda x: -x)",
    "x = [3, 1]\n    c(x)\n    assert x == [1, 3]",
    "assert c(1).strip() == '2'",
    "import math\n    assert math.isclose(c(1), 2)",
    "input = [1]\n    assert c(input) == 1",
    "for a, b in [(1, 2), (2, 3)]:\n        assert c(a) == b",
    "assert f(1) == c(1)",
    "try:\n        c(1)\n        assert False\n    except ValueError as error:\n        assert str(error) == 'x'",
    "import random\n    rng = random.Random(1)\n    assert c(rng.randint(1, 2)) > 0",
]
BESIDE = [
    "a = c(1)\n    assert c(1) is a",
    "assert id(c(1)) != id(c(1))",
    "assert next(c(1)) == 2",
    "import types\n    assert isinstance(c(1), types.GeneratorType)",
    "assert isinstance(c(1), ValueError)",
    "assert c(lambda x: x)",
    "for g in (len, max):\n        assert c(g)",
    "def g(x):\n        return x\n    assert c(g) == 1",
    "assert c(1).area() == 2",
    "r = c(1)\n    assert r.x == 1",
    "assert c(1)(2) == 3",
    "assert f.__doc__",
    "assert c(Pair(1, 2))",
    "import io, sys\n    assert c(1)",
    "import asyncio\n    assert asyncio.run(c(1)) == 1",
    "try:\n        c(1)\n    except ProgramError:\n        pass",
    "no syntax",
]


@pytest.mark.parametrize("body", ASKED)
def test_a_test_of_values_is_asked_from_its_own_process(body):
    assert not is_beside(f"def check(c):\n    {body}\n", STUB, "f")


@pytest.mark.parametrize("body", BESIDE)
def test_a_test_of_more_than_values_runs_beside_the_program(body):
    assert is_beside(f"def check(c):\n    {body}\n", STUB, "f")


def test_a_class_is_tested_beside_the_program():
    assert is_beside("def check(c):\n    assert c(1)\n", "class f:\n    pass\n", "f")


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        (STUB, STUB),
        ("def f(x):\n", "def f(x):\n\n    pass\n"),
        ("def f(x):\n    if x:\n", "def f(x):\n    if x:\n\n        pass\n"),
    ],
)
def test_a_prompt_that_only_begins_a_function_is_completed(prompt, names):
    assert given(prompt) == names
