"""The program's side: define what the program defines, then answer the calls of its tests. It never sees the tests.

Tested in tests/tasks/sandbox/test_two_sides.py.
"""

from __future__ import annotations

import builtins
import os
import sys
import types
from functools import partial
from typing import Any, NoReturn

from . import values

_TEXT = 500  # characters of an exception's message


def answer(channel: values.Channel, source: str, entry_point: str) -> NoReturn:
    """Load the program and answer until the tests end."""
    leave = os._exit  # a program may replace it, on purpose or not
    kept = values.Kept()
    try:
        namespace = _loaded(source)
    except BaseException as error:  # noqa: BLE001 - a program may raise anything
        reply = _raised(error, kept)
    else:
        reply = ["ready"]
    try:
        while True:
            _send(channel, reply, kept)
            kind, *asked = channel.receive()
            try:
                if kind == "next":
                    reply = _next(kept, asked[0])
                elif kind == "ask":
                    reply = _called(_method(kept[asked[0]], asked[1]), asked[2:], kept)
                else:
                    reply = _called(_found(namespace, entry_point), asked, kept)
            except BaseException as error:  # noqa: BLE001 - the same
                reply = _raised(error, kept)
    finally:
        leave(0)


def _send(channel: values.Channel, reply: list[Any], kept: values.Kept) -> None:
    try:
        channel.send(reply)
    except values.Broken as error:  # too large
        channel.send(_raised(error, kept))


def _loaded(source: str) -> dict[str, Any]:
    program = types.ModuleType("program")
    sys.modules["program"] = program
    exec(compile(source, "<program>", "exec", dont_inherit=True), program.__dict__)  # noqa: S102 - this is the purpose of the sandbox
    return program.__dict__


def _found(namespace: dict[str, Any], entry_point: str) -> Any:
    if entry_point not in namespace:
        raise NameError(f"name {entry_point!r} is not defined")
    return namespace[entry_point]


def _method(value: Any, name: str) -> Any:
    """A method of an object's type, as Python itself looks for it."""
    return partial(getattr(type(value), name), value)


def _called(function: Any, asked: list[Any], kept: values.Kept) -> list[Any]:
    """Call the function; the reply holds its result, and the arguments where it changed them."""
    positional, named = map(kept.decoded, asked)
    result = function(*positional, **named)
    reply = ["value", kept.result(result)]
    after = [kept.encoded(part) for part in (positional, named)]
    return reply if after == asked else reply + after


def _next(kept: values.Kept, place: int) -> list[Any]:
    try:
        return ["value", kept.result(next(kept[place]))]
    except StopIteration:
        return ["end"]


def _raised(error: BaseException, kept: values.Kept) -> list[Any]:
    """An exception as the nearest built-in one, with the name that the program gives it."""
    kind = next(base for base in type(error).__mro__ if getattr(builtins, base.__name__, None) is base)
    try:
        arguments = [kept.encoded(argument) for argument in error.args]
        text = str(error)[:_TEXT]
    except BaseException:  # noqa: BLE001 - to print the exception may raise again
        arguments, text = [], ""
    return ["raised", kind.__name__, arguments, f"{type(error).__name__}: {text}" if text else type(error).__name__]
