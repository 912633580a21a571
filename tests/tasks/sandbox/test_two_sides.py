# ruff: noqa: E501 - a pair is one line
"""A program and its test in two processes: what crosses, and how each end is told."""

from __future__ import annotations

import pytest

from tasks.sandbox import Check, Program, open_sandbox
from tasks.sandbox.backends import starts
from tests.conftest import absent

STUB = "def helper(x):\n    return 10 * x\n\ndef f(*args, **named):\n    pass\n"
IDENTITY = "def f(x=None): return x"
# The program, the body of the test, and the verdict.
PAIRS = {
    "right": ("def f(x): return x + 1", "assert c(1) == 2", "pass"),
    "wrong": ("def f(x): return x", "assert c(1) == 2", "assert"),
    "by its name": ("def f(x): return x + 1", "assert f(1) == c(1) == 2", "pass"),
    "the prompt's names are the tests' own": ("def f(x): return x\ndef helper(x): return x", "assert helper(1) == 10", "pass"),
    "named arguments": ("def f(a, b=2): return a - b", "assert c(b=1, a=5) == 4", "pass"),
    "types": (IDENTITY, "assert type(c((1, {2}))) is tuple and type(c(b'x')) is bytes", "pass"),
    "changed arguments": ("def f(x): x.append(1); x[0].add(5)", "x = [{1}]; y = x[0]; c(x); assert x == [{1, 5}, 1] and y == {1, 5}", "pass"),
    "an iterator": ("def f(n):\n    while True: yield n", "assert [a for a, _ in zip(c(3), range(4))] == [3] * 4", "pass"),
    "the end of an iterator": ("def f(n): return map(str, range(n))", "assert list(c(2)) == ['0', '1']", "pass"),
    "an iterator goes back": ("def f(x): return iter([1, 2]) if x is None else list(x)", "assert c(c(None)) == [1, 2]", "pass"),
    "an expected exception": (
        "class E(ValueError): pass\ndef f(x): raise E('no', x)",
        "try:\n        c(1)\n        raise AssertionError\n    except ValueError as e:\n        assert e.args == ('no', 1)",
        "pass",
    ),
    "an exception": ("def f(x): return 1 / x", "c(0)", "error"),
    "an assertion of the program": ("def f(x): assert x", "c(0)", "assert"),
    "StopIteration does not end a loop of the test": (
        "def f(x): raise StopIteration", "assert all(map(lambda x: c(x) == 1, [1, 2]))", "error",
    ),
    "an odd exception": ("def f(x): raise UnicodeDecodeError('a', b'', 1, 2, 'x')", "c(0)", "error"),
    "a lying exception": ("class E(Exception):\n    def __str__(self): raise self\ndef f(x): raise E", "c(0)", "error"),
    "an object is true": ("import re\ndef f(x): return re.match('a', x)", "assert c('a') and not c('b')", "pass"),
    "SystemExit": ("def f(x): raise SystemExit(0)", "c(0)", "exit"),
    "an early end": ("import os\ndef f(x): os._exit(0)", "c(0)", "exit"),
    "an early end that the test catches": ("import os\ndef f(x): os._exit(0)", "try:\n        c(0)\n    except: pass", "exit"),
    "an end while it is loaded": ("raise SystemExit(0)", "assert True", "exit"),
    "no syntax": ("def f(:", "assert True", "error"),
    "no function": ("x = 1", "c(1)", "error"),
    "no channel": ("import os\ndef f(x): os.close(3)", "c(0)", "exit"),
    "a dead program": ("import ctypes\ndef f(x): ctypes.string_at(0)", "c(0)", "died"),
    "too deep": ("def f(x):\n    for _ in range(999): x = [x]\n    return x", "c(0)", "error"),
    "too large": ("def f(x): return 'a' * (40 << 20)", "c(0)", "error"),
    "memory": ("def f(x): return bytearray(8 << 30)", "c(0)", "memory"),
}  # fmt: skip


@pytest.fixture(scope="module")
def ended():
    """How each pair ended."""
    if not starts():
        absent("no sandbox is safe on this machine")
    programs = [
        Program(source, Check(f"def check(c):\n    {body}\n", "f", STUB), seconds=1, memory_mb=512)
        for source, body, _ in PAIRS.values()
    ]
    with open_sandbox(count_workers=2) as sandbox:
        return dict(zip(PAIRS, sandbox.run(programs), strict=True))


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_ends_as_expected(ended, name):
    assert ended[name].verdict == PAIRS[name][2], ended[name].detail


def test_the_detail_names_the_program_s_own_exception(ended):
    assert ended["an exception"].detail == "ZeroDivisionError: division by zero"
    assert ended["a lying exception"].detail == "E"
    assert ended["no function"].detail == "NameError: name 'f' is not defined"
