"""Values as messages between a program and its tests: JSON in which every type keeps its name.

What comes from a program may be forged. So what is read is built of built-in types only, whatever the message says, and
its size and depth are limited. An object of any other type stays with the program and becomes ``Opaque``: it equals
nothing but itself, and what its own methods say of it, such as its length or its elements, are values again.

Tested in tests/tasks/sandbox/test_values.py.
"""

from __future__ import annotations

import builtins
import collections
import datetime as dt
import decimal
import fractions
import json
import os
import struct
from collections.abc import Callable, Iterator
from typing import Any

_DEEPEST = 150  # levels of nesting
_LARGEST = 32 * 1024 * 1024  # bytes of a message
_EXACT_JSON = 1 << 53  # larger integers cross as hexadecimal digits, which have no limit
_MOST_OF_ITERATOR = 100_000  # elements of an iterator that a test passes
# What an object that stays with the program is asked for. What compares objects is not among them: it could lie.
METHODS = (
    "__len__", "__iter__", "__getitem__", "__call__", "__str__", "__repr__", "__int__", "__float__", "__index__",
    "__bytes__", "keys",
)  # fmt: skip


def _builtin_type(name: str) -> type:
    found = getattr(builtins, name)
    if not isinstance(found, type):
        raise TypeError(name)
    return found


# By type: its content as plain values, and the value that such a content gives.
_MADE_OF: dict[type, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    float: (float.hex, float.fromhex),
    complex: (lambda v: [v.real.hex(), v.imag.hex()], lambda c: complex(*map(float.fromhex, c))),
    bytes: (bytes.hex, bytes.fromhex),
    bytearray: (bytearray.hex, bytearray.fromhex),
    range: (lambda v: [v.start, v.stop, v.step], lambda c: range(*c)),
    decimal.Decimal: (str, decimal.Decimal),
    fractions.Fraction: (str, fractions.Fraction),
    dt.date: (dt.date.isoformat, dt.date.fromisoformat),
    dt.datetime: (dt.datetime.isoformat, dt.datetime.fromisoformat),
    dt.time: (dt.time.isoformat, dt.time.fromisoformat),
    dt.timedelta: (
        lambda v: [v.days, v.seconds, v.microseconds],
        lambda c: dt.timedelta(*c),
    ),
    dt.timezone: (
        lambda v: v.utcoffset(None).total_seconds(),
        lambda seconds: dt.timezone(dt.timedelta(seconds=seconds)),
    ),
    memoryview: (lambda v: v.tobytes().hex(), lambda digits: memoryview(bytes.fromhex(digits))),
    slice: (lambda v: [v.start, v.stop, v.step], lambda c: slice(*c)),
    type(...): (lambda _: None, lambda _: ...),
    type: (lambda v: v.__name__, _builtin_type),
}
_LISTS: dict[type, Callable[..., Any]] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    collections.deque: lambda c, longest=None: collections.deque(c, longest),
    type({}.keys()): lambda c: dict.fromkeys(c).keys(),
    type({}.values()): lambda c: dict(enumerate(c)).values(),
}
_MAPPINGS: dict[type, Callable[..., Any]] = {
    dict: dict,
    collections.OrderedDict: collections.OrderedDict,
    collections.Counter: lambda c: collections.Counter(dict(c)),
    collections.defaultdict: lambda c, name=None: collections.defaultdict(name and _builtin_type(name), c),
    type({}.items()): lambda c: dict(c).items(),
}
# What else belongs to a list or a mapping: a plain value.
_BESIDE: dict[type, Callable[[Any], Any]] = {
    collections.deque: lambda v: v.maxlen,
    collections.defaultdict: lambda v: v.default_factory and v.default_factory.__name__,
}


def _is_built_in(kind: Any) -> bool:
    return type(kind) is type and getattr(builtins, kind.__name__, None) is kind


