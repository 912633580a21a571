"""The authors' own rows: 12,032 questions, twins among them."""

from __future__ import annotations

from collections import Counter

import pytest

from tasks.benchmarks.mmlu_pro import OFFICIAL as MMLU_PRO
from tasks.benchmarks.sampling import sample
from tasks.domain import Benchmark, content_hash

FIRST_EDITION = "model_outputs_Mistral-7B-v0.1_5shots.zip"
LATER_EDITION = "model_outputs_Meta-Llama-3_1-8B_5shots.zip"


@pytest.fixture(scope="module")
def first_edition(shared_data) -> Benchmark:
    return MMLU_PRO.load(shared_data / "data" / "mmlu_pro" / FIRST_EDITION)


def test_counts(first_edition):
    assert len(first_edition.items) == 12_032
    assert len({item.item_id for item in first_edition.items}) == 12_032
    assert len({item.foreign_id for item in first_edition.items}) == 12_032
    assert len({item.cluster_id for item in first_edition.items}) == 14
    assert Counter(item.subset for item in first_edition.items)["math"] == 1_351


def test_true_duplicates_are_kept_apart(first_edition):
    contents = Counter(content_hash(item.question, item.choices, item.target) for item in first_edition.items)
    assert sum(count - 1 for count in contents.values()) == 159


def test_chance_is_one_over_the_number_of_choices(first_edition):
    assert Counter(len(item.choices) for item in first_edition.items)[10] == 9_981
    assert all(item.chance_score == 1 / len(item.choices) for item in first_edition.items)
    mean = sum(1 / len(item.choices) for item in first_edition.items) / 12_032
    assert first_edition.chance_score == pytest.approx(mean)


def test_sources_are_ninety_one_clusters(shared_data):
    by_source = MMLU_PRO.load(shared_data / "data" / "mmlu_pro" / FIRST_EDITION, cluster_by="src")
    assert len({item.cluster_id for item in by_source.items}) == 91


def test_editions_share_all_but_fourteen_items(first_edition, shared_data):
    later = MMLU_PRO.load(shared_data / "data" / "mmlu_pro" / LATER_EDITION)
    common = {item.item_id for item in first_edition.items} & {item.item_id for item in later.items}
    assert len(common) == 12_032 - 14
    assert later.version != first_edition.version


def test_a_sample_is_not_all_business(first_edition):
    drawn = sample(first_edition, 280, seed=1)
    assert len({item.subset for item in drawn}) == 14
