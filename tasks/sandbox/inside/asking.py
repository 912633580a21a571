"""The tests' side: run a test, and let the program answer its calls. No line of the program runs here.

Tested in tests/tasks/sandbox/test_two_sides.py.
"""

from __future__ import annotations

import builtins
import itertools
import types
from collections.abc import Iterator
from functools import cache, partialmethod
from typing import Any

from . import values

_ENDLESS = (itertools.count, itertools.cycle, itertools.repeat)
DESCRIBED = "aligntax_described"  # of an exception of the program: its own name and message, for the verdict


class ProgramEnded(BaseException):
    """The program ended before its tests did, or what it sent is no answer. No test can catch it by ``Exception``."""


class ProgramExits(BaseException):
    """The program left by ``SystemExit`` or another exception that ends a program."""


class NeedsOneProcess(BaseException):
    """The test passes what does not cross, or what would not be the same on the other side."""


class Asked:
    """The program, as its tests see it."""

    def __init__(self, channel: values.Channel) -> None:
        self._channel = channel
        self._failure: ProgramEnded | NeedsOneProcess | None = None
        self._others: dict[int, Elements | values.Opaque] = {}
        self._results: dict[int, Any] = {}
        self._exchanged()  # the program is loaded, or has failed

    def __call__(self, *positional: Any, **named: Any) -> Any:
        """Call the program's function. Its arguments are afterwards what the program made of them."""
        return self._called(["call"], positional, named)

    def ask(self, place: int, method: str, *positional: Any, **named: Any) -> Any:
        """Call a method of an object that stayed with the program."""
        return self._called(["ask", place, method], positional, named)

    def _called(self, asked: list[Any], positional: tuple[Any, ...], named: dict[str, Any]) -> Any:
        passed = (list(positional), named)
        if values.holds_twice(passed):
            raise self._failed(NeedsOneProcess("an argument that holds something twice"))
        _, result, *changed = self._exchanged(*asked, *(values.encoded(part, self._passed) for part in passed))
        for before, after in zip(passed, changed, strict=False):
            values.updated(before, self._decoded(after))
        return self._decoded(result)

    def __repr__(self) -> str:
        """As a function prints itself."""
        return "<the program's function>"

    def next(self, place: int) -> Any:
        """The next element of an iterator that the program returned.

        Raises:
            StopIteration: it has ended.
        """
        kind, element = self._exchanged("next", place)
        if kind == "end":
            raise StopIteration
        return self._decoded(element)

    def confirm(self) -> None:
        """Raise the failure that a test may have swallowed.

        Raises:
            ProgramEnded: the program ended early, or sent what is no answer.
        """
        if self._failure:
            raise self._failure

    def _exchanged(self, *message: Any) -> list[Any]:
        """Send a message and wait for the reply, which has two parts at least.

        Raises:
            ProgramEnded: there is no such reply. After it every later call fails in the same way.
            Exception: the program raised it.
        """
        self.confirm()
        try:
            if message:
                self._channel.send(list(message))
            reply = self._channel.receive()
        except (EOFError, values.Broken) as error:
            raise self._failed(ProgramEnded(str(error))) from None
        if reply[0] == "raised":
            raise _exception(reply[1:], self._decoded)
        return [*reply, None][: max(len(reply), 2)]

    def _failed(self, failure: ProgramEnded | NeedsOneProcess) -> ProgramEnded | NeedsOneProcess:
        self._failure = failure
        return failure

    def _passed(self, value: Any, _: int) -> Any:
        """What crosses in place of an argument of another type.

        Raises:
            NeedsOneProcess: it is neither an iterator nor the program's own. The test alone decides that.
        """
        if isinstance(value, Elements | values.Opaque):
            return ["kept", value.place]
        if isinstance(value, Iterator) and not isinstance(value, _ENDLESS):
            return values.listed(value, self._passed)
        raise self._failed(NeedsOneProcess(f"an argument of type {type(value).__name__}"))

    def _decoded(self, message: Any) -> Any:
        try:
            return values.decoded(message, self._other)
        except values.Broken as error:
            raise self._failed(ProgramEnded(str(error))) from None

    def _other(self, name: str, place: int, *content: Any) -> Any:
        """What stands for an object that stayed with the program, or for a result that it returned before."""
        if name == "again":
            result = self._decoded(*content)
            if place in self._results:
                result = values.updated(self._results[place], result)
            self._results[place] = result
            if len(self._results) > values.MOST_RESULTS:
                del self._results[next(iter(self._results))]
            return result
        if place not in self._others:
            self._others[place] = Elements(self, place) if name == "iterator" else _object(self, place, *content)
        return self._others[place]


class Elements(Iterator[Any]):
    """An iterator that the program returned. Each element is fetched when it is asked for."""

    def __init__(self, asked: Asked, place: int) -> None:
        self._asked, self.place = asked, place

    def __next__(self) -> Any:
        """The next element."""
        return self._asked.next(self.place)


class _Object(values.Opaque):
    """An object that stayed with the program."""

    def __init__(self, asked: Asked, place: int, name: str, *, truth: bool | None) -> None:
        super().__init__(place, name, truth=truth)
        self.asked = asked


def _object(asked: Asked, place: int, name: Any, truth: Any, methods: Any) -> values.Opaque:
    kind = _kind(tuple(method for method in values.METHODS if method in methods))
    return kind(asked, place, str(name)[:80], truth=truth if truth is None else truth is True)


@cache
def _kind(methods: tuple[str, ...]) -> type[_Object]:
    """The type of objects with methods that are asked where the objects are."""
    return type("Opaque", (_Object,), {method: partialmethod(_ask, method) for method in methods})


def _ask(self: _Object, method: str, *positional: Any, **named: Any) -> Any:
    return self.asked.ask(self.place, method, *positional, **named)


def _exception(content: list[Any], decode: Any) -> BaseException:
    """The exception that a reply names: a built-in one, so that a test can expect it."""
    name, arguments, description = (*content, None, None, None)[:3]
    kind = getattr(builtins, str(name), None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        return ProgramExits(str(description))
    if issubclass(kind, StopIteration | StopAsyncIteration):  # as in a generator: it would end the test's own loop
        kind = RuntimeError
    try:
        error: Exception = kind(*[decode(argument) for argument in arguments])
    except Exception:  # noqa: BLE001 - what was sent are no arguments of this exception
        error = RuntimeError(name)
    setattr(error, DESCRIBED, str(description))
    return error


def run_tests(channel: values.Channel, given: str, test: str, entry_point: str) -> None:
    """Run ``check`` of a test on the program's function. Names of the item's prompt are there, too."""
    asked = Asked(channel)
    tests = types.ModuleType("tests")
    for source, name in ((given, "<prompt>"), (test, "<test>")):
        exec(compile(source, name, "exec", dont_inherit=True), tests.__dict__)  # noqa: S102 - this is the purpose of the sandbox
        tests.__dict__[entry_point] = asked
    tests.__dict__["check"](asked)
    asked.confirm()
