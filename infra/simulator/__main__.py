"""Serve the simulated models on loopback: ``python -m infra.simulator --port 0 --ready-file PATH``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from infra.simulator.app import DROP_EXTENSION, Simulator
from infra.simulator.truth import DEFAULT_TRUTH, Truth, TruthError, load
from tasks import benchmarks

_HOST = "127.0.0.1"


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol that lets the program close a connection: ASGI has no word for giving no answer."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {DROP_EXTENSION: self.transport.close}  # type: ignore[dict-item]


class _Server(uvicorn.Server):
    """uvicorn that tells when it serves and leaves signals to us: it would end by raising them again."""

    def __init__(self, config: uvicorn.Config, on_serving: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_serving = on_serving

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_serving()

    def stop(self) -> None:
        self.should_exit = True


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the truth, serve until told to stop; 0 after a clean stop, 1 or 2 with one line per mistake otherwise."""
    options = _parser().parse_args(arguments)
    known = {benchmark_id: benchmarks.load(benchmark_id) for benchmark_id in benchmarks.BUILTIN}
    with contextlib.ExitStack() as stack:
        try:
            truth = load(options.truth, known)
            listener = stack.enter_context(_listener(options.port))
            log = stack.enter_context(options.log.open("ab", buffering=0)) if options.log else None
        except TruthError as error:
            sys.stderr.write(f"{error}\n")
            return 2
        except OSError as error:
            sys.stderr.write(f"simulator: {error}\n")
            return 1
        asyncio.run(_serve(Simulator(truth, known, log), listener, options))
    return 0


def _listener(port: int) -> socket.socket:
    """Bind a socket that names its protocol.

    asyncio sets TCP_NODELAY on no other, and then each answer, which goes out as head and body, waits 40 ms for a
    delayed acknowledgement.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # or a fixed port stays taken after a restart
        listener.bind((_HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.simulator", description="Serve simulated models.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one (default)")
    parser.add_argument("--truth", type=Path, default=DEFAULT_TRUTH, help="truth file (default: the one shipped)")
    parser.add_argument("--ready-file", type=Path, help="gets host:port once requests are answered")
    parser.add_argument("--log", type=Path, help="append one JSON line per answered question")
    parser.add_argument("--exit-with-stdin", action="store_true", help="stop at the end of standard input")
    return parser


async def _serve(simulator: Simulator, listener: socket.socket, options: argparse.Namespace) -> None:
    host, port = listener.getsockname()[:2]
    config = uvicorn.Config(
        simulator,
        loop="asyncio",
        http=_Protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_config=None,
        log_level="critical",
        server_header=False,
        timeout_keep_alive=75,  # a client's idle connection must not be closed under its next request
        timeout_graceful_shutdown=2,
    )
    server = _Server(config, lambda: _announce(f"{host}:{port}", simulator.truth, options.ready_file))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    if options.exit_with_stdin:
        # A thread, because the event loop cannot watch a standard input that is a regular file.
        threading.Thread(target=_stop_at_end_of_stdin, args=(loop, server.stop), daemon=True).start()
    await server.serve(sockets=[listener])


def _announce(address: str, truth: Truth, ready_file: Path | None) -> None:
    if ready_file is not None:
        partial = ready_file.with_name(f"{ready_file.name}.{os.getpid()}.partial")
        partial.write_text(address, encoding="utf-8")
        partial.replace(ready_file)
    with contextlib.suppress(BrokenPipeError):  # whoever started this may have stopped listening
        sys.stdout.write(f"simulator: {len(truth.models)} models on http://{address}/v1\n")
        sys.stdout.flush()


def _stop_at_end_of_stdin(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    with contextlib.suppress(OSError):  # a closed standard input has ended, too
        while os.read(0, 4096):
            pass
    with contextlib.suppress(RuntimeError):  # the loop has already been closed
        loop.call_soon_threadsafe(stop)


if __name__ == "__main__":
    sys.exit(main())
