"""What crosses the boundary to a provider's batch API: questions, batches and their lines.

A batch is made by one call. Its answers come hours later, in any order, and with the ids that the questions were given.

Tested in tests/tasks/providers/test_batches.py.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Literal, Protocol, TypeAlias
from urllib.parse import quote

from tasks.domain import Prompt
from tasks.errors import ProviderError
from tasks.providers.failures import failure_of, unreadable
from tasks.providers.posting import Reply, Sender
from tasks.providers.wire import Answer, text_of

_ON_A_PAGE = 100
# A line's id, and what its question came to.
Line: TypeAlias = tuple[str, Reply | ProviderError]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a batch, and the id under which its answer comes back."""

    custom_id: str
    prompt: Prompt
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the provider describes it.

    ``state`` is ``refused`` where nothing of it was done and nothing will be; ``error`` says why. ``word`` is the
    provider's own word for the state. ``mark`` is what the batch was marked with when it was made, where the provider
    keeps marks. ``places`` are where its lines are.
    """

    batch_id: str
    state: Literal["waiting", "ended", "refused"]
    word: str
    created_at: datetime | None = None
    count_requests: int | None = None
    count_done: int | None = None
    mark: str | None = None
    places: tuple[str, ...] = ()
    error: ProviderError | None = None


class Batches(Protocol):
    """An open client of a batch API. Each call is one attempt.

    Attributes:
        keeps_marks: Whether a batch can be told by its mark. Otherwise only the ids of its lines tell whose it is.
    """

    keeps_marks: bool

    def size_of(self, question: Question) -> int:
        """The bytes that a question takes in a batch."""

    async def submit(self, mark: str, questions: Iterable[Question], timeout_s: float) -> Batch:
        """Make a batch of questions for one model, in one style.

        Raises:
            TransientError: It may have been made or not, except after ``http_429``.
            ProviderError: It was not made, and would not be at another attempt.
        """

    async def look(self, batch_id: str, timeout_s: float) -> Batch:
        """How far a batch is.

        Raises:
            ProviderError: The provider did not say.
        """

    def listed(self, since: datetime, timeout_s: float) -> AsyncIterator[Batch]:
        """The batches that were made since a time, the newest first.

        Raises:
            ProviderError: The provider did not say.
        """

    def lines(self, batch: Batch, timeout_s: float) -> AsyncGenerator[Line]:
        """The lines of a batch that has ended, in any order.

        Raises:
            ProviderError: The lines broke off, or are not there.
        """

    def answer_in(self, reply: Reply, parameters: Mapping[str, Any]) -> Answer:
        """The answer in a line's reply; see ``Endpoint.ask``."""

    async def close(self) -> None:
        """Close the connections."""


@contextmanager
def written(parts: Iterable[bytes]) -> Iterator[BinaryIO]:
    """A body of any size in a file of its own, so that memory never holds it."""
    with TemporaryFile() as file:
        for part in parts:
            file.write(part)
        file.seek(0)
        yield file


def record_in(reply: Reply) -> Mapping[str, Any]:
    """The batch or the file in a reply.

    Raises:
        ProviderError: The reply holds none.
    """
    document = reply.document
    if reply.is_success and isinstance(document, Mapping) and text_of(document, "id"):
        return document
    raise unreadable(reply, "no id") if reply.is_success else failure_of(reply)


async def listed(
    sender: Sender,
    path: str,
    after: str,
    batch_of: Callable[[Mapping[str, Any]], Batch],
    since: datetime,
    timeout_s: float,
) -> AsyncIterator[Batch]:
    """The batches that were made since a time, page by page; ``after`` names the parameter for the next page."""
    rest = ""
    while True:
        page = await sender.get(f"{path}?limit={_ON_A_PAGE}{rest}", timeout_s)
        document = page.document if page.is_success and isinstance(page.document, Mapping) else {}
        records = document.get("data")
        if not isinstance(records, list):
            raise failure_of(page)
        batches = [batch_of(record) for record in records if isinstance(record, Mapping) and text_of(record, "id")]
        for batch in batches:
            if batch.created_at and batch.created_at < since:
                return
            yield batch
        if not batches or not document.get("has_more"):
            return
        rest = f"&{after}={quote(batches[-1].batch_id, safe='')}"
