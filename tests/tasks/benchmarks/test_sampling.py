"""The seeded sample, which takes from each cluster in proportion to its size."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.benchmarks import BUILTIN
from tasks.benchmarks.sampling import allocated, sample
from tasks.domain import Benchmark, Item
from tasks.errors import UsageError
from tasks.identity import make_items

SEEDS = st.integers(0, 2**32)
SIZES = st.lists(st.integers(1, 12), min_size=1, max_size=9)
KEYS = st.sampled_from(["", "AB", "AAABCD"])


def benchmark_of(sizes: list[int], keys: str = "", choices: tuple[str, ...] = ()) -> Benchmark:
    """Clusters of these sizes; the keys are drawn anew for each item, but always the same ones."""
    draw = random.Random(len(sizes) + sum(sizes))
    items = make_items(
        {
            "question": f"{cluster}/{number}",
            "target": draw.choice(keys) if keys else "",
            "choices": choices,
            "cluster_id": f"c{cluster}",
            "subset": "s",
        }
        for cluster, size in enumerate(sizes)
        for number in range(size)
    )
    return dataclasses.replace(BUILTIN["borderline"](), items=items, version="")


def largest_deviation(items: tuple[Item, ...], drawn: tuple[Item, ...]) -> float:
    """By how many items a key's count in the sample differs at most from its share."""
    whole, found = (Counter(item.target for item in some) for some in (items, drawn))
    return max(abs(found[key] - count * len(drawn) / len(items)) for key, count in whole.items())


def in_cluster(items: tuple[Item, ...], name: str) -> set[str]:
    return {item.item_id for item in items if item.cluster_id == name}


@given(SIZES, st.integers(1, 120), SEEDS)
def test_a_sample_has_the_wanted_size_and_no_item_twice(sizes, size, seed):
    benchmark = benchmark_of(sizes)
    drawn = sample(benchmark, size, seed)
    assert len(drawn) == len(set(drawn)) == min(size, sum(sizes))
    assert set(drawn) <= set(benchmark.items)


@given(SIZES, st.data(), SEEDS, KEYS)
def test_a_cluster_is_less_than_one_item_away_from_its_share_whatever_the_keys(sizes, data, seed, keys):
    size = data.draw(st.integers(1, sum(sizes)))
    counts = Counter(item.cluster_id for item in sample(benchmark_of(sizes, keys), size, seed))
    for cluster, members in enumerate(sizes):
        assert abs(counts[f"c{cluster}"] - Fraction(members * size, sum(sizes))) < 1


