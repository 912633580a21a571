"""Values as messages between a program and its tests: JSON in which every type keeps its name.

What comes from a program may be forged. So what is read is built of built-in types only, whatever the message says, and
its size and depth are limited. An object of any other type becomes ``Opaque``: it equals nothing but itself.

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
    type: (lambda v: v.__name__, _builtin_type),
}
_LISTS: dict[type, Callable[[list[Any]], Any]] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    collections.deque: collections.deque,
    type({}.keys()): lambda c: dict.fromkeys(c).keys(),
    type({}.values()): lambda c: dict(enumerate(c)).values(),
}
_MAPPINGS: dict[type, Callable[[list[Any]], Any]] = {
    dict: dict,
    collections.OrderedDict: collections.OrderedDict,
    collections.Counter: lambda c: collections.Counter(dict(c)),
    collections.defaultdict: lambda c: collections.defaultdict(None, c),
    type({}.items()): lambda c: dict(c).items(),
}
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


class Broken(Exception):  # noqa: N818 - the name says what a message is
    """A message that cannot be sent or read, or the end of the other side."""


class Opaque:
    """An object whose type does not cross: it has a truth value and equals only itself."""

    def __init__(self, name: str, *, truth: bool) -> None:
        self._name, self._truth = name, truth

    def __bool__(self) -> bool:
        """Whether the program's object was true."""
        return self._truth

    def __repr__(self) -> str:
        """The name of its type."""
        return f"<an object of type {self._name}>"


class Iterators:
    """The iterators that a program returned. They stay with it, and their elements are fetched one by one."""

    def __init__(self) -> None:
        self._kept: list[Iterator[Any]] = []

    def keep(self, iterator: Iterator[Any]) -> list[Any]:
        """What crosses in place of an iterator."""
        self._kept.append(iterator)
        return ["iterator", len(self._kept) - 1]

    def __getitem__(self, place: int) -> Iterator[Any]:
        """The iterator that a number stands for."""
        return self._kept[place]


def listed(iterator: Iterator[Any]) -> list[Any]:
    """What crosses in place of an iterator that a test passes: its elements.

    Raises:
        Broken: it has too many.
    """
    found = [element for element, _ in zip(iterator, range(_MOST_OF_ITERATOR + 1), strict=False)]
    if len(found) > _MOST_OF_ITERATOR:
        raise Broken("an iterator without end cannot be passed")
    return ["listed", [encoded(element, listed) for element in found]]


def encoded(value: Any, of_iterator: Callable[[Iterator[Any]], Any], depth: int = _DEEPEST) -> Any:
    """A value as JSON of lists, texts and numbers.

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

    def inner(element: Any) -> Any:
        return encoded(element, of_iterator, depth - 1)

    if kind in _LISTS:
        return [kind.__name__, [inner(element) for element in value]]
    if kind in _MAPPINGS:
        pairs = value if kind is type({}.items()) else value.items()
        return [kind.__name__, [[inner(key), inner(element)] for key, element in pairs]]
    if kind in _MADE_OF and (kind is not type or getattr(builtins, value.__name__, None) is value):
        return [kind.__name__, _MADE_OF[kind][0](value)]
    return _of_another_type(value, of_iterator, depth)


def _of_another_type(value: Any, of_iterator: Callable[[Iterator[Any]], Any], depth: int) -> Any:
    for base, plain in _PLAIN.items():
        if issubclass(type(value), base):  # isinstance would believe a false __class__
            return encoded(plain(value), of_iterator, depth)
    if isinstance(value, Iterator):
        return of_iterator(value)
    return ["object", type(value).__name__, bool(value)]


def decoded(message: Any, iterator: Callable[[int], Any]) -> Any:
    """The value of a message, made of built-in types only. ``iterator`` gives what stands for an iterator's number.

    Raises:
        Broken: the message is none that ``encoded`` gives.
    """
    if message is None or isinstance(message, bool | int | float | str):
        return message
    try:
        name, *content = message
        if name == "iterator":
            return iterator(*content)
        return _READ[name](lambda inner: decoded(inner, iterator), *content)
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError, AttributeError) as error:
        raise Broken(f"a value that cannot be read: {type(error).__name__}") from None


def _list_reader(make: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    return lambda decode, content: make([decode(element) for element in content])


def _mapping_reader(make: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    return lambda decode, content: make([(decode(key), decode(element)) for key, element in content])


def _plain_reader(make: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda _, content: make(content)


# By the name of a type: the value of what crossed as its content.
_READ: dict[str, Callable[..., Any]] = {
    **{kind.__name__: _list_reader(make) for kind, make in _LISTS.items()},
    **{kind.__name__: _mapping_reader(make) for kind, make in _MAPPINGS.items()},
    **{kind.__name__: _plain_reader(make) for kind, (_, make) in _MADE_OF.items()},
    "int": _plain_reader(lambda digits: int(digits, 16)),
    "listed": _list_reader(iter),
    "object": lambda _, name, truth: Opaque(str(name)[:80], truth=truth is True),
}


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
