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
    "x = []\n    for i in range(3):\n        x.append(i)\n    assert c(x) == 3",
    "x = [1]\n    assert c(x) == [1]\n    x.append(2)\n    assert c(x) == [1, 2]",
    "try:\n        c(1)\n    except (KeyError, OSError) as e:\n        assert e.args",
    "import math\n    assert math.isnan(c(1))",
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
    # What is changed behind a call may be shared with the program.
    "x = [1]\n    y = c(x)\n    y.append(2)\n    assert x == [1]",
    "x = [[1]]\n    y = c(x)\n    y[0].append(2)\n    assert x == [[1]]",
    "x = [1]\n    y = c(x)\n    x[0] = 9\n    assert y == [1]",
    "x = [1]\n    y = c(x)\n    del x[0]\n    assert y == [1]",
    "x = [1]\n    y = c(x)\n    x += [2]\n    assert y == [1]",
    "import heapq\n    y = c([1])\n    heapq.heappush(y, 2)\n    assert c([1]) == [1]",
    # Exceptions that are not the same on both sides, and what only an exception of the program has.
    "import json\n    try:\n        c('{')\n    except json.JSONDecodeError:\n        pass",
    "try:\n        c(1)\n    except (ValueError, SystemExit):\n        pass",
    "try:\n        c([])\n    except StopIteration:\n        pass",
    "try:\n        c(1)\n    except* ValueError:\n        pass",
    "try:\n        c(1)\n    except ValueError as e:\n        assert e.code == 7",
    "try:\n        c(1)\n    except ValueError as e:\n        assert type(e).__name__ == 'TooBig'",
    # State that both sides share, and values that do not cross.
    "import random\n    random.seed(1)\n    assert c(1) == random.random()",
    "from decimal import getcontext\n    getcontext().prec = 3\n    assert c(3) == '0.333'",
    "import warnings\n    assert c(1) == 1",
    "import uuid\n    assert c(1) == uuid.UUID(int=1)",
    "x = float('-NaN')\n    assert c([x]) == [x]",
    "import math\n    assert c([math.nan]) == [math.nan]",
    "assert hasattr(c(1), 'send')",
    "def g():\n        yield from c(1)\n    assert list(g()) == [1]",
]
# Prompts that define what cannot cross.
OF_CLASSES = [
    "class Point:\n    pass\n",
    "from collections import namedtuple\nPoint = namedtuple('Point', 'x y')\n",
    "import enum\nColour = enum.Enum('Colour', 'RED BLUE')\n",
]


@pytest.mark.parametrize("body", ASKED)
def test_a_test_of_values_is_asked_from_its_own_process(body):
    assert not is_beside(f"def check(c):\n    {body}\n", STUB, "f")


@pytest.mark.parametrize("body", BESIDE)
def test_a_test_of_more_than_values_runs_beside_the_program(body):
    assert is_beside(f"def check(c):\n    {body}\n", STUB, "f")


def test_a_class_is_tested_beside_the_program():
    assert is_beside("def check(c):\n    assert c(1)\n", "class f:\n    pass\n", "f")


@pytest.mark.parametrize("prompt", OF_CLASSES)
def test_a_prompt_that_defines_a_class_is_tested_beside_the_program(prompt):
    assert is_beside("def check(c):\n    assert c(1) == 1\n", f"{prompt}{STUB}", "f")


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