# What a value of some types must be, so that it crosses.
_ONLY_IF: dict[type, Callable[[Any], bool]] = {
    type: _is_built_in,
    slice: lambda v: all(part is None or type(part) is int for part in (v.start, v.stop, v.step)),
    collections.defaultdict: lambda v: v.default_factory is None or _is_built_in(v.default_factory),
}
_CROSSING = frozenset({*_LISTS, *_MAPPINGS, *_MADE_OF})
# Subclasses lose what they added: their content is read by the methods of the type itself.
_PLAIN: dict[type, Callable[[Any], Any]] = {
    int: int.__pos__,
    float: float.__pos__,
    complex: complex.__pos__,
    str: str.__str__,
    bytes: lambda v: bytes.__add__(v, b""),
    bytearray: lambda v: bytearray.__add__(v, b""),
    list: lambda v: list.__getitem__(v, slice(None)),
    tuple: lambda v: tuple.__getitem__(v, slice(None)),
    set: lambda v: set(set.__iter__(v)),
    frozenset: lambda v: frozenset(frozenset.__iter__(v)),
    dict: lambda v: dict(dict.items(v)),
    collections.deque: lambda v: collections.deque(collections.deque.__iter__(v)),
}
_MUTABLE = (list, dict, set, bytearray, collections.deque)
MOST_RESULTS, _LONGEST_RESULT = 32, 1_000  # that are recognised when the program returns them again
_ELSEWHERE = frozenset({"iterator", "object", "again", "kept"})  # what stands for an object of one side


class Broken(Exception):  # noqa: N818 - the name says what a message is
    """A message that cannot be sent or read, or the end of the other side."""


class Opaque:
    """An object that stays with the program: it has a truth value and equals only itself. ``place`` is its number."""

    def __init__(self, place: int, name: str, *, truth: bool | None) -> None:
        self.place, self._name, self._truth = place, name, truth

    def __bool__(self) -> bool:
        """Whether the program's object was true."""
        if self._truth is None:
            raise TypeError(f"{self!r} has no truth value")
        return self._truth

    def __repr__(self) -> str:
        """The name of its type."""
        return f"<an object of type {self._name}>"


class Kept:
    """What stays with the program: its iterators and objects, and for a while its results, each under a number."""

    def __init__(self) -> None:
        self._kept: list[Any] = []
        self._places: dict[int, int] = {}
        self._results: dict[int, tuple[int, Any]] = {}
        self._count_results = 0

    def __getitem__(self, place: int) -> Any:
        """The object that a number stands for."""
        return self._kept[place]

    def encoded(self, value: Any) -> Any:
        """A value; of what does not cross, its number."""
        return encoded(value, self._other)

    def result(self, value: Any) -> Any:
        """A result. One that the program can change, and may return again, has a number, too."""
        if type(value) not in _MUTABLE or len(value) > _LONGEST_RESULT:
            return self.encoded(value)
        if id(value) not in self._results:
            self._results[id(value)] = (self._count_results, value)
            self._count_results += 1
            if len(self._results) > MOST_RESULTS:
                del self._results[next(iter(self._results))]
        return ["again", self._results[id(value)][0], self.encoded(value)]

    def decoded(self, message: Any) -> Any:
        """The value of a message, or the object that it stands for."""
        return decoded(message, lambda _, place: self._kept[place])

    def _other(self, value: Any, depth: int) -> Any:
        kind = type(value)  # isinstance would believe a false __class__
        for base, plain in _PLAIN.items():
            if issubclass(kind, base):
                return encoded(plain(value), self._other, depth)
        place = self._places.setdefault(id(value), len(self._kept))
        if place == len(self._kept):
            self._kept.append(value)
        if issubclass(kind, Iterator):
            return ["iterator", place]
        own = {name for base in kind.__mro__ if base is not object for name in vars(base)}
        methods = [name for name in METHODS if name in own]
        return ["object", place, kind.__name__, _truth(value), methods]


def _truth(value: Any) -> bool | None:
    try:
        return bool(value)
    except Exception:  # noqa: BLE001 - the program's own method may raise anything
        return None


def listed(iterator: Iterator[Any], other: Callable[[Any, int], Any]) -> list[Any]:
    """What crosses in place of an iterator that a test passes: its elements.

    Raises:
        Broken: it has too many.
    """
    found = [element for element, _ in zip(iterator, range(_MOST_OF_ITERATOR + 1), strict=False)]
    if len(found) > _MOST_OF_ITERATOR:
        raise Broken("an iterator without end cannot be passed")
    return ["listed", [encoded(element, other) for element in found]]


