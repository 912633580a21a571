import json

import pytest

from tasks.domain import Item, Outcome
from tasks.scorers import scorer
from tasks.scorers.instructions import KINDS, constraints_of, depth, holds, parsed_json

EXACTLY_2 = {"at_least": 2, "at_most": 2}
KEPT = [
    ({"kind": "words", **EXACTLY_2}, "one, two ..."),
    ({"kind": "words", "at_least": 3}, "a - b c d"),
    ({"kind": "sentences", **EXACTLY_2}, "Is it so?! Yes, at 3.50 it is."),
    ({"kind": "sentences", **EXACTLY_2}, '"Come in." He came'),
    ({"kind": "sentences", **EXACTLY_2}, "是的。好。"),
    ({"kind": "paragraphs", **EXACTLY_2}, "a\nb\n \n\nc"),
    ({"kind": "lines", **EXACTLY_2}, "a\n\nb\n"),
    ({"kind": "bullets", **EXACTLY_2}, "Two:\n- a\n  * b"),
    ({"kind": "numbered", **EXACTLY_2}, "1. a\n2) b"),
    ({"kind": "keyword", "word": "river", **EXACTLY_2}, "River and river, but rivers do not count"),
    ({"kind": "without", "words": ["very", "good"]}, "every goodness"),
    ({"kind": "starts_with", "text": "To begin with"}, "  TO BEGIN WITH, yes"),
    ({"kind": "ends_with", "text": "That is all."}, "Yes. That is all.\n"),
    ({"kind": "title"}, "[A walk]\nIt rains."),
    ({"kind": "json_keys", "keys": ["a", "b"]}, '{"b": [1, {"c": 2}], "a": null}'),
    ({"kind": "json_keys", "keys": ["a"]}, '```json\n{"a": 1}\n```'),
    ({"kind": "json_keys", "keys": ["a"]}, f'{{"a": {"7" * 60_000}}}'),
    ({"kind": "quoted"}, '"Yes."'),
    ({"kind": "quoted"}, "„Ja.“"),
    ({"kind": "lower_case"}, "no capitals, 3 digits; ß שלום"),
    ({"kind": "upper_case"}, "NO SMALL ONES, 3 DIGITS; שלום"),
    ({"kind": "no_commas"}, "one; two"),
    ({"kind": "no_digits"}, "one two"),
]
MISSED = [
    ({"kind": "words", **EXACTLY_2}, "one two three"),
    ({"kind": "words", "at_least": 3}, "a - b"),
    ({"kind": "sentences", **EXACTLY_2}, "One. Two. Three."),
    ({"kind": "paragraphs", **EXACTLY_2}, "a\nb"),
    ({"kind": "lines", **EXACTLY_2}, "a"),
    ({"kind": "bullets", **EXACTLY_2}, "-a\n**b**\n- c"),
    ({"kind": "numbered", **EXACTLY_2}, "1. a\n3. b"),
    ({"kind": "numbered", **EXACTLY_2}, "1. a\n2. b\n3. c"),
    ({"kind": "keyword", "word": "river", **EXACTLY_2}, "river river river"),
    ({"kind": "keyword", "word": "a.c", "at_least": 1}, "abc"),
    ({"kind": "without", "words": ["very", "good"]}, "Very."),
    ({"kind": "starts_with", "text": "To begin with"}, "Well, to begin with"),
    ({"kind": "ends_with", "text": "That is all."}, "That is all. Bye"),
    ({"kind": "title"}, "A walk\n[Title]"),
    ({"kind": "title"}, "[A walk] It rains."),
    ({"kind": "json_keys", "keys": ["a", "b"]}, '{"a": 1}'),
    ({"kind": "json_keys", "keys": ["a"]}, '{"a": 1, "b": 2}'),
    ({"kind": "json_keys", "keys": ["a"]}, 'Here: {"a": 1}'),
    ({"kind": "json_keys", "keys": ["a"]}, '["a"]'),
    ({"kind": "quoted"}, '"Yes." he said'),
    ({"kind": "quoted"}, '""'),
    ({"kind": "lower_case"}, "a B"),
    ({"kind": "upper_case"}, "A b"),
    ({"kind": "no_commas"}, "one, two"),
    ({"kind": "no_commas"}, "一、二"),
    ({"kind": "no_digits"}, "1 two"),
    ({"kind": "no_digits"}, "٣"),
]


def verdict(constraints, text):
    return scorer("instructions").score(Item("i", "q", json.dumps(constraints), "c", "s"), text)


def test_every_kind_is_tried_from_both_sides():
    assert (
        {constraint["kind"] for constraint, _ in KEPT} == {constraint["kind"] for constraint, _ in MISSED} == set(KINDS)
    )


@pytest.mark.parametrize(("constraint", "text"), KEPT)
def test_a_kept_constraint_is_right(constraint, text):
    found = verdict([constraint], text)
    assert (found.outcome, found.value, found.answer, found.is_final) == (Outcome.CORRECT, 1.0, "1/1", True)


@pytest.mark.parametrize(("constraint", "text"), MISSED)
def test_a_missed_constraint_is_wrong_and_never_final(constraint, text):
    found = verdict([constraint], text)
    assert (found.outcome, found.value, found.is_final) == (Outcome.INCORRECT, 0.0, False)
    assert found.answer == f"0/1 missed: {constraint['kind']}"


def test_one_missed_of_several_is_worth_nothing_but_the_share_is_kept():
    constraints = [{"kind": "lower_case"}, {"kind": "no_digits"}, {"kind": "words", "at_least": 9}]
    found = verdict(constraints, "only a few words")
    assert (found.value, found.answer) == (0.0, "2/3 missed: words")


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_a_blank_text_is_unparsed_even_where_it_would_keep_everything(text):
    assert verdict([{"kind": "no_commas"}], text).outcome is Outcome.UNPARSED


@pytest.mark.parametrize(
    "target",
    [
        "",
        "A",
        "{}",
        "[]",
        "[1]",
        "null",
        '[{"kind": "sonnet"}]',
        '[{"kind": ["words"]}]',
        '[{"kind": "words"}]',
        '[{"kind": "words", "at_least": "3"}]',
        '[{"kind": "no_commas", "strength": 2}]',
        '[{"kind": "no_commas"}, {}]',
        "[" * 100_000,
    ],
)
def test_a_target_without_readable_constraints_gives_no_value_at_all(target):
    found = scorer("instructions").score(Item("i", "q", target, "c", "s"), "a text")
    assert (found.outcome, found.value, found.answer) == (Outcome.JUDGE_ERROR, None, None)
    assert constraints_of(target) == ()


@pytest.mark.parametrize("opening", ["[", "{", '{"a":', '[{"a":['])
def test_deeply_nested_json_is_not_parsed(opening):
    assert parsed_json(opening * 30_000) is None
    assert not holds({"kind": "json_keys", "keys": ["a"]}, opening * 30_000)


def test_nesting_up_to_the_limit_is_parsed():
    assert parsed_json(f"{'[' * 50}{']' * 50}") is not None
    assert parsed_json(f"{'[' * 51}{']' * 51}") is None
    assert depth("[]" * 1_000) == 1


def test_numbers_beyond_what_int_takes_are_no_error():
    assert parsed_json("7" * 100_000) == "7" * 100_000
    assert parsed_json("[12, 1.5, -3]") == [12, "1.5", -3]
