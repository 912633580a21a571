"""Serve the simulated models on this machine: ``python -m infra.simulator --port 0 --ready-file PATH``."""

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

from infra.simulator.asgi import DROP_EXTENSION, Simulator
from infra.simulator.truth import DEFAULT_TRUTH, Truth, TruthError, load
from tasks import benchmarks

_HOST = "127.0.0.1"


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol, extended so that the program can close a connection: ASGI offers no way to send no answer."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {DROP_EXTENSION: self.transport.close}  # type: ignore[dict-item]


class _Server(uvicorn.Server):
    """uvicorn that reports when it serves and leaves signals to us, because it would raise them again at its end."""

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
    """Read the truth file and serve until told to stop.

    Returns:
        0 after a clean stop, 1 where the port or the log cannot be opened, 2 for mistakes in the truth file. Each
        mistake is one line on standard error.
    """
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
    """Bind a socket whose protocol is stated as TCP.

    asyncio sets TCP_NODELAY only on such a socket. Without it each answer would wait 40 ms for a delayed
    acknowledgement, because head and body are sent one after the other.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # Without this a fixed port stays taken for a while after a restart.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.simulator", description="Serve simulated models.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: 0, any free port)")
    parser.add_argument(
        "--truth", type=Path, default=DEFAULT_TRUTH, help="truth file (default: the shipped truth.yaml)"
    )
    parser.add_argument("--ready-file", type=Path, help="write host:port to this file once the server answers")
    parser.add_argument("--log", type=Path, help="append one JSON line for each answered question to this file")
    parser.add_argument("--exit-with-stdin", action="store_true", help="stop when standard input ends")
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
        timeout_keep_alive=75,  # longer than clients keep idle connections, so that none closes as a request arrives
        timeout_graceful_shutdown=2,
    )
    server = _Server(config, lambda: _announce(f"{host}:{port}", simulator.truth, options.ready_file))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    if options.exit_with_stdin:
        # The event loop cannot watch standard input where it is a regular file, so a thread reads it.
        threading.Thread(target=_stop_at_end_of_stdin, args=(loop, server.stop), daemon=True).start()
    await server.serve(sockets=[listener])


def _announce(address: str, truth: Truth, ready_file: Path | None) -> None:
    if ready_file is not None:
        partial = ready_file.with_name(f"{ready_file.name}.{os.getpid()}.partial")
        partial.write_text(address, encoding="utf-8")
        partial.replace(ready_file)
    with contextlib.suppress(BrokenPipeError):  # the process that started this one may have closed the pipe
        sys.stdout.write(f"simulator: {len(truth.models)} models on http://{address}/v1\n")
        sys.stdout.flush()


def _stop_at_end_of_stdin(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    with contextlib.suppress(OSError):  # a standard input that is closed has ended as well
        while os.read(0, 4096):
            pass
    with contextlib.suppress(RuntimeError):  # the event loop is already closed
        loop.call_soon_threadsafe(stop)


if __name__ == "__main__":
    sys.exit(main())
