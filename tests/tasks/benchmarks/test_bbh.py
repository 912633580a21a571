"""BIG-Bench Hard: tasks with worked examples, made up here, and the sizes of the authors' own files."""

from __future__ import annotations

from collections import Counter

import pytest

from tasks.benchmarks import load
from tasks.benchmarks.sampling import sample
from tasks.errors import InputError
from tests.support.benchmark_files import completion, write_files


def test_tasks_are_read_with_their_worked_examples_and_without_recorded_answers(tmp_path):
    prompts = "canary\n-----\nSort words.\n\nQ: Sort: b a\nA: Let's think.\nSo the answer is a b.\n\nQ: Sort: c\nA: c"
    task = {"canary": "x", "examples": [{"input": "Sort: d c", "target": "c d"}]}
    options = {"examples": [{"input": "Which?\nOptions:\n(A) one\n(B) two\n(C) three", "target": "(B)"}]}
    files = {"bbh/word_sorting.json": task, "bbh/hyperbaton.json": options, "cot-prompts/word_sorting.txt": prompts}
    outputs = {"code-davinci-002-outputs/word_sorting.json": {"outputs": [{"input": "x", "target": "y"}]}}
    bbh = load("bbh", write_files(tmp_path, {**files, **outputs, "README.md": "x", "LICENSE.txt": "x"}))
    assert [(item.cluster_id, item.subset, item.chance_score) for item in bbh.items] == [
        ("hyperbaton", "hyperbaton", 1 / 3),
        ("word_sorting", "word_sorting", 0.0),
    ]
    shown = "Question: Sort: b a\nAnswer: Let's think.\nSo the answer is a b.\n\nQuestion: Sort: c\nAnswer: c\n\n"
    assert shown + "Question: Sort: d c\nAnswer:" in completion(bbh, 1)
    assert "Sort" not in completion(bbh, 0)


def test_a_file_of_recorded_answers_is_refused(tmp_path):
    recorded = {"examples": [{"input": "x", "target": "y", "prediction": "z"}]}
    with pytest.raises(InputError, match=r"t\.json: expected rows of input and target, found \['input', 'prediction'"):
        load("bbh", write_files(tmp_path, {"t.json": recorded}))


@pytest.fixture(scope="module")
def official(shared_data):
    return load("bbh", str(shared_data / "data" / "bbh/items"))


def test_tasks_have_their_official_sizes(official):
    smaller = {"causal_judgement": 187, "penguins_in_a_table": 146, "snarks": 178}
    sizes = Counter(item.subset for item in official.items)
    assert len(sizes) == 27
    assert all(count == smaller.get(task, 250) for task, count in sizes.items())
    assert sum(sizes.values()) == 6_511


def test_chance_follows_from_the_options(official):
    chances = {item.subset: item.chance_score for item in official.items}
    assert chances["web_of_lies"] == chances["navigate"] == chances["formal_fallacies"] == 1 / 2
    assert chances["tracking_shuffled_objects_seven_objects"] == 1 / 7
    assert chances["word_sorting"] == chances["object_counting"] == 0


def test_a_sample_holds_every_task(official):
    assert len({item.subset for item in sample(official, 81, seed=1)}) == 27
