"""One line per endpoint: the client, the limits and the drain signal that all models behind it share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from flows.asking.progress import Progress
from flows.processes.model_servers import ModelServer
from tasks.planned import CellWork
from tasks.providers import Batches, Connection, Limiter, connect, connect_batches
from tasks.settings import Limits, ModelSettings
from tasks.steps.generate import Line


def open_lines(
    work: Iterable[CellWork],
    environment: Mapping[str, str],
    partition_key: str,
    draining: asyncio.Event,
    progress: Progress,
    servers: Mapping[str, ModelServer],
    slots: int = 1,
) -> dict[str, Line]:
    """Connect to every endpoint that the work asks; returns the lines by the endpoints' names.

    ``servers`` are those that we started, by their endpoints' names. A line has one of ``slots`` equal parts of what
    its endpoint allows a minute.
    """
    lines = {}
    for name, sharing in models_by_endpoint(work).items():
        connection = connection_to(name, sharing, environment, partition_key, servers.get(name))
        lines[name] = Line(
            connect(connection),
            Limiter(part_of(_limits(sharing), slots)),
            draining,
            _batches_of(connection, sharing),
            on_progress=progress.count,
            on_slowed=progress.slow,
            on_waiting=progress.say,
        )
    return lines


def _batches_of(connection: Connection, sharing: Sequence[ModelSettings]) -> Batches | None:
    """The batch API of an endpoint, where one of its models is asked in batches."""
    return connect_batches(connection) if any(model.mode == "batch" for model in sharing) else None


def models_by_endpoint(work: Iterable[CellWork]) -> dict[str, list[ModelSettings]]:
    """The models behind each endpoint."""
    models: dict[str, list[ModelSettings]] = {}
    for shard in work:
        for model in shard.model.asked:
            sharing = models.setdefault(model.endpoint, [])
            if model not in sharing:
                sharing.append(model)
    return models


def asked_in(work: Iterable[CellWork]) -> list[ModelSettings]:
    """The models that some work has questions for."""
    sharing = models_by_endpoint(shard for shard in work if shard.requests)
    return [model for group in sharing.values() for model in group]


def connection_to(
    name: str,
    sharing: Sequence[ModelSettings],
    environment: Mapping[str, str],
    partition_key: str = "",
    server: ModelServer | None = None,
) -> Connection:
    """How an endpoint is reached. The settings have checked that its models agree on address and key."""
    keys = (model.api_key(environment) for model in sharing)
    connection = Connection(
        name=name,
        provider=sharing[0].provider,
        base_url=sharing[0].base_url,
        concurrency=_limits(sharing).concurrency,
        timeout_s=max(model.timeout_s for model in sharing),
        api_key=next((key for key in keys if key), None),
        night=partition_key if all(model.is_simulated for model in sharing) else None,
    )
    if server is None:
        return connection
    adapters = tuple(server.serving.adapters)
    return replace(connection, base_url=server.base_url, adapters=adapters, why_gone=server.why_gone)


def part_of(limits: Limits, slots: int) -> Limits:
    """One of several equal parts of what an endpoint allows a minute. How many requests are in flight is for each part.

    >>> part_of(Limits(concurrency=8, requests_per_minute=60, tokens_per_minute=1_000), 4)
    Limits(concurrency=8, requests_per_minute=15.0, tokens_per_minute=250.0)
    """
    requests, tokens = limits.requests_per_minute, limits.tokens_per_minute
    return replace(
        limits, requests_per_minute=requests and requests / slots, tokens_per_minute=tokens and tokens / slots
    )


def _limits(sharing: Sequence[ModelSettings]) -> Limits:
    """An endpoint takes as many requests at once as any of its models allows, at the slowest stated pace."""
    return Limits(
        concurrency=max(model.concurrency for model in sharing),
        requests_per_minute=min((m.requests_per_minute for m in sharing if m.requests_per_minute), default=None),
        tokens_per_minute=min((m.tokens_per_minute for m in sharing if m.tokens_per_minute), default=None),
    )
