"""A lean model server in a process of its own that answers each request as a plan of replies says.

``python -m tests.support.hostile.server PLAN NUMBER`` prints its port. It takes little CPU and no time to answer, so
that a test can ask a million questions. It sends bytes as they are, so that replies need not be good HTTP.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.hostile.plans import Plan, plan_of
from tests.support.hostile.replies import Asked, Reply, Then, whole

ROOT = Path(__file__).resolve().parents[3]
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_PATH = re.compile(rb"POST \S*?/v1/(\S+)")
_MODEL = re.compile(rb'"model":"([^"]+)"')
# Every question of the tests holds its number in this form.
_ITEM = re.compile(rb"No\. (\d+)")
_SEED = re.compile(rb'"seed":(\d+)')
_BLOCK = b"x" * 2**16
_SLOW_S = 0.2


@dataclass(slots=True)
class Book:
    """The plan, and how often each question was asked."""

    plan: Plan
    asked: Counter[tuple[bytes, int, int]] = field(default_factory=Counter)
    count: int = 0

    def reply(self, head: bytes, body: bytes) -> Reply:
        """The reply to a request. Which attempt it is decides it, and not when it comes."""
        if head.startswith(b"GET"):
            return whole(b"%d" % self.count)
        path, model, item, seed = _PATH.match(head), _MODEL.search(body), _ITEM.search(body), _SEED.search(body)
        if path is None or model is None or item is None:
            raise ValueError(f"not a request of the tests: {head[:200]!r} {body[:200]!r}")
        key = (model[1], int(item[1]), int(seed[1]) if seed else 0)
        self.asked[key] += 1
        self.count += 1
        return self.plan(Asked(path[1].decode(), model[1].decode(), *key[1:], self.asked[key]))


class Connection(asyncio.Protocol):
    """One connection: requests come one after the other."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._held = b""
        self._can_write = asyncio.Event()
        self._can_write.set()

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def pause_writing(self) -> None:
        self._can_write.clear()

    def resume_writing(self) -> None:
        self._can_write.set()

    def connection_lost(self, _: Exception | None) -> None:
        self._can_write.set()

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._held, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._held) < whole:
                return
            head, body, self._held = self._held[:end], self._held[end + 4 : whole], self._held[whole:]
            self._send(self._book.reply(head, body))

    def _send(self, reply: Reply) -> None:
        self._transport.write(reply.content)
        if reply.then is Then.CLOSE:
            self._transport.close()
        elif reply.then is not Then.GO_ON:
            self._going_on = asyncio.get_running_loop().create_task(self._send_more(reply))

    async def _send_more(self, reply: Reply) -> None:
        """Send more, for as long as the other side takes it."""
        left = reply.count_more
        while not self._transport.is_closing() and left > 0:
            block = b"x" if reply.then is Then.DRIP else _BLOCK[:left]
            self._transport.write(block)
            left -= len(block)
            await asyncio.sleep(_SLOW_S if reply.then is Then.DRIP else 0)
            await self._can_write.wait()


async def serve(plan: Plan) -> None:
    """Answer until the process is ended."""
    book = Book(plan)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(book), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def count_asked(port: int) -> int:
    """How many requests a server has answered."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as response:
        return int(response.read())


@contextmanager
def serving(plan: str, number: float = 0) -> Iterator[int]:
    """The port of a server in a process of its own."""
    program = [sys.executable, "-m", "tests.support.hostile.server", plan, str(number)]
    process = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    asyncio.run(serve(plan_of(sys.argv[1], float(sys.argv[2]))))
