"""The tests' side: run a test, and let the program answer its calls. No line of the program runs here.

Tested in tests/tasks/sandbox/test_two_sides.py.
"""

from __future__ import annotations

import builtins
import types
from collections.abc import Iterator
from typing import Any

from . import values

DESCRIBED = "aligntax_described"  # of an exception of the program: its own name and message, for the verdict


class ProgramEnded(BaseException):
    """The program ended before its tests did, or what it sent is no answer. No test can catch it by ``Exception``."""


class ProgramExits(BaseException):
    """The program left by ``SystemExit`` or another exception that ends a program."""


class Asked:
    """The program, as its tests see it."""

    def __init__(self, channel: values.Channel) -> None:
        self._channel = channel
        self._failure: ProgramEnded | None = None
        self._exchanged()  # the program is loaded, or has failed

    def __call__(self, *positional: Any, **named: Any) -> Any:
        """Call the program's function. Its arguments are afterwards what the program made of them."""
        passed = (list(positional), named)
        _, result, *changed = self._exchanged("call", *(values.encoded(part, _passed) for part in passed))
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
            raise self._failed(error) from None
        if reply[0] == "raised":
            raise _exception(reply[1:], self._decoded)
        return [*reply, None][: max(len(reply), 2)]

    def _failed(self, error: Exception) -> ProgramEnded:
        self._failure = ProgramEnded(str(error))
        return self._failure

    def _decoded(self, message: Any) -> Any:
        try:
            return values.decoded(message, lambda place: Elements(self, place))
        except values.Broken as error:
            raise self._failed(error) from None


class Elements(Iterator[Any]):
    """An iterator that the program returned. Each element is fetched when it is asked for."""

    def __init__(self, asked: Asked, place: int) -> None:
        self._asked, self.place = asked, place

    def __next__(self) -> Any:
        """The next element."""
        return self._asked.next(self.place)


def _passed(iterator: Iterator[Any]) -> list[Any]:
    return ["iterator", iterator.place] if isinstance(iterator, Elements) else values.listed(iterator)


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
