"""What a night costs a process: its CPU time, and the memory, descriptors and threads that it has afterwards."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psutil


@contextmanager
def measured() -> Iterator[dict[str, Any]]:
    """A row that is completed at the end of the block: seconds of CPU, bytes, and two counts."""
    found: dict[str, Any] = {}
    before = time.process_time()
    yield found
    found["cpu_s"] = time.process_time() - before
    gc.collect()
    process = psutil.Process()
    found |= {
        "memory_bytes": process.memory_info().rss,
        "count_descriptors": process.num_fds(),
        "count_threads": process.num_threads(),
    }


def growth(nights: Sequence[Mapping[str, Any]], name: str) -> float:
    """How much larger a number is in the last third of the nights than in the second, by their medians."""
    values, third = [night[name] for night in nights], len(nights) // 3
    return statistics.median(values[-third:]) - statistics.median(values[third : 2 * third])
