"""The explorer as a server on this machine: the published pages, and a search in all questions and answers.

Whoever knows the address may read: it begins with a secret, and requests that name another host are refused, so that a
page from elsewhere cannot ask through the reader's browser.
"""

from __future__ import annotations

import secrets
import socket
from contextlib import suppress
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tasks.errors import UsageError
from tasks.settings import PublishSettings
from warehouse.connection import Warehouse

_HOST = "127.0.0.1"
_LONGEST_SEARCH = 1_000  # characters


def explorer(settings: PublishSettings, secret: str) -> Starlette:
    """The application, whose paths all begin with the secret."""

    def search(request: Request) -> JSONResponse:
        text = request.query_params.get("text", "")[:_LONGEST_SEARCH]
        with Warehouse.read(settings.snapshot) as snapshot:
            return JSONResponse(snapshot.query_rows("explored_search", text=text)[1])

    pages = StaticFiles(directory=settings.folder / "items", html=True)
    routes = [Route(f"/{secret}/search", search), Mount(f"/{secret}", pages)]
    return Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[_HOST, "localhost"])])


def bound(port: int) -> socket.socket:
    """A socket on this machine's own address; port 0 takes a free one.

    Raises:
        UsageError: another program has the port.
    """
    found = socket.socket()
    try:
        found.bind((_HOST, port))
        found.listen()
    except OSError as error:
        found.close()
        raise UsageError(f"--port {port}: {error.strerror}. Leave --port out, and a free one is taken.") from None
    return found


def check_pages(settings: PublishSettings) -> Path:
    """The page to show.

    Raises:
        UsageError: nothing is published yet.
    """
    page = settings.folder / "items" / "index.html"
    if not page.is_file():
        raise UsageError(f"{page} is not there: `aligntax publish` writes it.")
    return page


def new_secret() -> str:
    """What the address of this server begins with."""
    return secrets.token_urlsafe(16)


def serve(application: Starlette, listening: socket.socket) -> None:
    """Answer requests until Ctrl-C or SIGTERM."""
    config = uvicorn.Config(application, log_level="warning", access_log=False, server_header=False)
    with suppress(KeyboardInterrupt):  # uvicorn has shut down by then
        uvicorn.Server(config).run(sockets=[listening])
