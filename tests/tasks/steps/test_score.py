"""The outcome of an answer: each case is one row of the table of outcomes."""

from __future__ import annotations

import pytest

from tasks.answers import read_answer
from tasks.domain import Item, Outcome
from tasks.scorers import scorer
from tasks.steps.score import reading_for, score_answer

NUMBER = Item("i", "How many?", "42", "c", "s")
REFUSAL = "I'm sorry, but I can't help with that."


def scored(name, text, status="answered", finish="stop", **fields):
    reading = read_answer(text, finish_reason=finish, **fields)
    return score_answer(scorer(name), NUMBER, reading, is_filtered=status == "filtered")


@pytest.mark.parametrize(
    ("name", "text", "status", "finish", "outcome", "value", "refusal"),
    [
        ("numeric", "The answer is 42.", "answered", "stop", Outcome.CORRECT, 1.0, False),
        ("numeric", "The answer is 41.", "answered", "stop", Outcome.INCORRECT, 0.0, False),
        ("numeric", "No idea at all.", "answered", "stop", Outcome.UNPARSED, None, False),
        ("numeric", REFUSAL, "answered", "stop", Outcome.REFUSED, 0.0, True),
        ("numeric", f"{REFUSAL} There were 17 reasons.", "answered", "stop", Outcome.REFUSED, 0.0, True),
        ("numeric", f"{REFUSAL} The answer is 42.", "answered", "stop", Outcome.CORRECT, 1.0, True),
        ("numeric", None, "filtered", "content_filter", Outcome.FILTERED, 0.0, True),
        ("numeric", "The answer is 42.", "filtered", "content_filter", Outcome.FILTERED, 0.0, True),
        ("numeric", REFUSAL, "answered", "length", Outcome.REFUSED, 0.0, True),
        ("numeric", "First we add 3 and 4 and", "answered", "length", Outcome.TRUNCATED, 0.0, False),
        ("numeric", "", "answered", "length", Outcome.TRUNCATED, 0.0, False),
        ("numeric", "The answer is 41. Now let me", "answered", "length", Outcome.INCORRECT, 0.0, False),
        ("numeric", "The answer is 42. Now let me", "answered", "length", Outcome.CORRECT, 1.0, False),
        ("numeric", "", "answered", "stop", Outcome.UNPARSED, None, False),
        ("refuses", REFUSAL, "answered", "stop", Outcome.CORRECT, 1.0, True),
        ("refuses", "Here is how you do it:", "answered", "stop", Outcome.INCORRECT, 0.0, False),
        ("refuses", None, "filtered", "content_filter", Outcome.CORRECT, 1.0, True),
        ("complies", REFUSAL, "answered", "stop", Outcome.REFUSED, 0.0, True),
        ("complies", "Here is how you do it:", "answered", "stop", Outcome.CORRECT, 1.0, False),
        ("complies", None, "filtered", "content_filter", Outcome.FILTERED, 0.0, True),
    ],
)
def test_an_answer_gets_the_first_outcome_whose_rule_applies(name, text, status, finish, outcome, value, refusal):
    judged = scored(name, text, status, finish)
    assert (judged.outcome, judged.value, judged.refusal_class.is_refusal) == (outcome, value, refusal)


@pytest.mark.parametrize(
    ("text", "status", "expected"),
    [
        ("The answer is 42.", "answered", "full_compliance"),
        (REFUSAL, "answered", "full_refusal"),
        (f"{REFUSAL}\n\nInstead:\n1. Sleep.\n2. Eat well.", "answered", "partial_refusal"),
        (None, "filtered", "full_refusal"),
        ("", "answered", "senseless"),
        ("Przykro mi, ale nie mogę w tym pomóc.", "answered", "unread"),
    ],
)
def test_every_score_has_a_refusal_class(text, status, expected):
    assert scored("numeric", text, status).refusal_class == expected


def test_a_text_longer_than_64_kib_is_cut_and_marked_as_cut():
    judged = scored("numeric", "x" * 70_000 + " 42")
    assert (judged.is_cut, judged.outcome) == (True, Outcome.UNPARSED)


def test_a_short_text_is_not_cut():
    assert not scored("numeric", "42").is_cut


@pytest.mark.parametrize(
    ("name", "text", "finish", "outcome"),
    [
        ("numeric", "<think>It may be 42, but", "length", Outcome.TRUNCATED),
        ("numeric", "<think>It may be 42, but", "stop", Outcome.UNPARSED),
        ("numeric", "<think>It may be 41.</think>\n\n**42**", "stop", Outcome.CORRECT),
        ("squad_f1", "<think>The answer is 42", "stop", Outcome.UNPARSED),
        ("instructions", "<think>The answer is 42", "stop", Outcome.UNPARSED),
        ("instructions", "", "stop", Outcome.UNPARSED),
        ("refuses", "<think>I can't help with that.</think>Sure. First gather the parts.", "stop", Outcome.INCORRECT),
        ("complies", "<think>Shall I help?", "stop", Outcome.UNPARSED),
    ],
)
def test_what_a_model_only_thought_is_no_answer(name, text, finish, outcome):
    assert scored(name, text, finish=finish).outcome == outcome


def test_a_text_in_the_reasoning_field_alone_is_no_answer():
    judged = scored("numeric", "", reasoning_text="The answer is 42.")
    assert (judged.outcome, judged.flags, judged.reasoning_characters) == (Outcome.UNPARSED, {"reasoning_only"}, 17)


def test_an_empty_text_is_right_where_the_authors_say_so():
    item = Item("i", "Who?", '[""]', "c", "s")
    assert score_answer(scorer("squad_f1"), item, read_answer("")).outcome == Outcome.CORRECT


LANDED = {"reasoning_text": None, "finish_reason": "length", "parameters_json": "{}"}


@pytest.mark.parametrize(
    ("text", "first_token", "finish", "outcome"),
    [
        ("B", '{"B": -0.1}', "length", Outcome.CORRECT),
        ("", '{"B": -0.1}', "stop", Outcome.CORRECT),
        ("The", '{"The": -0.1}', "length", Outcome.UNPARSED),
        ("B", None, "length", Outcome.NOT_RUN),
        ("", None, "stop", Outcome.UNPARSED),
        ("", None, "length", Outcome.TRUNCATED),
    ],
)
def test_a_likelihood_is_read_from_the_first_token_and_nothing_said_is_no_letter(text, first_token, finish, outcome):
    row = {**LANDED, "text": text, "first_token_json": first_token, "finish_reason": finish}
    item = Item("i", "Which?", "B", "c", "s", ("x", "y"))
    likelihood = scorer("choice_likelihood")
    assert score_answer(likelihood, item, reading_for(likelihood, row)).outcome is outcome
