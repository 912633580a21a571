"""Every error that a user may see as one line. Its class decides the exit code and whether a request is sent again.

AligntaxError                   exit 1
 +-- UsageError                 exit 2: the configuration, the arguments or an input file are wrong
 |    +-- SettingsError         a bad value in the configuration
 |    +-- UnknownName           a name that does not exist; the message says which name is nearest
 |    +-- InputError            a file does not hold what it should
 |    +-- Refused               a worker does not ask what a run on another machine wants of it
 +-- ValidationStopped          validation stopped the publication
 +-- PublicationIncomplete      a target could not be written; the others are
 +-- NothingEvaluated           a run ended without a single answer
 +-- BudgetUsedUp               a budget ended the work of a command that publishes only whole work
 +-- NothingDue                 exit 0: every cell of a night rests, as its cadence says
 +-- Interrupted                exit 130: a signal stopped the work; what came in is committed
 +-- ProviderError              becomes the row of an answer that failed
      +-- TransientError        the request is sent again: network, time-out, overload, 5xx, an unreadable answer
      +-- TerminalError         this request can never succeed: a bad request; five and no answer stop the cell
      +-- CellError             no request of this cell can succeed: key, quota, unknown model; the cell stops

Two packages import nothing from here, so each has a tree of its own.

WarehouseError                  exit 1; warehouse/errors.py
 +-- WarehouseBusy              another process writes to the file
 +-- WarehouseMissing           there is no warehouse at this path
 +-- WarehouseUnwritable        the disk is full, or the file is gone
 +-- WarehouseDamaged           the file is broken: a bad disk or half a copy
 +-- LakeUnreachable            the database or the files of a lake do not answer
 +-- LakeRefuses                the database of a lake does not let this machine in
 +-- LakeOfAnotherVersion       a lake has the tables of another version of aligntax
 +-- ModelError                 a SQL model or its description is wrong
 +-- QueryError                 exit 2: DuckDB refused a user's SQL

SandboxError                    becomes the reason why programs were not run; tasks/sandbox
 +-- NoSandbox                  no sandbox is safe on this machine
 +-- SandboxBroken              a sandbox that was safe has stopped working
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from tasks.domain import storable

_LONGEST_QUOTED = 200  # characters
Fault: TypeAlias = Literal["key", "credit", "model", "quota"]


class AligntaxError(Exception):
    """Base of our errors. The command line prints the message as one line and ends with ``exit_code``."""

    exit_code = 1


class UsageError(AligntaxError):
    """What was asked for cannot be done; nothing was changed or sent."""

    exit_code = 2


class SettingsError(UsageError):
    """The configuration holds a bad value; the message starts with its path."""


class UnknownName(UsageError):  # noqa: N818 - reads as what it says at the raise site
    """A name that does not exist."""

    @classmethod
    def of(cls, kind: str, name: str, known: Iterable[str]) -> UnknownName:
        """Build the message, with the nearest name first."""
        return cls(f"{name!r} is not a {kind}. {suggestion(name, known)}")


class InputError(UsageError):
    """A file does not hold what it should; the message starts with its path."""


class Refused(UsageError):  # noqa: N818 - what happened, not a mistake
    """A worker does not ask a shard: its configuration or its version is another than that of the run."""


class ValidationStopped(AligntaxError):  # noqa: N818 - a verdict, not a mistake
    """Validation stopped the publication; the last good one stays."""


class PublicationIncomplete(AligntaxError):  # noqa: N818 - a verdict, not a mistake
    """Some targets could not be written and keep what they had; all others are published.

    Attributes:
        places: where each target is, by its name.
    """

    def __init__(self, failures: Mapping[str, str], places: Mapping[str, str | Path]) -> None:
        failed = "; ".join(f"{name}: {reason}" for name, reason in failures.items())
        super().__init__(
            f"not published: {failed}. The other targets are published. `aligntax publish` writes what is missing."
        )
        self.places = dict(places)


class NothingEvaluated(AligntaxError):  # noqa: N818 - a verdict, not a mistake
    """A run ended without a single answer."""


class BudgetUsedUp(AligntaxError):  # noqa: N818 - what happened, not a mistake
    """A budget stopped the asking; everything that came in is committed."""


class NothingDue(AligntaxError):  # noqa: N818 - what happened, not a mistake
    """Every cell of a night still rests, as its cadence says."""

    exit_code = 0


class Interrupted(AligntaxError):  # noqa: N818 - what happened, not a mistake
    """Asking was stopped by a signal; everything that came in is committed."""

    exit_code = 130


class ProviderError(AligntaxError):
    """A request to a model endpoint did not give an answer.

    Attributes:
        error_type: What went wrong in one word; the row of the failed answer holds it.
        retry_after_s: How long the server asks to wait before the next attempt; None if it does not say.
        may_be_billed: Whether the model may have answered, so that the provider may ask money for it.
        fault: What every other request would meet, too: the endpoint's key or credit, or the model's name or quota.
            None where other cells may fare better.
    """

    def __init__(
        self,
        message: str,
        *,
        error_type: str,
        retry_after_s: float | None = None,
        may_be_billed: bool = False,
        fault: Fault | None = None,
    ) -> None:
        """Keep what the retry and the row of the failed answer need."""
        super().__init__(message)
        self.error_type = error_type
        self.retry_after_s = retry_after_s
        self.may_be_billed = may_be_billed
        self.fault = fault


class TransientError(ProviderError):
    """Another attempt may succeed: network, overload, a time-out, 5xx, an answer that is unreadable or broken off."""


class TerminalError(ProviderError):
    """This request can never succeed; other requests of its cell may. Several in a row and no success end the cell."""


class CellError(ProviderError):
    """No request of this cell can succeed: authentication, a spent quota, unknown model, a parameter not taken."""


def one_line(said: object) -> str:
    """The words of another program as part of a message: without line breaks, and not too long."""
    return storable(" ".join(str(said).split())[:_LONGEST_QUOTED])


def innermost(error: BaseException) -> BaseException:
    """The one error inside groups of one, which tasks that run at once put around it."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def why_failed(outcome: object) -> str:
    """What a line says of work that failed: what our own error says, kind and words of one that nobody foresaw."""
    cause = innermost(outcome) if isinstance(outcome, BaseException) else outcome
    if isinstance(cause, AligntaxError) or not isinstance(cause, BaseException):
        return str(cause)
    return f"unexpected error: {type(cause).__name__}: {one_line(cause)}"


def suggestion(name: str, known: Iterable[str]) -> str:
    """``Did you mean 'x'? Known: ...``; the question is left out where no name is near."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    return f"{hint}Known: {', '.join(names)}."
