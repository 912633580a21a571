"""Serve weights with llama.cpp on a free port of loopback: ``llama_server.py WEIGHTS NAME CONTEXT_TOKENS``.

Prints ``serving ADDRESS`` and ends when its standard input is closed, so it cannot outlive who started it. Runs in the
environment of tests/real/requirements.lock.
"""

from __future__ import annotations

import sys

import xllamacpp


def main() -> None:
    """Start the server and wait."""
    weights, name, context_tokens = sys.argv[1:]
    parameters = xllamacpp.CommonParams()
    parameters.model.path = weights
    parameters.model_alias = [name]
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = int(context_tokens)
    parameters.n_parallel = 2
    # Two threads wait for each other in a loop, which takes ten times as long where other programs use the cores.
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(parameters)
    print(f"serving {server.listening_address}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
