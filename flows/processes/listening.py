"""Serve a web application on a socket that another process holds: ``MODULE:FACTORY DESCRIPTOR``.

The holder chose a free port, so nobody else can take it meanwhile. Where the server ends and another takes its place on
the same socket, requests wait for it instead of being refused. Tested in tests/flows/processes/test_prefect_server.py.
"""

from __future__ import annotations

import socket
import sys

import uvicorn


def _main(application: str, descriptor: str) -> None:
    config = uvicorn.Config(application, factory=True, log_level="error")
    uvicorn.Server(config).run([socket.socket(fileno=int(descriptor))])


if __name__ == "__main__":
    _main(*sys.argv[1:])
