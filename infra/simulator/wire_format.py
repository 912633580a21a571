"""What a wire format and the simulated model exchange: a checked request, an answer, an error.

A wire format is a ``Format``. It reads a request's fields into ``AskedQuestion``, and shapes an ``Answered`` or an
error as its vendor does. It must not know decisions, faults or sockets. Tested in tests/infra/simulator/test_asgi.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.simulator.logprobs import Token
from infra.simulator.phrasing import LengthLimits, PhrasedReply
from infra.simulator.truth import SimulatedModel
from tasks.domain import PromptStyle


class RequestError(Exception):
    """A request that is answered with an error, which each format shapes as its vendor does."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        """Keep what the status line, the headers and the error's body show."""
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question whose request has been checked.

    ``lookup`` holds the texts that may be a benchmark's prompt, ``content`` everything that was sent. ``repeat`` is the
    seed, 0 where a format has none. ``count_top`` is the number of alternatives wanted for each token, None without
    log-probabilities. ``count_cached`` is the number of the prompt's tokens that come from a cache.
    """

    model: SimulatedModel
    style: PromptStyle
    lookup: tuple[str, ...]
    content: str
    repeat: int
    limits: LengthLimits
    count_top: int | None = None
    count_cached: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer before a format shapes it.

    ``filter_draw`` (0 to 1) chooses among the vendor's ways of declining; it is None where the model itself answers.
    ``tokens`` is set where log-probabilities were asked for and the answer has a text.
    """

    reply: PhrasedReply
    request_id: str
    fingerprint: str
    filter_draw: float | None = None
    tokens: tuple[Token, ...] | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """One wire format.

    ``shape`` also receives the name of the model that the answer claims to come from. It raises ``RequestError`` where
    the vendor declines with an error status.
    """

    read: Callable[[Mapping[str, Any], Mapping[str, SimulatedModel]], AskedQuestion]
    shape: Callable[[AskedQuestion, Answered, str], dict[str, Any]]
    shape_error: Callable[[RequestError], dict[str, Any]]
    id_header: bytes
    id_prefix: str
    required_headers: tuple[bytes, ...] = ()
