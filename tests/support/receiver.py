"""A real receiver of webhooks on loopback, which can be up, slow, hanging, broken or somewhere else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Mode = Literal["up", "slow", "hanging", "error", "moved", "garbage"]


@dataclass
class Inbox:
    """What came in: the headers and the body of each request. ``mode`` may be changed at any time."""

    address: str
    mode: Mode = "up"
    letters: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def receiver(mode: Mode = "up") -> Iterator[Inbox]:
    """A receiver that answers as its mode says."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            inbox.letters.append((dict(self.headers), body))
            if inbox.mode == "hanging":
                inbox.closing.wait(60)
                return
            if inbox.mode == "garbage":
                self.wfile.write(b"\x00\xffno HTTP at all\r\n\r\n" * 50)
                return
            if inbox.mode == "slow":
                inbox.closing.wait(0.5)
            self.send_response({"error": 500, "moved": 302}.get(inbox.mode, 200))
            if inbox.mode == "moved":
                self.send_header("Location", f"{inbox.address}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    inbox = Inbox(f"http://127.0.0.1:{server.server_port}", mode)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield inbox
    finally:
        inbox.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"
