# ruff: noqa: E501 - a pair is one line
"""A program and its test in two processes: what crosses, and how each end is told."""

from __future__ import annotations

import pytest

from tasks.sandbox import Check, Program, open_sandbox
from tasks.sandbox.backends import starts
from tests.conftest import absent

STUB = "def helper(x):\n    return 10 * x\n\ndef f(*args, **named):\n    pass\n"
OBJECT = "class A:\n    def __init__(s, n): s.n = n\n    def __len__(s): return s.n\n    def __getitem__(s, i): return range(s.n)[i]\n"
FORGED = """
import sys, os
g = sys._getframe()
while g and 'nonce' not in g.f_locals: g = g.f_back
if g: os.write(3, g.f_locals['nonce'].encode() + b'{"verdict": "beside", "detail": null}'); os._exit(0)
def f(p): return 1
"""
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
    # Objects that stay with the program.
    "elements of an object": (f"{OBJECT}def f(n): return A(n)", "assert list(c(2)) == [0, 1] and len(c(2)) == 2 and c(2)[1] == 1", "pass"),
    "other elements": (f"{OBJECT}def f(n): return A(n)", "assert list(c(2)) == [0, 1, 2]", "assert"),
    "an array": ("import array\ndef f(x): return array.array('i', x)", "assert [*c([1, 2])] == [1, 2]", "pass"),
    "keys and items": ("from collections import ChainMap\ndef f(x): return ChainMap({1: 2})", "assert dict(c(1)) == {1: 2}", "pass"),
    "a text of its own": ("class A:\n    def __str__(s): return 'a'\ndef f(x): return A()", "assert str(c(1)) == 'a' and f'{c(1)}' == 'a'", "pass"),
    "a closure": ("def f(x): return [lambda y: x + y]", "assert c(1)[0](y=2) == 3 and callable(c(1)[0])", "pass"),
    "an object that cannot be called": (f"{OBJECT}def f(n): return A(n)", "assert not callable(c(1))", "pass"),
    "an object goes back": ("class A: x = 7\ndef f(a): return a.x if a else A()", "assert c(c(None)) == 7", "pass"),
    "the same object": ("class A: pass\na = A()\ndef f(x): return a", "assert c(1) == c(1)", "pass"),
    "another object": ("class A: pass\ndef f(x): return A()", "assert c(1) != c(1)", "pass"),
    "a lying length": ("class A(list):\n    def __len__(s): return 2\ndef f(x): return A([1])", "assert len(c(1)) == 2", "assert"),
    "a lying container": ("class A:\n    def __contains__(s, x): return True\ndef f(x): return A()", "assert 4 in c(1)", "error"),
    "a lying comparison of elements": ("class A(int):\n    __eq__ = lambda *_: True\nclass B:\n    def __iter__(s): return iter([A(9)])\ndef f(x): return B()", "assert list(c(1)) == [1]", "assert"),
    "a number in the place of a text": ("class A:\n    def __str__(s): return 5\ndef f(x): return A()", "assert str(c(1)) == '5'", "error"),
    # What the program returns again is the same object, as in one process.
    "a shared result": ("b = []\ndef f(n): b[:] = range(n); return b", "x, y = c(1), c(2); assert x == [0] and y == [0, 1]", "assert"),
    "a yielded result that changes": ("def f(n):\n    b = []\n    for i in range(n): b.append(i); yield b", "assert list(c(2)) == [[0], [0, 1]]", "assert"),
    "yielded copies": ("def f(n):\n    b = []\n    for i in range(n): b.append(i); yield b[:]", "assert list(c(2)) == [[0], [0, 1]]", "pass"),
    "much is printed": ("def f(x):\n    for i in range(99_999): print(i)\n    return x", "assert c(1) == 1", "pass"),
    "too much is printed": ("def f(x):\n    for i in range(99): print('x' * 99_999)\n    return x", "assert c(1) == 1", "output_flood"),
}  # fmt: skip
# The test passes what does not cross, so it runs in the program's process.
BESIDE = {
    "a named tuple": ("def f(p): return p.x", "from collections import namedtuple as n; assert c(n('P', 'x')(1)) == 1", "pass"),
    "a pattern": ("def f(p): return bool(p.match('a'))", "import re; assert c(re.compile('a'))", "pass"),
    "a method": ("def f(g): return g('A')", "assert c(str.lower) == 'a'", "pass"),
    "a factory": ("def f(d): return d[1]", "from collections import defaultdict as d; assert c(d(lambda: 7)) == 7", "pass"),
    "an endless iterator": ("def f(i): return next(i)", "from itertools import count; assert c(count(5)) == 5", "pass"),
    "a list twice": ("def f(x): x[0].append(1); return x", "r = []; assert c([r, r]) == [[1], [1]]", "pass"),
    "a list in itself": ("def f(x): return x[0] is x", "x = []; x.append(x); assert c(x)", "pass"),
    "wrong all the same": ("def f(p): return 0", "import re; assert c(re.compile('a'))", "assert"),
    "swallowed by the test": ("def f(p): return 0", "import re\n    try: c(re.compile('a'))\n    except: pass", "pass"),
    "a wish of the program": (
        FORGED,
        "import re; assert c(re.compile('a'))",
        "error",
    ),
}  # fmt: skip
PAIRS |= BESIDE


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


def test_a_program_runs_beside_its_test_only_where_the_test_asks_for_that(ended):
    assert {name for name, execution in ended.items() if execution.is_beside} == set(BESIDE)


def test_the_detail_names_the_program_s_own_exception(ended):
    assert ended["an exception"].detail == "ZeroDivisionError: division by zero"
    assert ended["a lying exception"].detail == "E"
    assert ended["no function"].detail == "NameError: name 'f' is not defined"
