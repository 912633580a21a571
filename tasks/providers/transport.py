"""The connections to one server: what is used of aiohttp, and how a session of it is opened."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, BinaryIO, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

if TYPE_CHECKING:
    import httpx2


# aiohttp's own 8 kB are less than what gateways send as a policy of contents, and what the SDKs' clients take.
_LARGEST_HEADER = 2**16


class Body(Protocol):
    """A body that is still arriving."""

    def iter_any(self) -> AsyncIterator[bytes]:
        """What has arrived, as soon as something has. A packed body is unpacked in small pieces."""


class Response(Protocol):
    """What is read of a response."""

    status: int

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; their names are compared without case."""

    @property
    def content(self) -> Body:
        """The body."""


class Session(Protocol):
    """What sends requests."""

    def post(
        self, url: str, *, data: bytes | BinaryIO, headers: Mapping[str, str] | None = None, allow_redirects: bool
    ) -> AbstractAsyncContextManager[Response]:
        """Send a body, and wait for the head of the reply."""

    def get(self, url: str, *, allow_redirects: bool) -> AbstractAsyncContextManager[Response]:
        """Ask for what is at an address, and wait for the head of the reply."""

    async def close(self) -> None:
        """Close the connections."""


def open_session(address: str, headers: Mapping[str, str]) -> Session:
    """A session for one address. It keeps no cookies, and the limiter bounds its connections.

    The proxy is looked up once: aiohttp would do so for every request, in a thread.
    """
    import aiohttp  # noqa: PLC0415 - heavy, as the SDKs are

    parts = urlsplit(address)
    proxies = {} if proxy_bypass(parts.hostname or "") else getproxies()
    session: Session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=_trusted() if parts.scheme == "https" else True),
        headers=headers,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        max_field_size=_LARGEST_HEADER,
        proxy=proxies.get(parts.scheme) or proxies.get("all"),
    )
    return session


def unused_client() -> httpx2.AsyncClient:
    """What an SDK is given, so that it opens no HTTP client of its own: nothing is sent through it."""
    import httpx2  # noqa: PLC0415 - heavy, as the SDKs are

    return httpx2.AsyncClient(transport=httpx2.AsyncBaseTransport())


def _trusted() -> ssl.SSLContext:
    """The certificates that the SDKs trust."""
    import httpx2  # noqa: PLC0415 - heavy, as the SDKs are

    return httpx2.create_ssl_context()
