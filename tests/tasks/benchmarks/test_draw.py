"""Seeded draws: the same seed always gives the same values."""

from __future__ import annotations

from collections import Counter

import pytest

from tasks.benchmarks.draw import Draw, distinct


def test_a_seed_always_gives_these_draws():
    draw = Draw("pinned")
    assert [draw.between(1, 100) for _ in range(5)] == [37, 91, 60, 70, 53]
    assert "".join(draw.shuffled("abcdef")) == "dfecab"


def test_numbers_are_drawn_from_low_to_high_with_both_ends():
    draw = Draw("ends")
    assert set(Counter(draw.between(2, 4) for _ in range(200))) == {2, 3, 4}


def test_a_shuffle_keeps_every_value():
    assert sorted(Draw("keep").shuffled([3, 1, 2, 2])) == [1, 2, 2, 3]


def test_no_value_is_taken_twice():
    assert len(set(Draw("some").some(range(10), 4))) == 4


def test_repeated_questions_are_drawn_again():
    draw = Draw("again")
    made = distinct(3, lambda: (f"question {draw.between(1, 3)}", "answer"))
    assert sorted(question for question, _ in made) == ["question 1", "question 2", "question 3"]


def test_a_template_that_cannot_make_enough_questions_fails():
    with pytest.raises(ValueError, match="expected 2 different questions, found only 1"):
        distinct(2, lambda: ("same", "answer"))
