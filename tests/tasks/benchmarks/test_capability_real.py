"""The official files: counts that their authors state, and what every item needs."""

from __future__ import annotations

from collections import Counter

import pytest

from tasks.benchmarks import load
from tasks.benchmarks.sampling import sample
from tasks.domain import PromptStyle

FILES = {
    "mmlu": "mmlu_items",
    "bbh": "bbh/items",
    "gsm8k": "gsm8k",
    "drop": "instructgpt/drop_official_format_fixture.json",
}


@pytest.fixture(scope="module")
def official(shared_data):
    return {name: load(name, str(shared_data / "data" / path)) for name, path in FILES.items()}


def test_mmlu_subjects_have_their_official_sizes(official):
    sizes = {"abstract_algebra": 100, "formal_logic": 126, "high_school_biology": 310, "moral_scenarios": 895}
    assert Counter(item.cluster_id for item in official["mmlu"].items) == sizes
    assert Counter(item.subset for item in official["mmlu"].items) == {"stem": 410, "humanities": 1021}


def test_bbh_tasks_have_their_official_sizes(official):
    smaller = {"causal_judgement": 187, "penguins_in_a_table": 146, "snarks": 178}
    sizes = Counter(item.subset for item in official["bbh"].items)
    assert len(sizes) == 27
    assert all(count == smaller.get(task, 250) for task, count in sizes.items())
    assert sum(sizes.values()) == 6_511


def test_bbh_chance_follows_the_options(official):
    chances = {item.subset: item.chance_score for item in official["bbh"].items}
    assert chances["web_of_lies"] == chances["navigate"] == chances["formal_fallacies"] == 1 / 2
    assert chances["tracking_shuffled_objects_seven_objects"] == 1 / 7
    assert chances["word_sorting"] == chances["object_counting"] == 0


def test_gsm8k_has_its_official_size_and_numbers_as_targets(official):
    assert len(official["gsm8k"].items) == 1_319
    assert all(item.target.lstrip("-").isdecimal() for item in official["gsm8k"].items)


def test_drop_fixture_has_three_passages(official):
    assert Counter(item.subset for item in official["drop"].items) == {"number": 13, "span": 6}
    assert len({item.cluster_id for item in official["drop"].items}) == 3


@pytest.mark.parametrize("name", FILES)
def test_ids_are_unique_prompts_render_in_both_styles_and_chance_is_the_mean(official, name):
    it = official[name]
    assert len({item.item_id for item in it.items}) == len(it.items)
    assert len({item.foreign_id for item in it.items}) == len(it.items)
    assert all(it.render(item, style).content for item in it.items[:50] for style in PromptStyle)
    assert it.chance_score == pytest.approx(sum(item.chance_score for item in it.items) / len(it.items))
    assert it.licence
    assert it.citation
    assert it.pitfalls


def test_a_sample_takes_from_every_task(official):
    assert len({item.subset for item in sample(official["bbh"], 81, seed=1)}) == 27
