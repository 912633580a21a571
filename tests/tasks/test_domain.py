"""The domain's words: hashes, rendered questions, pinned data sets."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tasks.domain import (
    CAPABILITY_DIMENSIONS,
    HUB_SOURCE,
    Benchmark,
    Dimension,
    Domain,
    Example,
    Item,
    PromptStyle,
    content_hash,
    lettered,
    storable,
)

ITEM = Item("i", "Which is dry?", "A", "weather", "all", choices=("sand", "rain"))
OWN = Example("Is ice cold?", "yes")
BENCHMARK = Benchmark(
    benchmark_id="b",
    title="B",
    dimension=Dimension.CAPABILITY,
    domain=Domain.KNOWLEDGE,
    scorer="choice",
    metric="accuracy",
    items=(ITEM,),
    instruction="Choose.",
    examples=(Example("Is fire hot?", "yes"),),
    licence="none",
    citation="none",
    cluster_meaning="topic",
)


def test_a_hash_depends_on_content_and_not_on_the_order_of_keys():
    assert content_hash({"a": 1, "b": "ä"}) == content_hash({"b": "ä", "a": 1}) == "979f2b29cc01b079"
    assert content_hash("a", "b") != content_hash("ab")


def test_choices_stand_below_the_question_behind_letters():
    assert lettered("Which?", ["x", "y"]) == "Which?\nA. x\nB. y"
    assert lettered("Which?", []) == "Which?"


def test_a_cluster_with_examples_of_its_own_is_shown_those():
    changed = dataclasses.replace(BENCHMARK, cluster_examples={"weather": (OWN,)}, version="")
    assert "Is fire hot?" in BENCHMARK.render(ITEM, PromptStyle.COMPLETION).text
    assert "Is fire hot?" not in changed.render(ITEM, PromptStyle.COMPLETION).text
    assert "Question: Is ice cold?\nAnswer: yes\n\n" in changed.render(ITEM, PromptStyle.COMPLETION).text
    assert changed.version != BENCHMARK.version


def test_a_continued_question_is_sent_as_it_stands():
    prompt = dataclasses.replace(BENCHMARK, is_continued=True).render(ITEM, PromptStyle.COMPLETION)
    assert prompt.text == prompt.content == "Which is dry?"


def test_a_chat_prompt_is_stored_as_json():
    prompt = BENCHMARK.render(ITEM, PromptStyle.CHAT)
    assert prompt.content == '[{"role": "user", "content": "Choose.\\n\\nWhich is dry?\\nA. sand\\nB. rain"}]'


@pytest.mark.parametrize(
    ("source", "inside"),
    [("hf://o/n@" + "a" * 40, None), ("hf://o/n@" + "a" * 40 + "/data/x.csv", "data/x.csv")],
)
def test_a_pinned_data_set_has_name_commit_and_perhaps_a_path(source, inside):
    assert HUB_SOURCE.fullmatch(source).groups() == ("o/n", "a" * 40, inside)


@pytest.mark.parametrize("source", ["hf://o/n@main", "hf://o/n", "hf://n@" + "a" * 40])
def test_a_data_set_without_a_full_commit_is_not_pinned(source):
    assert HUB_SOURCE.fullmatch(source) is None


@pytest.mark.parametrize(
    ("text", "stored"),
    [("plain", "plain"), ("", ""), ("a\ud800b", "a\\ud800b"), ("\u202eright", "\u202eright"), ("n\x00l", "n\x00l")],
)
def test_a_text_becomes_one_that_utf8_can_hold(text, stored):
    assert storable(text) == stored


def test_an_item_of_the_warehouse_has_what_a_scorer_reads():
    row = {"item_id": "i", "question": None, "target": "B", "choices_json": '["x", "y"]'}
    assert Item.of(row) == Item("i", "", "B", cluster_id="", subset="", choices=("x", "y"))


def test_the_warehouse_has_the_same_capability_dimensions():
    macros = (Path(__file__).parents[2] / "warehouse" / "models" / "macros.sql").read_text()
    assert "dimension in ({})".format(", ".join(f"'{name}'" for name in CAPABILITY_DIMENSIONS)) in macros
