"""Run work as a Prefect flow, and go on without Prefect where it is gone: the warehouse needs no Prefect.

We keep what became of the work. Prefect is handed a state and no exception: it would write the exception into its
storage and its traceback into its logs.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from prefect import Flow, State
from prefect._internal.concurrency.services import _QueueServiceBase
from prefect._internal.concurrency.threads import get_global_loop
from prefect.settings import PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED, temporary_settings
from prefect.states import Completed, Failed
from prefect.utilities.annotations import quote

from tasks.errors import AligntaxError, Interrupted, Refused

T = TypeVar("T")

# Where flows store results. Prefect would store an error of its own, with its request and the password in that.
NOWHERE = Path(os.devnull)


def failed(error: Exception) -> State[None]:
    """The state of work that ended with an error: its line, and of an error that nobody foresaw the type as well."""
    if isinstance(error, AligntaxError):
        named = isinstance(error, (Interrupted, Refused))
        return Failed(message=str(error), name=type(error).__name__ if named else None)
    return Failed(message=f"{type(error).__name__}: {error}")


def _completed(_: object) -> State[None]:
    return Completed()


@dataclass(slots=True)
class Outcome(Generic[T]):
    """The value or the error of a flow's work; neither before its end."""

    value: T | None = None
    error: Exception | None = None

    async def of(self, work: Awaitable[T], state_of: Callable[[T], State[None]] = _completed) -> State[None]:
        """Do the work, keep its outcome, and return the state that Prefect shows."""
        try:
            self.value = await work
        except Exception as error:  # noqa: BLE001 - whatever it is, ``result`` raises it
            self.error = error
            return failed(error)
        return state_of(self.value)

    @property
    def is_known(self) -> bool:
        """Whether the work has ended."""
        return self.value is not None or self.error is not None

    def result(self) -> T:
        """The value; raises the error if there was one."""
        if self.error:
            raise self.error
        if self.value is None:
            raise RuntimeError("the work has not ended")
        return self.value


async def as_flow(flow: Flow[..., Coroutine[Any, Any, Any]], *chosen: Any, **live: Any) -> bool:
    """Run a flow whose work tells ``outcome`` how it ended; says whether Prefect was there from beginning to end.

    Prefect stores what is ``chosen``. It neither walks through nor stores what is ``live``.
    """
    try:
        await flow(*chosen, **{name: quote(value) for name, value in live.items()}, return_state=True)
    except Exception:  # noqa: BLE001 - the errors of the work are in its outcome, so this one is Prefect's
        if not live["outcome"].is_known:
            with temporary_settings({PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False}):
                await flow.fn(*chosen, **live)
        return False
    return True


def hand_over(longest_s: float) -> bool:
    """Let Prefect's threads hand over their last events and logs; says whether they could within some seconds.

    Otherwise they would go on trying when the process ends, for minutes.
    """
    workers: Any = _QueueServiceBase
    at_work = [(worker, worker._loop, worker._task) for worker in workers._instances.values()]  # noqa: SLF001
    late = workers.drain_all(timeout=longest_s)[1]
    for worker, loop, task in at_work:
        if late:
            loop.call_soon_threadsafe(task.cancel)
        else:
            _forget(worker)
    return not late


def _forget(worker: Any) -> None:
    """Let go of what a worker that has ended holds, and of the context of the flow that started it.

    Prefect keeps both until the process ends, and the certificates of each client are a megabyte.
    """
    for name in ("_client", "_orchestration_client", "_context_cache"):
        vars(worker).pop(name, None)
    calls: Any = get_global_loop()._on_shutdown  # noqa: SLF001 - they would only stop what has ended
    calls.clear()
