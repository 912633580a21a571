"""Serve weights with the package xllamacpp: ``WEIGHTS NAME PORT CONTEXT PARALLEL THREADS GPU_LAYERS [ADAPTER ...]``.

Runs in a process of its own, until that is ended.
"""

from __future__ import annotations

import sys
import threading

import xllamacpp


def _main(weights: str, name: str, *rest: str) -> None:
    port, context, parallel, threads, gpu_layers, *adapters = rest
    parameters = xllamacpp.CommonParams()
    parameters.model.path, parameters.model_alias = weights, [name]
    parameters.hostnames, parameters.port = ["127.0.0.1"], int(port)
    parameters.n_ctx, parameters.n_parallel = int(context), int(parallel)
    if int(threads):
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = int(threads)
    if gpu_layers:
        parameters.n_gpu_layers = int(gpu_layers)
    parameters.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(path, 0.0) for path in adapters]
    parameters.lora_init_without_apply = bool(adapters)
    server = xllamacpp.Server(parameters)
    print(f"serving {server.listening_address}", flush=True)  # noqa: T201 - into the log
    threading.Event().wait()


if __name__ == "__main__":
    _main(*sys.argv[1:])
