"""The passages, their questions, and answers that stand in the passage."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tasks.benchmarks import BUILTIN
from tasks.benchmarks.yaml_data import read_data
from tasks.domain import Item, Outcome
from tasks.scorers import scorer
from tasks.scorers.token_f1 import ALTERNATIVES, normalised

READING = BUILTIN["reading"]()
PASSAGES = read_data("reading")


def split(item: Item) -> tuple[str, str]:
    passage, question = item.question.split("\n\n")
    return passage, question


@pytest.mark.parametrize("name", PASSAGES)
def test_a_passage_has_five_to_eight_sentences_of_plain_text(name):
    text = PASSAGES[name]["text"]
    assert 5 <= len(re.findall(r"[.!?](?= |$)", text)) <= 8
    assert text.isascii()
    assert "  " not in text


def test_no_two_passages_are_alike():
    assert len({passage["text"] for passage in PASSAGES.values()}) == len(PASSAGES)
    openings = Counter(" ".join(passage["text"].split()[:3]) for passage in PASSAGES.values())
    assert max(openings.values()) <= 2


def test_the_first_answer_is_a_span_of_the_passage():
    for item in READING.items:
        passage, question = split(item)
        gold = item.target.split(ALTERNATIVES)[0]
        assert gold.casefold() in passage.casefold(), (question, gold)


def test_answers_are_short_and_do_not_stand_in_the_question():
    for item in READING.items:
        _, question = split(item)
        for gold in item.target.split(ALTERNATIVES):
            assert 1 <= len(normalised(gold)) <= 8
            assert not set(normalised(gold)) <= set(normalised(question)), question


def test_the_questions_of_a_passage_have_different_answers():
    for name in PASSAGES:
        golds = [set(normalised(i.target.split(ALTERNATIVES)[0])) for i in READING.items if i.cluster_id == name]
        assert len({frozenset(gold) for gold in golds}) == len(golds), name


@pytest.mark.parametrize("item", READING.items, ids=lambda item: item.item_id)
def test_the_scorer_accepts_every_right_answer_and_finds_no_answer_in_an_empty_one(item):
    for gold in item.target.split(ALTERNATIVES):
        for text in (f" {gold}", f"Answer: {gold}.", f"It is in the text.\n**Answer:** {gold}"):
            assert scorer("token_f1").score(item, text).outcome is Outcome.CORRECT
    assert scorer("token_f1").score(item, "It is in the text.\nAnswer:").outcome is Outcome.UNPARSED


def test_the_answer_of_an_example_stands_in_its_text():
    for example in READING.examples:
        assert example.answer in example.question.split("\n\n")[0]
