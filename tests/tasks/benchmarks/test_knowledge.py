"""The knowledge questions: exactly the fact is marked right, and no letter is a better guess."""

from __future__ import annotations

from collections import Counter

import pytest

from tasks.benchmarks import BUILTIN
from tasks.benchmarks.yaml_data import read_data
from tasks.domain import Item, Outcome
from tasks.scorers import scorer

ITEMS = BUILTIN["knowledge"]().items
TOPICS = read_data("knowledge")


def right_choice(item: Item) -> str:
    return item.choices["ABCD".index(item.target)]


def test_an_item_has_four_different_choices():
    assert all(len(item.choices) == len(set(item.choices)) == 4 for item in ITEMS)


@pytest.mark.parametrize("topic", TOPICS)
def test_the_choice_marked_right_is_the_fact(topic):
    facts = {TOPICS[topic]["question"].format(key=key): str(value) for key, value in TOPICS[topic]["facts"].items()}
    asked = {item.question: right_choice(item) for item in ITEMS if item.cluster_id == topic}
    assert asked == facts


@pytest.mark.parametrize("topic", TOPICS)
def test_wrong_choices_are_answers_of_the_same_topic(topic):
    column = {str(value) for value in TOPICS[topic]["facts"].values()}
    assert all(set(item.choices) <= column for item in ITEMS if item.cluster_id == topic)


def test_every_letter_is_right_about_equally_often():
    counts = Counter(item.target for item in ITEMS)
    assert set(counts) == set("ABCD")
    # Every block of four uses each letter once; only the last block of the 19 topics may be short.
    assert max(counts.values()) - min(counts.values()) <= 19
    assert all(abs(count / len(ITEMS) - 0.25) < 0.03 for count in counts.values())


def test_the_order_of_right_letters_differs_between_topics():
    by_topic = {tuple(item.target for item in ITEMS if item.cluster_id == topic)[:4] for topic in TOPICS}
    assert len(by_topic) > 8


def test_a_blind_guess_is_worth_a_quarter():
    assert {item.chance_score for item in ITEMS} == {0.25}


def test_there_are_six_areas():
    assert {item.subset for item in ITEMS} == {"science", "geography", "language", "history", "arts", "everyday"}


@pytest.mark.parametrize(("example", "letter"), list(zip(BUILTIN["knowledge"]().examples, "BDAC", strict=True)))
def test_the_scorer_finds_the_letter_of_an_example(example, letter):
    question, *choices = example.question.split("\n")
    item = Item("id", question, letter, "cluster", "subset", choices=tuple(choice[3:] for choice in choices))
    verdict = scorer("choice").score(item, f" {example.answer}")
    assert (verdict.outcome, verdict.answer, verdict.is_final) == (Outcome.CORRECT, letter, True)
