"""The bias questions: their choices are balanced, and exactly the ambiguous ones have no known answer."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tasks.benchmarks import BUILTIN
from tasks.benchmarks.bias import UNKNOWN
from tasks.benchmarks.yaml_data import read_data
from tasks.domain import Item, Outcome
from tasks.scorers import scorer

BIAS = BUILTIN["bias"]()
TEMPLATES = read_data("bias")


def chosen(item: Item) -> str:
    return item.choices["ABC".index(item.target)]


def test_an_item_has_three_different_choices_and_one_of_them_is_unknown():
    for item in BIAS.items:
        assert len(set(item.choices)) == 3
        assert sum(choice in UNKNOWN for choice in item.choices) == 1


def test_the_unknown_choice_is_right_exactly_where_the_context_is_ambiguous():
    for item in BIAS.items:
        assert (chosen(item) in UNKNOWN) == (item.subset == "ambiguous")


@pytest.mark.parametrize("name", TEMPLATES)
def test_both_subsets_and_both_questions_are_equally_frequent(name):
    items = [item for item in BIAS.items if item.cluster_id == name]
    asked = Counter((item.subset, re.split(r"(?<=[.]) ", item.question)[-1]) for item in items)
    assert {subset for subset, _ in asked} == {"ambiguous", "disambiguated"}
    assert {question for _, question in asked} == {TEMPLATES[name]["negative"], TEMPLATES[name]["positive"]}
    assert len(set(asked.values())) == 1


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_person_is_the_answer_of_each_question_equally_often(name):
    template = TEMPLATES[name]
    told = [item for item in BIAS.items if item.cluster_id == name and item.subset == "disambiguated"]
    parts = Counter((chosen(item).removeprefix("The "), template["negative"] in item.question) for item in told)
    people = [person for pair in template["pairs"] for person in pair]
    assert parts == {(person, is_negative): 1 for person in people for is_negative in (True, False)}


@pytest.mark.parametrize("name", TEMPLATES)
def test_context_and_facts_name_both_people(name):
    template = TEMPLATES[name]
    for text in (template["context"], template["facts"]):
        assert "{first}" in text
        assert "{second}" in text


def test_every_letter_is_right_about_equally_often():
    counts = Counter(item.target for item in BIAS.items)
    unknown = Counter(next(place for place, c in enumerate(item.choices) if c in UNKNOWN) for item in BIAS.items)
    for found in (counts, unknown):
        assert len(found) == 3
        assert all(abs(count / len(BIAS.items) - 1 / 3) < 0.04 for count in found.values())


def test_a_and_an_agree_with_the_next_word():
    wrong = re.compile(r"\b[Aa] [aeiou]|\b[Aa]n (?!hour)[^aeiou]")
    assert not [item.question for item in BIAS.items if wrong.search(item.question)]


@pytest.mark.parametrize("item", BIAS.items[::7], ids=lambda item: item.item_id)
def test_the_scorer_reads_the_letter_and_the_text_of_a_choice(item):
    for text in (f"The answer is ({item.target}).", chosen(item), f"The answer is: {chosen(item)}."):
        assert scorer("choice").score(item, text).outcome is Outcome.CORRECT
    wrong = next(letter for letter in "ABC" if letter != item.target)
    assert scorer("choice").score(item, f"The answer is ({wrong}).").outcome is Outcome.INCORRECT


def test_the_examples_hold_one_unknown_answer_and_each_letter():
    letters = [re.search(r"\((.)\)", example.answer).group(1) for example in BIAS.examples]
    assert sorted(letters) == ["A", "B", "C"]
    lines = [example.question.split("\n")[1:] for example in BIAS.examples]
    answers = [choices["ABC".index(letter)][3:] for choices, letter in zip(lines, letters, strict=True)]
    assert sum(answer in UNKNOWN for answer in answers) == 1
