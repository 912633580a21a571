"""Benchmarks that are read from official files: what is stated of each without its file, and what the file gives."""

from __future__ import annotations

from functools import cache

import pytest

from tasks.benchmarks import FROM_FILE, load
from tasks.domain import PromptStyle
from tasks.errors import InputError
from tasks.scorers import SCORERS

FILES = {
    "bbh": "bbh/items",
    "bbq": "bbq/unifiedqa_preds",
    "drop": "instructgpt/drop_official_format_fixture.json",
    "gsm8k": "gsm8k/test.jsonl",
    "humaneval": "humaneval/HumanEval.jsonl.gz",
    "alpaca_eval": "alpaca_eval/phi-2-sft__model_outputs.json.gz",
    "ifeval": "ifeval/gpt4_official/input_data.jsonl",
    "mmlu": "mmlu_items",
    "truthfulqa": "truthfulqa/mc_task.json",
    "truthfulqa_generation": "truthfulqa/TruthfulQA.csv",
}


WHOLE = {
    "bbh",
    "gsm8k",
    "humaneval",
    "truthfulqa",
    "truthfulqa_generation",
}  # only parts of the other files are here


@pytest.fixture(scope="module")
def official(shared_data):
    """Load a benchmark from its official file, once per benchmark."""
    return cache(lambda benchmark_id: load(benchmark_id, str(shared_data / "data" / FILES[benchmark_id])))


@pytest.mark.parametrize("benchmark_id", FROM_FILE)
def test_a_benchmark_is_described_without_its_file(benchmark_id):
    about = FROM_FILE[benchmark_id].about()
    assert about.benchmark_id == benchmark_id
    assert about.items == ()
    assert about.scorer in SCORERS
    assert about.licence
    assert about.citation
    assert about.pitfalls


@pytest.mark.parametrize("benchmark_id", FILES)
def test_the_stated_counts_and_chance_score_are_those_of_the_file(official, benchmark_id):
    stated, found = FROM_FILE[benchmark_id], official(benchmark_id)
    counts = len(found.items), len({item.cluster_id for item in found.items})
    assert found.chance_score == pytest.approx(stated.about().chance_score, abs=5e-5)
    assert counts[0] <= stated.count_items
    if benchmark_id in WHOLE:
        assert counts == (stated.count_items, stated.count_clusters)


@pytest.mark.parametrize("benchmark_id", FILES)
def test_ids_are_unique_and_prompts_are_rendered_in_both_styles(official, benchmark_id):
    found = official(benchmark_id)
    foreign_ids = [item.foreign_id for item in found.items if item.foreign_id is not None]
    assert len({item.item_id for item in found.items}) == len(found.items)
    assert len(set(foreign_ids)) == len(foreign_ids)
    assert all(found.render(item, style).content for item in found.items[:50] for style in PromptStyle)


@pytest.mark.parametrize("benchmark_id", FILES)
def test_the_chance_score_is_the_mean_over_items(official, benchmark_id):
    found = official(benchmark_id)
    assert found.chance_score == pytest.approx(sum(item.chance_score or 0 for item in found.items) / len(found.items))


def test_a_file_without_items_is_refused(tmp_path):
    (tmp_path / "rows.json").write_text("[]")
    with pytest.raises(InputError, match=r"rows\.json: expected items of IFEval, found none\."):
        load("ifeval", str(tmp_path / "rows.json"))
