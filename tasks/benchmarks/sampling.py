"""Which items of a benchmark to ask when asking all would cost too much. Knows no particular benchmark.

The choice depends only on the seed and the items' ids, so every model is asked the same items, whatever their order. It
never takes the first n items, because real files are sorted by subject.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tasks.domain import Benchmark, Item, content_hash
from tasks.errors import UsageError


def sample(benchmark: Benchmark, size: int | None, seed: int) -> tuple[Item, ...]:
    """Draw ``size`` items in a random order, from each cluster in proportion to its size (largest remainder).

    A larger sample with the same seed holds the items of a smaller one, with few exceptions: when a sample grows,
    largest remainders can take a place from a cluster. Within a cluster there are no exceptions.

    Args:
        benchmark: where to draw from.
        size: number of items; None, or more than there are, means all.
        seed: another seed gives another sample.

    Raises:
        UsageError: ``size`` is below 1.
    """
    if size is not None and size < 1:
        raise UsageError(f"sample_size: expected at least 1 item, found {size!r}. Remove it to ask all items.")
    items = _shuffled(benchmark.items, seed)
    if size is None or size >= len(items):
        return tuple(items)
    clusters: dict[str, list[Item]] = {}
    for item in items:
        clusters.setdefault(item.cluster_id, []).append(item)
    places = allocated({name: len(members) for name, members in clusters.items()}, size, seed)
    chosen = {item.item_id for name, members in clusters.items() for item in members[: places[name]]}
    return tuple(item for item in items if item.item_id in chosen)


def allocated(sizes: Mapping[str, int], total: int, seed: int) -> dict[str, int]:
    """Share ``total`` places among clusters by largest remainder, in whole numbers; the seed breaks ties."""
    count_items = sum(sizes.values())
    places = {name: size * total // count_items for name, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda name: (-(sizes[name] * total % count_items), content_hash(seed, name)))
    for name in by_remainder[: total - sum(places.values())]:
        places[name] += 1
    return places


def _shuffled(items: Iterable[Item], seed: int) -> list[Item]:
    return sorted(items, key=lambda item: content_hash(seed, item.item_id))
