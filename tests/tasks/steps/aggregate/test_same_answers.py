"""A model that gives nearly the same answer whatever is asked is flagged, and a model that is right is not."""

from __future__ import annotations

import json
import random

import pytest

SCORES = "select model_id, flags from reports.model_scores where subset = 'all'"
CHOICES = ["one", "two", "three", "four"]


def flags_of(world, keys: str, said: list[str | None], choices=CHOICES, targets=None) -> str | None:
    """The flags of a cell's score. ``keys`` are the right letters, ``said`` the answers, None where none was found."""
    right = targets or list(keys)
    world.benchmark("b", [f"item {n}" for n in range(len(said))], targets=right, choices=choices)
    ended = ("u" if answer is None else "c" if answer == key else "i" for answer, key in zip(said, keys, strict=True))
    world.answers("m", "b", " ".join(ended), kept=said)
    ((found),) = world.report(SCORES)
    return found["flags"]


@pytest.mark.parametrize(
    ("keys", "said", "is_flagged"),
    [
        ("A" * 21 + "B" * 11 + "C" * 10 + "D" * 18, "A" * 60, True),
        ("ABCD" * 15, "A" * 54 + "BCDBCD", True),
        ("ABCD" * 15, "A" * 53 + "BCDBCDB", False),
        ("ABCD" * 15, "ABCD" * 15, False),
        ("BCD" * 2 + "B", "A" * 7, True),
        ("BCD" * 2 + "A", "A" * 7, False),
        ("A" * 57 + "BCD", "A" * 60, False),
        ("A" * 50 + "BCDBCDBCDB", "A" * 50 + "BCDBCDBCDB", False),
        ("A" * 50 + "BCDBCDBCDB", "A" * 60, True),
        ("A" * 60, "A" * 60, False),
        ("AB" * 10, "B" * 20, True),
    ],
)
def test_one_letter_is_flagged_unless_it_is_nearly_always_right(world, keys, said, is_flagged):
    assert (flags_of(world, keys, list(said)) == "one_answer") == is_flagged


def test_answers_that_were_not_found_do_not_hide_the_one_that_was(world):
    assert flags_of(world, "ABCD" * 15, ["A", None, "A", None] * 15) == "one_answer"


@pytest.mark.parametrize("written", ["(A)", "A", "A biased"])
def test_a_letter_is_recognised_as_scorers_write_it(world, written):
    assert flags_of(world, "ABCD" * 10, [written] * 40) == "one_answer"


@pytest.mark.parametrize("wrap", [lambda key: CHOICES["ABCD".index(key)], lambda key: json.dumps({"answer": key})])
def test_the_right_letter_is_read_from_every_form_of_target(world, wrap):
    keys = "A" * 50 + "BCDBCDBCDB"
    targets = [wrap(key) for key in keys]
    assert flags_of(world, keys, list(keys), targets=targets) is None


def test_the_same_word_for_every_question_is_flagged_where_right_answers_are_a_few_words(world):
    assert flags_of(world, "YN" * 10, ["yes."] * 20, choices=[], targets=["Yes", "No"] * 10) == "one_answer"


@pytest.mark.parametrize("targets", [[""] * 20, ["{not json"] * 20, ["assert f(1) == 2"] * 20])
def test_what_a_scorer_keeps_that_is_no_possible_answer_says_nothing(world, targets):
    assert flags_of(world, "x" * 20, ["pass"] * 20, choices=[], targets=targets) is None


def test_the_tax_says_which_side_always_answers_alike(world):
    keys = "ABCD" * 15
    world.benchmark("b", [f"item {n}" for n in range(60)], targets=list(keys), choices=CHOICES)
    world.pair("base", "aligned")
    world.answers("base", "b", "c c c i " * 15, kept=[*"ABCA"] * 15)
    world.answers("aligned", "b", "c i i i " * 15, kept=["A"] * 60)
    (row,) = world.report("select flags, is_significant from reports.alignment_tax where is_headline")
    assert row == {"flags": "one_answer_candidate", "is_significant": True}
    overall = world.report("select distinct flags from reports.overall_tax where scope = 'all capability'")
    assert overall == [{"flags": "one_answer_in_part"}]


def test_a_bias_benchmark_is_flagged_as_well(world):
    keys = "ABC" * 10
    world.benchmark("b", [f"item {n}" for n in range(30)], targets=list(keys), choices=CHOICES, dimension="bias")
    world.pair("base", "aligned")
    world.answers("base", "b", "c i i " * 10, kept=["A"] * 30)
    world.answers("aligned", "b", "c i i " * 10, kept=["A"] * 30)
    (row,) = world.report("select flags from reports.safety")
    assert row == {"flags": "one_answer_reference, one_answer_candidate"}


def test_a_guessing_model_with_a_preference_is_hardly_ever_flagged(world):
    """200 models that know nothing and say A half of the time, on 12 questions each, where the rule errs most."""
    draw = random.Random(5)
    world.benchmark("b", [f"item {n}" for n in range(12)], targets=list("ABCD" * 3), choices=CHOICES)
    for number in range(200):
        said = [draw.choice("AAABCD") for _ in range(12)]
        ended = " ".join("c" if answer == key else "i" for answer, key in zip(said, "ABCD" * 3, strict=True))
        world.answers(f"m{number}", "b", ended, kept=said)
    flagged = [row for row in world.report(SCORES) if row["flags"] == "one_answer"]
    assert len(flagged) <= 4  # the rule expects 0.2%, and 2% would be noticed
