"""The servers of weights that a run starts on loopback, and that end with it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.processes.children import child
from tasks.settings import ModelSettings
from tasks.weights import Serving, servings, trouble_in, trouble_while_up

# Weights of 100 GB are read from a slow disk.
_LONGEST_START_S = 900.0
_PAUSE_S = 0.2


@dataclass(slots=True)
class ModelServer:
    """A server that was started, or why it was not.

    ``base_url`` is its address once it answers, ``trouble`` why it never will.
    """

    serving: Serving
    models: tuple[str, ...]
    log: Path
    base_url: str | None = None
    trouble: str | None = None
    process: subprocess.Popen[bytes] | None = None

    def why_gone(self) -> str | None:
        """Why the server is gone, in one line; None while it runs."""
        if self.trouble is None and self.process is not None and (code := self.process.poll()) is not None:
            self.trouble = trouble_in(self._said(), code)
        verb = "did not start" if self.base_url is None else "ended"
        names = ", ".join(self.models)
        log = f" (log: {self.log})" if self.process else ""
        return f"the server of {names} {verb}: {self.trouble}{log}" if self.trouble else None

    async def wait_until_up(self, address: str) -> None:
        """Return once the server answers, or is gone."""
        deadline = time.monotonic() + _LONGEST_START_S
        while not self.why_gone():
            if await asyncio.to_thread(_is_healthy, address):
                self.trouble = trouble_while_up(self._said())
                self.base_url = None if self.trouble else f"{address}/v1"
                return
            if time.monotonic() > deadline:
                self.trouble = f"it does not answer after {_LONGEST_START_S:g} s"
            await asyncio.sleep(_PAUSE_S)

    def _said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


@asynccontextmanager
async def model_servers(models: Iterable[ModelSettings], folder: Path) -> AsyncIterator[Mapping[str, ModelServer]]:
    """Start the servers that some models need; yields them by their endpoints, also those that did not start.

    ``folder`` takes their logs. Each server that did not start gets a warning where others can be asked; its cells will
    fail with the same words.
    """
    listed = list(models)
    with ExitStack() as stack:
        servers, waiting = {}, []
        for serving in servings(listed):
            names = tuple(model.id for model in listed if model.endpoint == serving.endpoint)
            log = folder / f"{serving.endpoint.replace('/', '-')}.log"
            servers[serving.endpoint] = server = ModelServer(serving, names, log, trouble=serving.lack)
            if server.trouble is None:
                waiting.append(server.wait_until_up(_begin(server, stack)))
        await asyncio.gather(*waiting)
        gone = {name: why for name, server in servers.items() if (why := server.why_gone())}
        if any(model.endpoint not in gone for model in listed):
            for why in gone.values():
                sys.stderr.write(f"warning: {why}.\n")
        yield servers


def _begin(server: ModelServer, stack: ExitStack) -> str:
    """Start the process of a server; returns the address at which it will answer."""
    port = server.serving.port or _free_port()
    address = f"http://127.0.0.1:{port}"
    if not _is_free(port):
        server.trouble = f"port {port} is taken by another program. Choose another port:, or leave it out"
        return address
    links = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aligntax-")))
    command = server.serving.arguments(links, port)
    server.process = stack.enter_context(child("flows.processes.sole_child", command, log=server.log))
    return address


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _is_healthy(address: str) -> bool:
    try:
        # Past any proxy: the server is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{address}/health", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
