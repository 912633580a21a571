"""A model whose answers are often empty is flagged, because a gateway that swallows texts would look like a tax."""

from __future__ import annotations

import pytest


def answer(world, model: str, count_empty: int, count: int) -> None:
    ended = " ".join("u" if n < count_empty else "c" for n in range(count))
    world.answers(model, "b", ended, flags=["empty" if n < count_empty else "" for n in range(count)])


@pytest.mark.parametrize(
    ("count_empty", "count", "flags"),
    [(0, 100, None), (1, 100, None), (2, 100, "empty_answers"), (1, 50, "empty_answers"), (20, 20, "empty_answers")],
)
def test_two_empty_answers_in_a_hundred_are_flagged(world, count_empty, count, flags):
    world.benchmark("b", [f"item {n}" for n in range(count)])
    answer(world, "m", count_empty, count)
    (row,) = world.report("select flags, rate_empty from reports.model_scores where subset = 'all'")
    assert row == {"flags": flags, "rate_empty": count_empty / count}


def test_the_tax_says_which_side_is_often_empty(world):
    world.benchmark("b", [f"item {n}" for n in range(60)])
    world.pair("base", "aligned")
    answer(world, "base", 0, 60)
    answer(world, "aligned", 30, 60)
    (row,) = world.report("select flags, is_significant from reports.alignment_tax where is_headline")
    assert row == {"flags": "empty_answers_candidate", "is_significant": True}