def encoded(value: Any, other: Callable[[Any, int], Any], depth: int = _DEEPEST) -> Any:
    """A value as JSON of lists, texts and numbers; ``other`` gives what crosses in place of an object of another type.

    Raises:
        Broken: it nests too deeply.
    """
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return value if -_EXACT_JSON < value < _EXACT_JSON else ["int", hex(value)]
    if depth == 0:
        raise Broken(f"nested more than {_DEEPEST} levels deep")
    if kind not in _CROSSING or (kind in _ONLY_IF and not _ONLY_IF[kind](value)):
        return other(value, depth)

    def inner(element: Any) -> Any:
        return encoded(element, other, depth - 1)

    beside = [_BESIDE[kind](value)] if kind in _BESIDE else []
    if kind in _LISTS:
        return [kind.__name__, [inner(element) for element in value], *beside]
    if kind in _MAPPINGS:
        pairs = value if kind is type({}.items()) else value.items()
        return [kind.__name__, [[inner(key), inner(element)] for key, element in pairs], *beside]
    return [kind.__name__, _MADE_OF[kind][0](value)]


def decoded(message: Any, other: Callable[..., Any]) -> Any:
    """The value of a message, made of built-in types only. ``other`` gives what stands for an object of one side.

    Raises:
        Broken: the message is none that ``encoded`` gives.
    """
    if message is None or isinstance(message, bool | int | float | str):
        return message
    try:
        name, *content = message
        if name in _ELSEWHERE:
            return other(name, *content)
        return _READ[name](lambda inner: decoded(inner, other), *content)
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError, AttributeError) as error:
        raise Broken(f"a value that cannot be read: {type(error).__name__}") from None


def _list_reader(make: Callable[..., Any]) -> Callable[..., Any]:
    return lambda decode, content, *beside: make([decode(element) for element in content], *beside)


def _mapping_reader(make: Callable[..., Any]) -> Callable[..., Any]:
    return lambda decode, content, *beside: make([(decode(key), decode(value)) for key, value in content], *beside)


def _plain_reader(make: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda _, content: make(content)


# By the name of a type: the value of what crossed as its content.
_READ: dict[str, Callable[..., Any]] = {
    **{kind.__name__: _list_reader(make) for kind, make in _LISTS.items()},
    **{kind.__name__: _mapping_reader(make) for kind, make in _MAPPINGS.items()},
    **{kind.__name__: _plain_reader(make) for kind, (_, make) in _MADE_OF.items()},
    "int": _plain_reader(lambda digits: int(digits, 16)),
    "listed": _list_reader(iter),
}


def holds_twice(value: Any) -> bool:
    """Whether a value holds something that can be changed in two places, or in itself."""
    seen: set[int] = set()
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, _MUTABLE):
            if id(part) in seen:
                return True
            seen.add(id(part))
        if isinstance(part, dict):
            left += part.values()
        elif isinstance(part, list | tuple | collections.deque):
            left += part
    return False


def updated(old: Any, new: Any) -> Any:
    """Make a passed argument what the program made of it: mutable values stay the same objects."""
    if type(old) is not type(new) or not isinstance(old, (*_MUTABLE, tuple)):
        return new
    if isinstance(old, dict):
        fresh = {key: updated(old[key], value) if key in old else value for key, value in new.items()}
        old.clear()
        old.update(fresh)
        return old
    if isinstance(old, set):
        old.clear()
        old.update(new)
        return old
    elements = list(new)
    both = min(len(old), len(elements))
    elements[:both] = [updated(old[place], elements[place]) for place in range(both)]
    if isinstance(old, tuple):
        return tuple(elements)
    old.clear()
    old.extend(elements)
    return old


class Channel:
    """One end of the stream between a program and its tests."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def send(self, message: list[Any]) -> None:
        """Send a message of plain JSON.

        Raises:
            Broken: the other side has ended, or the message is too large.
        """
        body = json.dumps(message, separators=(",", ":")).encode()
        if len(body) > _LARGEST:
            raise Broken(f"a message of more than {_LARGEST} bytes")
        data = memoryview(struct.pack("=I", len(body)) + body)
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError:
            raise Broken("the other side has ended") from None

    def receive(self) -> list[Any]:
        """The next message.

        Raises:
            EOFError: the other side has ended.
            Broken: what came is no message.
        """
        (length,) = struct.unpack("=I", self._read(4))
        if length > _LARGEST:
            raise Broken(f"a message of more than {_LARGEST} bytes")
        try:
            message = json.loads(self._read(length))
        except (ValueError, RecursionError):
            raise Broken("a message that is not JSON") from None
        if not isinstance(message, list) or not message:
            raise Broken("a message of no kind")
        return message

    def _read(self, count: int) -> bytes:
        parts = []
        while count:
            try:
                part = os.read(self._descriptor, min(count, 1 << 20))
            except OSError:
                part = b""
            if not part:
                raise EOFError
            parts.append(part)
            count -= len(part)
        return b"".join(parts)
