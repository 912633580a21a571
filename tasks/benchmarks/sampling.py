"""Which items of a benchmark to ask when asking all would cost too much. Knows no particular benchmark.

The choice depends only on the seed and the items' ids, so every model is asked the same items, whatever their order. It
never takes the first n items, because real files are sorted by subject. The sample has the clusters in their
proportions, and the right answers, too: where too many of them are the letter A, a model that likes A looks better.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence

from tasks.domain import Benchmark, Item, content_hash
from tasks.errors import UsageError
from tasks.scorers import right_letter

# A right answer that is no letter counts as a key from this share of the items on: "yes" does, a number does not.
_OFTEN = 0.05


def sample(benchmark: Benchmark, size: int | None, seed: int) -> tuple[Item, ...]:
    """Draw ``size`` items in a random order, from each cluster in proportion to its size (largest remainder).

    Within a cluster, and over all clusters, the keys (right letters) are drawn in proportion, too. A larger sample with
    the same seed holds the items of a smaller one, with few exceptions: when a sample grows, largest remainders can
    take a place from a cluster. Within a cluster there are no exceptions.

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
    keys = _keys(items)
    clusters = _in_turn(items, keys, seed)
    places = _shared_out({name: len(members) for name, members in clusters.items()}, size)
    ordered = _by_key(clusters, keys, seed)
    chosen = {item.item_id for name, members in ordered.items() for item in members[: places[name]]}
    return tuple(item for item in items if item.item_id in chosen)


def allocated(sizes: Mapping[str, int], total: int, seed: int) -> dict[str, int]:
    """Share ``total`` places among clusters by largest remainder, in whole numbers; the seed breaks ties."""
    return _shared_out({name: sizes[name] for name in _hashed(sizes, seed)}, total)


def _shared_out(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """Places by largest remainder; of equal remainders the first ones get the left-over places."""
    count_items = sum(sizes.values())
    places = {name: size * total // count_items for name, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda name: -(sizes[name] * total % count_items))
    for name in by_remainder[: total - sum(places.values())]:
        places[name] += 1
    return places


def _shuffled(items: Iterable[Item], seed: int) -> list[Item]:
    return sorted(items, key=lambda item: content_hash(seed, item.item_id))


def _hashed(names: Iterable[str], seed: int) -> list[str]:
    return sorted(names, key=lambda name: content_hash(seed, name))


def _start(key: str, seed: int) -> float:
    """Where a key's draws start, from 0 to 1. With one start for all, a rare key would always come late."""
    return int(content_hash(seed, "key", key, length=8), 16) / 16**8


def _keys(items: Sequence[Item]) -> dict[str, str]:
    """The key of each item: the letter or word that its right answer is, empty where it is one of many texts."""
    found = {item.item_id: right_letter(item) for item in items}
    targets = Counter(item.target for item in items)
    often = {target for target, count in targets.items() if count >= _OFTEN * len(items)}
    return {item.item_id: found[item.item_id] or (item.target if item.target in often else "") for item in items}


def _in_turn(items: Iterable[Item], keys: Mapping[str, str], seed: int) -> dict[str, list[Item]]:
    """The clusters with their items, in an order whose every beginning has the keys of their first items in proportion.

    It decides which of many small clusters are drawn.
    """
    clusters: dict[str, list[Item]] = {}
    for item in items:
        clusters.setdefault(item.cluster_id, []).append(item)
    groups: dict[str, list[str]] = {}
    for name in _hashed(clusters, seed):
        groups.setdefault(keys[clusters[name][0].item_id], []).append(name)
    place = {
        name: (at + _start(key, seed)) / len(names) for key, names in groups.items() for at, name in enumerate(names)
    }
    return {name: clusters[name] for name in sorted(_hashed(clusters, seed), key=lambda name: place[name])}


def _by_key(clusters: Mapping[str, Sequence[Item]], keys: Mapping[str, str], seed: int) -> dict[str, list[Item]]:
    """The items of each cluster in the order of drawing: every item is as likely to come early as any other one.

    All clusters are gone through at once, each as often as it has items. Each time a key is drawn by its share of what
    is left in the cluster. The draws are systematic over all clusters, so that the sample as a whole has the keys in
    proportion.
    """
    waiting = {name: _queues(members, keys) for name, members in clusters.items()}
    names = _hashed({key for queues in waiting.values() for key in queues}, seed)
    due = {key: _start(key, seed) for key in names}
    ordered: dict[str, list[Item]] = {name: [] for name in clusters}
    for name in _visits({name: len(members) for name, members in clusters.items()}):
        queues, left = waiting[name], len(clusters[name]) - len(ordered[name])
        for key in names:
            if not (share := len(queues.get(key, ()))):
                continue
            before, due[key] = due[key], due[key] + share / left
            if share == left or int(due[key]) > int(before):
                ordered[name].append(queues[key].popleft())
                break
            left -= share
    return ordered


def _queues(members: Iterable[Item], keys: Mapping[str, str]) -> dict[str, deque[Item]]:
    queues: dict[str, deque[Item]] = {}
    for item in members:
        queues.setdefault(keys[item.item_id], deque()).append(item)
    return queues


def _visits(sizes: Mapping[str, int]) -> list[str]:
    """Each cluster's name as often as it has items, spread evenly; among clusters of one size the first comes first."""
    places = [
        ((number + (at + 0.5) / len(sizes)) / size, at, name)
        for at, (name, size) in enumerate(sizes.items())
        for number in range(size)
    ]
    return [name for _, _, name in sorted(places)]
