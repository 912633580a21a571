"""What crosses between a wire format and the simulated model: a checked request, an answer, an error.

A wire format is a ``Format``: it reads a request's fields into ``Asked`` and gives ``Answered`` or a ``RequestError``
the vendor's shape. It knows nothing of draws, faults or sockets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.simulator.logprobs import Token
from infra.simulator.phrasing import Limits, Reply
from infra.simulator.truth import SimulatedModel
from tasks.domain import PromptStyle


class RequestError(Exception):
    """A request that gets an error; each format gives it its vendor's shape."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        """Keep what status line, headers and error body show."""
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, checked. ``lookup`` is the text an item was rendered to, ``content`` all that was sent.

    ``repeat`` is the seed, 0 where a format has none. ``count_top`` is how many alternatives each token is wanted
    with, None without log-probabilities. ``count_cached`` are the prompt's tokens that come from a cache.
    """

    model: SimulatedModel
    style: PromptStyle
    lookup: tuple[str, ...]
    content: str
    repeat: int
    limits: Limits
    count_top: int | None = None
    count_cached: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """What a format puts in its shape.

    ``filter_draw`` (0 to 1) chooses among the vendor's ways of declining, None where the model itself answers;
    ``tokens`` are there when log-probabilities were asked for and a text is given.
    """

    reply: Reply
    request_id: str
    fingerprint: str
    filter_draw: float | None = None
    tokens: tuple[Token, ...] | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """One wire format.

    ``shape`` is given the name of the model that is said to have served; it may raise ``RequestError`` where the vendor
    declines by an error status.
    """

    read: Callable[[Mapping[str, Any], Mapping[str, SimulatedModel]], Asked]
    shape: Callable[[Asked, Answered, str], dict[str, Any]]
    shape_error: Callable[[RequestError], dict[str, Any]]
    id_header: bytes
    id_prefix: str
    required_headers: tuple[bytes, ...] = ()
