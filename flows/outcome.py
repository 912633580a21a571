"""What became of a flow's work, kept by us.

Prefect is handed a state and no exception: it would write the exception into its storage and its traceback into its
logs. Prefect may also be gone when the work ends.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic, TypeVar

from prefect import State
from prefect.states import Completed, Failed

T = TypeVar("T")


@dataclass(slots=True)
class Outcome(Generic[T]):
    """The value or the error of a flow's work; neither while it is at work."""

    value: T | None = None
    error: Exception | None = None

    async def of(self, work: Awaitable[T]) -> State[None]:
        """Do the work, keep its outcome, and return the state that Prefect shows."""
        try:
            self.value = await work
        except Exception as error:  # noqa: BLE001 - whatever it is, ``result`` raises it
            self.error = error
            return Failed(message=str(error))
        return Completed()

    def result(self) -> T:
        """The value; raises the error if there was one."""
        if self.error:
            raise self.error
        if self.value is None:
            raise RuntimeError("the work has not ended")
        return self.value
