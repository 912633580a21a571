"""Values keep their types when they cross, and no message gives anything but values."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import fractions
import json
import math
import os
import struct

import pytest

from tasks.sandbox.inside import values

CROSSING = [
    None, True, 0, -1, 2**53, -(2**80), 10**5000, 1.5, -0.0, math.inf, 2j, "", "\ud800 é\0", b"\0\xff", bytearray(b"x"),
    [], [1, [2]], (), (1,), ((1, 2), [3]), {1, 2}, set(), frozenset({1}), {}, {"a": 1, (1, 2): [{3}]}, range(1, 9, 2),
    collections.deque([1]), collections.OrderedDict(a=1), collections.Counter("aab"), decimal.Decimal("1.10"),
    fractions.Fraction(1, 3), dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC), dt.timedelta(1, 2, 3),
    int, [[[]], {"k": {"k": ()}}], collections.deque([1, 2], 2), collections.defaultdict(list, a=[1]),
    collections.defaultdict(None, a=1), dt.UTC, memoryview(b"x"), slice(1, None), ...,
]  # fmt: skip


def crossed(value):
    """The value, sent as JSON and read again."""
    kept = values.Kept()
    message = json.loads(json.dumps(kept.encoded(value)))
    return values.decoded(message, lambda name, place, *content: other(name, kept[place], content))


def other(name, value, content):
    """An iterator itself, and in place of an object what its tests get."""
    return value if name == "iterator" else values.Opaque(0, content[0], truth=content[1])


@pytest.mark.parametrize("value", CROSSING, ids=range(len(CROSSING)))
def test_a_value_keeps_its_type(value):
    assert (type(crossed(value)), crossed(value)) == (type(value), value)


def test_what_equals_nothing_crosses_as_well():
    assert math.isnan(crossed(math.nan))
    assert math.copysign(1, crossed(-0.0)) == -1
    assert list(crossed({"a": 1}.values())) == [1]
    assert crossed({"a": 1}.keys()) == {"a"}
    assert list(crossed({"a": 1}.items())) == [("a", 1)]


SHARED: list[int] = []


class Liar(list):
    """Says that it equals everything."""

    def __eq__(self, _):
        return True

    def __iter__(self):
        return iter((9,))

    __hash__ = None


class LyingInt(int):
    """The same, as a number."""

    def __eq__(self, _):
        return True

    __hash__ = int.__hash__


def test_a_subclass_crosses_as_the_content_of_its_type():
    assert (type(crossed(Liar([1]))), crossed(Liar([1]))) == (list, [1])
    assert (type(crossed(LyingInt(3))), crossed(LyingInt(3))) == (int, 3)


def test_any_other_object_equals_only_itself():
    class Everything:
        def __eq__(self, _):
            return True

        __hash__ = None

    got = crossed(Everything())
    assert got != 1
    assert got
    assert got == got  # noqa: PLR0124 - itself
    assert repr(got) == "<an object of type Everything>"
    assert crossed(len) != len


def test_an_iterator_stays_where_it_is():
    assert list(crossed(iter([1, 2]))) == [1, 2]
    assert list(values.decoded(values.listed(iter([1, 2]), None), None)) == [1, 2]
    with pytest.raises(values.Broken, match="without end"):
        values.listed(iter(int, 1), None)


def test_what_a_type_cannot_say_on_the_other_side_is_left_out():
    assert type(crossed(collections.defaultdict(lambda: 1, a=2))) is dict
    assert repr(crossed(slice(object()))) == "<an object of type slice>"
    assert repr(crossed(Liar)) == "<an object of type type>"


def test_an_object_without_a_truth_value_has_none_there_either():
    class Doubtful:
        def __bool__(self):
            raise OSError

    with pytest.raises(TypeError, match="no truth value"):
        bool(crossed(Doubtful()))


def test_what_the_program_returns_again_has_the_same_number():
    kept, shared = values.Kept(), [1]
    first = kept.result(shared)
    assert (kept.result([1])[1], kept.result(shared)) == (first[1] + 1, first)
    assert kept.encoded(kept) == kept.encoded(kept)
    for _ in range(values.MOST_RESULTS):
        kept.result([])
    assert kept.result(shared)[1] > first[1], "it was forgotten"


@pytest.mark.parametrize(
    ("value", "is_twice"),
    [
        ([1, 1], False), ([[], []], False), ((1, "a", (1,)), False), ([[0]] * 2, True),
        ({"a": [SHARED], "b": SHARED}, True),
        (collections.deque([SHARED, (SHARED,)]), True),
    ],
)  # fmt: skip
def test_something_that_is_held_twice_is_found(value, is_twice):
    assert values.holds_twice(value) is is_twice
    itself = [value]
    itself.append(itself)
    assert values.holds_twice(itself)


def test_nesting_has_a_limit():
    deep = []
    for _ in range(200):
        deep = [deep]
    with pytest.raises(values.Broken, match="levels deep"):
        crossed(deep)


@pytest.mark.parametrize(
    "message",
    [
        {}, {"a": 1}, [], ["list"], ["list", 1], ["list", [["list"]]], ["set", [["list", []]]], ["dict", [1]],
        ["dict", [[["list", []], 1]]], ["int", "x"], ["int", 1], ["bytes", 5], ["range", []], ["type", "print"],
        ["type", "no such"], ["type", 5], ["Fraction", "1/0"], ["Decimal", "x"], ["datetime", "x"], ["timedelta", "ab"],
        ["os.system", "true"], ["__import__", "os"], [["list", []], 1], ["float", {}], ["complex", ["x"]], [None, None],
        ["iterator", "x", 2], ["object"], ["date", None],
    ],
    ids=repr,
)  # fmt: skip
def test_a_forged_message_is_refused(message):
    with pytest.raises(values.Broken):
        values.decoded(message, lambda _, place: [][place])


def test_a_deep_forged_value_is_refused():
    message = ["list", []]
    for _ in range(5000):
        message = ["list", [message]]
    with pytest.raises(values.Broken):
        values.decoded(message, lambda _, place: [][place])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([1, 2], [3]), ([[1], 2], [[1, 5], 2, 3]), ({"a": [1]}, {"a": [2], "b": 1}), ({1}, {2}),
        (bytearray(b"a"), bytearray(b"bc")), (collections.deque([1]), collections.deque([2, 3])),
    ],
)  # fmt: skip
def test_an_argument_becomes_what_the_program_made_of_it(old, new):
    inner = old[0] if isinstance(old, list) else None
    assert values.updated(old, new) is old
    assert old == new
    assert inner is None or not isinstance(inner, list) or old[0] is inner


@pytest.fixture
def pipe():
    """A channel that reads what is written to a descriptor."""
    reading, writing = os.pipe()
    yield values.Channel(reading), writing
    os.close(reading)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", EOFError), (b"\1", EOFError), (struct.pack("=I", 5) + b"[", EOFError),
        (struct.pack("=I", 1 << 31), values.Broken), (struct.pack("=I", 1) + b"x", values.Broken),
        (struct.pack("=I", 2) + b"{}", values.Broken), (struct.pack("=I", 2) + b"[]", values.Broken),
        (struct.pack("=I", 4) + b"\xff\xfe\0\1", values.Broken),
        (struct.pack("=I", 30_000) + b"[" * 30_000, values.Broken),
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(pipe, raw, error):
    channel, writing = pipe
    os.write(writing, raw)
    os.close(writing)
    with pytest.raises(error):
        channel.receive()


def test_a_message_to_nobody_is_told():
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(values.Broken, match="ended"):
        values.Channel(writing).send([1])
    os.close(writing)
