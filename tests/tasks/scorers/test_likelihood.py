"""The most likely letter of a first token."""

from __future__ import annotations

import json

import pytest

from tasks.domain import Outcome
from tests.support.verdicts import verdict


@pytest.mark.parametrize(
    ("alternatives", "expected", "letter"),
    [
        ({" B": -0.1, " A": -3.0}, 1.0, "B"),
        ({" A": -0.9, "B": -1.1, " B": -1.2}, 1.0, "B"),
        ({"▁C": -0.2, "ĠB": -1.0, "(": -0.1}, 0.0, "C"),
        ({"The": -0.1, " the": -2.0}, None, None),
        ({"E": -0.1}, None, None),
        ({}, None, None),
        ({" B": "x", " A": None}, None, None),
    ],
)
def test_the_most_likely_letter_is_chosen_with_or_without_a_blank_before_it(alternatives, expected, letter):
    found = verdict("choice_likelihood", "B", json.dumps(alternatives), ("w", "x", "y", "z"))
    assert (found.value, found.answer) == (expected, letter)


def test_an_answer_without_stored_likelihoods_waits():
    assert verdict("choice_likelihood", "B", "").outcome is Outcome.NOT_RUN


@pytest.mark.parametrize("text", ["null", "[1]", "{", "B", "[" * 50_000])
def test_alternatives_without_a_letter_are_unparsed(text):
    assert verdict("choice_likelihood", "B", text).outcome is Outcome.UNPARSED
