"""What an endpoint refuses for good: its key, its credit or one of its models. All cells that use it share this.

After the first such reply no further request begins that it concerns, as long as nobody knows better:

- Used-up credit concerns the endpoint, and so does a refused key as long as nobody had an answer; an unknown model and
  a model's own quota concern that model.
- Requests in flight come to their end first, and where it was the only one, one more is sent. If one of them is
  answered, key and model are right, and the reply was a gateway's mistake, or about another model. Used-up credit and
  quota do not come back so.
- Where the model has answered in this run, it takes five such replies without an answer between them: one of several
  servers behind a gateway may be set up wrongly. Used-up credit and quota end it at once there, too.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from tasks.errors import ProviderError
from tasks.planned import CellWork

_FEWEST_IN_A_ROW, _MOST_IN_A_ROW = 2, 5
_ENDPOINT = ""
_FOR_GOOD = frozenset({"credit", "quota"})


@dataclass(frozen=True, slots=True)
class _Refusal:
    said: str
    scope: str
    model: str
    may_be_mistaken: bool


@dataclass(slots=True)
class Refusals:
    """The refusals of one endpoint: those of the whole endpoint under ``_ENDPOINT``, others under a model's name."""

    _refused: dict[str, _Refusal] = field(default_factory=dict)
    _in_a_row: Counter[str] = field(default_factory=Counter)
    _in_flight: Counter[str] = field(default_factory=Counter)
    _answered: set[str] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def why_not(self, work: CellWork) -> str | None:
        """The reply because of which no request of a cell may begin; None while it may be asked."""
        found = self._of(work.model.model) if self._refused else None
        return found.said if found else None

    async def may_begin(self, work: CellWork) -> bool:
        """Whether a request may begin. Where one was refused, those in flight come to their end first."""
        name = work.model.model
        while (found := self._of(name)) and found.may_be_mistaken:
            if not self._is_in_flight(name):
                return self._in_a_row[found.scope] < _FEWEST_IN_A_ROW
            await self._changed.wait()
        return found is None

    @contextmanager
    def noted(self, work: CellWork) -> Iterator[None]:
        """Take note of how a request ends that begins now."""
        self._in_flight[work.model.model] += 1
        try:
            yield
            self._answer(work.model.model)
        except ProviderError as error:
            self.note(work, error)
            raise
        finally:
            self._in_flight[work.model.model] -= 1
            if self._refused:  # those who wait look again
                self._changed.set()
                self._changed = asyncio.Event()

    def note(self, work: CellWork, error: ProviderError) -> None:
        """Take note of an error. One that is about its own request alone changes nothing."""
        if error.fault is None:
            return
        name, may_be_mistaken = work.model.model, error.fault not in _FOR_GOOD
        is_endpoints = error.fault == "credit" or (error.fault == "key" and not self._answered)
        scope = _ENDPOINT if is_endpoints else name
        self._in_a_row[scope] += 1
        if not (may_be_mistaken and name in self._answered) or self._in_a_row[scope] >= _MOST_IN_A_ROW:
            self._refused[scope] = _Refusal(str(error), scope, name, may_be_mistaken)

    def _answer(self, name: str) -> None:
        """A model has answered: its key is right, and so is its name. The other model's name may be wrong."""
        self._answered.add(name)
        for scope in (_ENDPOINT, name) if self._in_a_row else ():
            self._in_a_row.pop(scope, None)
            found = self._refused.get(scope)
            if found and found.may_be_mistaken:
                del self._refused[scope]
                if found.model != name:
                    self._refused[found.model] = replace(found, scope=found.model)

    def _of(self, name: str) -> _Refusal | None:
        return self._refused.get(_ENDPOINT) or self._refused.get(name)

    def _is_in_flight(self, name: str) -> bool:
        """Whether an answer may come that lifts the refusal."""
        return (self._in_flight.total() if _ENDPOINT in self._refused else self._in_flight[name]) > 0
