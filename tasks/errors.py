"""Every error that a user may see, one line each; the exception's type decides exit code and retry.

AligntaxError
 +-- UsageError            exit 2: what was asked for cannot be done (configuration, arguments, input files)
 |    +-- SettingsError
 |    +-- UnknownName      did-you-mean
 |    +-- InputError       a file that does not hold what it should
 +-- GateFailed            exit 1: validation stopped the publication
 +-- NothingEvaluated      exit 1: a run that evaluated nothing is never green
 +-- ProviderError
      +-- TransientError   retried: network, 408/409/429, 5xx, unreadable answers
      +-- TerminalError    this request can never succeed (bad request)
      +-- CellError        no request of this cell can succeed (authentication, unknown model): the cell stops
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AligntaxError(Exception):
    """Base of all errors shown to a user as one line."""

    exit_code = 1


class UsageError(AligntaxError):
    """What was asked for cannot be done; nothing was changed or sent."""

    exit_code = 2


class SettingsError(UsageError):
    """The configuration holds a bad value; the message starts with its path."""


class UnknownName(UsageError):  # noqa: N818 - reads as what it says at the raise site
    """A name that is not in a closed set."""

    @classmethod
    def of(cls, kind: str, name: str, known: Iterable[str]) -> UnknownName:
        """Build the message with the nearest known names."""
        return cls(f"{name!r} is not a {kind}. {suggestion(name, known)}")


class InputError(UsageError):
    """A file that does not hold what it should."""


class GateFailed(AligntaxError):  # noqa: N818 - a verdict, not a mistake
    """Validation stopped the publication; the last good one stays."""


class NothingEvaluated(AligntaxError):  # noqa: N818 - a verdict, not a mistake
    """A run ended without a single answer."""


class ProviderError(AligntaxError):
    """A request to a model endpoint did not give an answer."""

    def __init__(self, message: str, *, error_type: str, retry_after_s: float | None = None) -> None:
        """Keep the provider's own error type for the failure row."""
        super().__init__(message)
        self.error_type = error_type
        self.retry_after_s = retry_after_s


class TransientError(ProviderError):
    """Worth asking again: network, 408, 409, 429, 5xx, an unreadable or empty answer."""


class TerminalError(ProviderError):
    """This request can never succeed; others of its cell may."""


class CellError(ProviderError):
    """No request of this cell can succeed: authentication, permission, unknown model."""


def suggestion(name: str, known: Iterable[str]) -> str:
    """``Did you mean 'x'? Known: ...`` with the nearest name first, if any is near."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    return f"{hint}Known: {', '.join(names)}."
