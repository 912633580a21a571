"""Shards of a run for the workers of a pool: as many that all workers end at about the same time.

Tested in tests/flows/asking/test_shards.py.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tasks.planned import CellWork
from warehouse.connection import Row

# The process of a shard takes seconds to start: fewer requests than these are not shared further.
_LEAST = 50


@dataclass(slots=True)
class Shard:
    """Pieces of cells that one flow run asks, how often it was submitted, and how often its worker was lost."""

    pieces: tuple[CellWork, ...]
    shard_id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    count_submitted: int = 0
    count_lost: int = 0

    def rows(self) -> Iterator[Row]:
        """Its requests as rows of the lake."""
        requests = ((piece, request) for piece in self.pieces for request in piece.requests)
        for position, (piece, request) in enumerate(requests):
            yield {
                "shard_id": self.shard_id,
                "run_id": piece.run_id,
                "piece": piece.name,
                "cell_id": piece.cell_id,
                "is_resumed": piece.is_resumed,
                "position": position,
                "item_id": request.item_id,
                "repeat": request.repeat,
                "generation_id": request.generation_id,
                "request_hash": request.request_hash,
            }

    def named(self) -> dict[str, Any]:
        """What its flow run is told: names. The worker plans only these models on these benchmarks."""
        return {
            "shard_id": self.shard_id,
            "only": {
                "models": sorted({piece.model.id for piece in self.pieces}),
                "benchmarks": sorted({piece.benchmark_id for piece in self.pieces}),
            },
        }


def even_size(count_requests: int, most: int, count_workers: int) -> int:
    """How many requests a shard has, so that each worker gets as many shards as the others, all equally large.

    Args:
        count_requests: How many requests there are.
        most: How many a shard may have.
        count_workers: How many shards are asked at once.
    """
    rounds = max(1, math.ceil(count_requests / most / count_workers))
    return max(math.ceil(count_requests / rounds / count_workers), min(_LEAST, most))


def packed(pieces: Sequence[CellWork], most: int) -> list[Shard]:
    """Shards of at most so many requests each, unless a piece alone has more."""
    parts: list[list[CellWork]] = []
    for piece in pieces:
        if not parts or sum(len(one.requests) for one in (*parts[-1], piece)) > most:
            parts.append([])
        parts[-1].append(piece)
    return [Shard(tuple(part)) for part in parts]
