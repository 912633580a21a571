"""A request as a plan sees it, and a reply as its bytes go over the wire."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Then(Enum):
    """What a server does after the bytes of a reply."""

    GO_ON = "wait for the next request"
    CLOSE = "close the connection"
    FLOOD = "send more, as fast as it is read"
    DRIP = "send a byte now and then"


@dataclass(frozen=True, slots=True)
class Asked:
    """One attempt at a question: ``path`` is that of the wire, without ``/v1/``; attempts are counted from 1."""

    path: str
    model: str
    item: int
    seed: int = 0
    attempt: int = 1

    @property
    def is_letter(self) -> bool:
        """Whether the likelihoods of letters are asked for."""
        return "letters" in self.model


@dataclass(frozen=True, slots=True)
class Reply:
    """The bytes that are sent, what comes then, and how many bytes more a flood or a drip has."""

    content: bytes
    then: Then = Then.GO_ON
    count_more: int = 0


def whole(body: bytes, status: int = 200, headers: bytes = b"content-type: application/json\r\n") -> Reply:
    """A reply of good HTTP."""
    return Reply(b"HTTP/1.1 %d Said\r\n%scontent-length: %d\r\n\r\n%s" % (status, headers, len(body), body))