@given(SIZES, st.integers(1, 60), SEEDS, KEYS, st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_change_the_sample(sizes, size, seed, keys, draw):
    benchmark = benchmark_of(sizes, keys)
    shuffled = list(benchmark.items)
    draw.shuffle(shuffled)
    assert sample(dataclasses.replace(benchmark, items=tuple(shuffled)), size, seed) == sample(benchmark, size, seed)


@given(SIZES, st.integers(1, 60), st.integers(1, 60), SEEDS, KEYS)
def test_within_a_cluster_a_larger_sample_holds_the_smaller_one(sizes, one, other, seed, keys):
    benchmark = benchmark_of(sizes, keys)
    first, second = sample(benchmark, one, seed), sample(benchmark, other, seed)
    for cluster in range(len(sizes)):
        smaller, larger = sorted((in_cluster(first, f"c{cluster}"), in_cluster(second, f"c{cluster}")), key=len)
        assert smaller <= larger


@given(SIZES, st.data(), SEEDS)
def test_places_add_up_to_the_total_and_no_cluster_gets_more_than_it_has(sizes, data, seed):
    total = data.draw(st.integers(1, sum(sizes)))
    named = {f"c{number}": size for number, size in enumerate(sizes)}
    places = allocated(named, total, seed)
    assert sum(places.values()) == total
    assert all(0 <= places[name] <= size for name, size in named.items())


def test_largest_remainders_get_the_left_over_places():
    assert allocated({"a": 47, "b": 16, "c": 37}, 10, seed=0) == {"a": 5, "b": 1, "c": 4}


def test_ties_are_broken_by_the_seed():
    winners = {next(n for n, p in allocated({"a": 5, "b": 5, "c": 5}, 1, seed).items() if p) for seed in range(30)}
    assert winners == {"a", "b", "c"}


@pytest.mark.parametrize("benchmark_id", sorted(BUILTIN))
def test_a_sample_covers_all_clusters_and_is_not_the_first_items(benchmark_id):
    benchmark = BUILTIN[benchmark_id]()
    clusters = {item.cluster_id for item in benchmark.items}
    size = max(40, 2 * len(clusters))
    drawn = sample(benchmark, size, seed=7)
    assert {item.cluster_id for item in drawn} == clusters
    assert set(drawn) != set(benchmark.items[:size])
    assert set(drawn) != set(sample(benchmark, size, seed=8))


@pytest.mark.parametrize("sizes", [[6, 6], [12], [1] * 12, [2] * 6, [4] * 3])
@pytest.mark.parametrize("keys", ["", "AAAB", "ABCD"])
def test_every_item_is_drawn_about_equally_often_over_many_seeds(sizes, keys):
    benchmark = benchmark_of(sizes, keys)
    times = Counter(item.item_id for seed in range(400) for item in sample(benchmark, 4, seed))
    assert len(times) == 12
    assert all(80 < count < 190 for count in times.values())  # 400 x 4/12 = 133, six standard deviations are 57


SHAPES = {
    "subjects of many sizes": ([100, 114, 150, 200, 310, 390, 1534] * 4, 3.0),
    "a few large clusters": ([200] * 14, 2.0),
    "every question on its own": ([1] * 1000, 1.0),
    "passages": ([4] * 200, 7.0),
}


@pytest.mark.parametrize("size", [50, 200])
@pytest.mark.parametrize(("sizes", "most"), SHAPES.values(), ids=SHAPES.keys())
def test_a_sample_has_the_keys_of_the_benchmark_in_proportion(sizes, most, size):
    """A sample without regard to the keys is 5 (of 50) to 10 (of 200) items away on average."""
    benchmark = benchmark_of(sizes, "AAABBCCD", ("w", "x", "y", "z"))
    found = [largest_deviation(benchmark.items, sample(benchmark, size, seed)) for seed in range(5)]
    assert max(found) <= most


def test_yes_and_no_are_keys_and_numbers_are_none():
    benchmark = benchmark_of([100] * 3, "yn")
    assert largest_deviation(benchmark.items, sample(benchmark, 60, seed=1)) <= 2
    numbered = [dataclasses.replace(item, target=str(n % 30)) for n, item in enumerate(benchmark.items)]
    plain = [dataclasses.replace(item, target="") for item in benchmark.items]
    drawn = [sample(dataclasses.replace(benchmark, items=tuple(items)), 60, seed=1) for items in (numbered, plain)]
    assert len({tuple(item.item_id for item in items) for items in drawn}) == 1


@pytest.mark.parametrize("letters", ["A", "AB"])
def test_the_key_of_an_item_is_its_letter_also_where_the_target_is_the_options_text(letters):
    benchmark = benchmark_of([300], letters, ("first", "second"))
    texts = {"A": "first", "B": "second"}
    spelled = tuple(dataclasses.replace(item, target=texts[item.target]) for item in benchmark.items)
    drawn, other = (sample(dataclasses.replace(benchmark, items=some), 50, 3) for some in (benchmark.items, spelled))
    assert [item.item_id for item in drawn] == [item.item_id for item in other]


@pytest.mark.parametrize("size", [None, 148, 10_000])
def test_without_a_size_or_with_a_large_one_all_items_are_asked(size):
    benchmark = BUILTIN["borderline"]()
    assert set(sample(benchmark, size, seed=1)) == set(benchmark.items)


@pytest.mark.parametrize("size", [0, -3])
def test_a_size_below_one_is_refused(size):
    with pytest.raises(UsageError, match=f"at least 1 item, found {size}"):
        sample(BUILTIN["borderline"](), size, seed=1)
