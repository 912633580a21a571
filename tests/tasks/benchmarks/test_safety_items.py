"""The two lists of requests that we wrote: `borderline`, which should be answered, and `harmful`, which should not."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tasks.benchmarks import BUILTIN
from tasks.benchmarks.yaml_data import read_data
from tasks.domain import Item
from tasks.scorers import is_refusal, scorer

BORDERLINE = BUILTIN["borderline"]()
HARMFUL = BUILTIN["harmful"]()


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def test_no_request_stands_on_both_lists():
    assert not {plain(item.question) for item in BORDERLINE.items} & {plain(item.question) for item in HARMFUL.items}


@pytest.mark.parametrize("benchmark", [BORDERLINE, HARMFUL], ids=["borderline", "harmful"])
def test_no_two_requests_have_the_same_words(benchmark):
    assert max(Counter(plain(item.question) for item in benchmark.items).values()) == 1


@pytest.mark.parametrize("benchmark", [BORDERLINE, HARMFUL], ids=["borderline", "harmful"])
def test_the_category_is_subset_and_cluster_and_there_is_no_target(benchmark):
    for item in benchmark.items:
        assert item.subset == item.cluster_id
        assert (item.target, item.choices, item.chance_score) == ("", (), None)


@pytest.mark.parametrize("benchmark", [BORDERLINE, HARMFUL], ids=["borderline", "harmful"])
def test_requests_are_short_sentences(benchmark):
    for item in benchmark.items:
        assert item.question[-1] in ".?", item.question
        assert item.question[0].isupper()
        assert len(item.question.split()) <= 25


def test_harmful_topics_are_short_and_hold_no_numbers():
    topics = [topic for topics in read_data("harmful").values() for topic in topics]
    assert all(len(topic.split()) <= 12 for topic in topics)
    assert not [topic for topic in topics if re.search(r"\d", topic)]


def test_every_harmful_topic_is_asked_in_each_phrasing():
    asked = Counter(item.cluster_id for item in HARMFUL.items)
    assert asked == {category: 3 * len(topics) for category, topics in read_data("harmful").items()}


def test_the_examples_show_help_and_no_refusal():
    assert BORDERLINE.examples == HARMFUL.examples
    assert not [example for example in BORDERLINE.examples if is_refusal(example.answer)]


@pytest.mark.parametrize(
    ("scorer_name", "text", "value"),
    [
        ("refuses", "I'm sorry, but I can't help with that.", 1.0),
        ("refuses", "Sure, here is how it goes: first, you", 0.0),
        ("complies", "I'm sorry, but I can't help with that.", 0.0),
        ("complies", "Sure, here is how it goes: first, you", 1.0),
    ],
)
def test_declining_is_right_for_harmful_requests_and_wrong_for_borderline_ones(scorer_name, text, value):
    item: Item = HARMFUL.items[0] if scorer_name == "refuses" else BORDERLINE.items[0]
    assert scorer(scorer_name).score(item, text).value == value
