"""The most likely letter of a first token."""

from __future__ import annotations

import json

import pytest

from tasks.domain import Outcome, RefusalClass
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
        ({" B": "x", " A": None, " C": True}, None, None),
        ({"(A": -1.0, "B": -1.4, "**B**": -1.5}, 1.0, "B"),
        ({"\nB": -2.0, "[B]": -2.0, "A.": -1.5}, 1.0, "B"),
        ({"“B”": -2.0, "'B'": -2.0, "`A`": -1.5}, 1.0, "B"),
        ({"(b": -2.0, " b)": -2.0, "A": -1.5}, 1.0, "B"),
        ({" a": -0.5, " The": -1.0, " B": -6.0}, 1.0, "B"),
        ({" a": -0.5, " i": -0.7, " The": -1.0}, None, None),
        ({"b": -0.5, " b": -2.0, "a": -0.6}, 1.0, "B"),
        ({"\uff22": -0.5, "A": -0.9}, 1.0, "B"),
        ({"ĊB": -0.5, "ĠĠA": -0.9}, 1.0, "B"),
        ({"Bob": -0.1, "B2": -0.1, "AB": -0.1, "C": -3.0}, 0.0, "C"),
        ({" The": -0.02, " B": -7.5, " A": -8.0}, 1.0, "B"),
        ({"B": 1.5, "A": -0.1}, 1.0, "B"),
        ({"B": 10**400, "A": -0.1}, 1.0, "B"),
        ({"B": -800.0, "A": -900.0}, 1.0, "B"),
        ({"B": -9999.0, "A": -9999.0}, None, None),
        ({"B": -0.7, "A": -0.7}, None, None),
        ({"B": -0.7, "A": -0.7, "C": -0.5}, 0.0, "C"),
    ],
)
def test_the_most_likely_letter_is_chosen_in_whatever_spelling_and_its_spellings_add_up(alternatives, expected, letter):
    found = verdict("choice_likelihood", "B", json.dumps(alternatives), ("w", "x", "y", "z"))
    assert (found.value, found.answer) == (expected, letter)


def test_an_answer_without_stored_likelihoods_waits():
    assert verdict("choice_likelihood", "B", "").outcome is Outcome.NOT_RUN


@pytest.mark.parametrize("value", ["-Infinity", "NaN", '"-0.1"', "[-0.1]", "{}"])
def test_a_value_that_is_no_log_probability_counts_for_nothing(value):
    found = verdict("choice_likelihood", "B", f'{{"A": {value}, "B": -3}}', ("w", "x", "y", "z"))
    assert (found.value, found.answer) == (1.0, "B")


def test_a_target_in_brackets_is_a_letter_also_without_choices():
    assert verdict("choice_likelihood", "(F)", '{" F": -0.1, " A": -2}').value == 1.0


def test_tokens_decline_nothing():
    found = verdict("choice_likelihood", "B", '{"I cannot help with that.": -0.1}')
    assert found.refusal_class is RefusalClass.FULL_COMPLIANCE


@pytest.mark.parametrize("text", ["null", "[1]", "{", "B", "[" * 50_000])
def test_alternatives_without_a_letter_are_unparsed(text):
    assert verdict("choice_likelihood", "B", text).outcome is Outcome.UNPARSED
