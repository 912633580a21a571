"""The program's side: define what the program defines, then answer the calls of its tests. It never sees the tests.

Tested in tests/tasks/sandbox/test_two_sides.py.
"""

from __future__ import annotations

import builtins
import os
import sys
import types
from typing import Any, NoReturn

from . import values

_TEXT = 500  # characters of an exception's message


def answer(channel: values.Channel, source: str, entry_point: str) -> NoReturn:
    """Load the program and answer until the tests end."""
    leave = os._exit  # a program may replace it, on purpose or not
    iterators = values.Iterators()
    try:
        namespace = _loaded(source)
    except BaseException as error:  # noqa: BLE001 - a program may raise anything
        reply = _raised(error)
    else:
        reply = ["ready"]
    try:
        while True:
            _send(channel, reply)
            kind, *asked = channel.receive()
            try:
                if kind == "next":
                    reply = _next(iterators, asked[0])
                else:
                    reply = _called(_found(namespace, entry_point), asked, iterators)
            except BaseException as error:  # noqa: BLE001 - the same
                reply = _raised(error)
    finally:
        leave(0)


def _send(channel: values.Channel, reply: list[Any]) -> None:
    try:
        channel.send(reply)
    except values.Broken as error:  # too large
        channel.send(_raised(error))


def _loaded(source: str) -> dict[str, Any]:
    program = types.ModuleType("program")
    sys.modules["program"] = program
    exec(compile(source, "<program>", "exec", dont_inherit=True), program.__dict__)  # noqa: S102 - this is the purpose of the sandbox
    return program.__dict__


def _found(namespace: dict[str, Any], entry_point: str) -> Any:
    if entry_point not in namespace:
        raise NameError(f"name {entry_point!r} is not defined")
    return namespace[entry_point]


def _called(function: Any, asked: list[Any], iterators: values.Iterators) -> list[Any]:
    """Call the function; the reply holds its result, and the arguments where it changed them."""
    positional, named = (values.decoded(part, iterators.__getitem__) for part in asked)
    result = function(*positional, **named)
    reply = ["value", values.encoded(result, iterators.keep)]
    after = [values.encoded(part, iterators.keep) for part in (positional, named)]
    return reply if after == asked else reply + after


def _next(iterators: values.Iterators, place: int) -> list[Any]:
    try:
        return ["value", values.encoded(next(iterators[place]), iterators.keep)]
    except StopIteration:
        return ["end"]


def _raised(error: BaseException) -> list[Any]:
    """An exception as the nearest built-in one, with the name that the program gives it."""
    kind = next(base for base in type(error).__mro__ if getattr(builtins, base.__name__, None) is base)
    try:
        arguments = [values.encoded(argument, values.listed) for argument in error.args]
        text = str(error)[:_TEXT]
    except BaseException:  # noqa: BLE001 - to print the exception may raise again
        arguments, text = [], ""
    return ["raised", kind.__name__, arguments, f"{type(error).__name__}: {text}" if text else type(error).__name__]
