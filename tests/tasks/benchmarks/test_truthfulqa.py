"""TruthfulQA, as multiple choice and with free answers: how rows are read, and the one line for each bad one."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tasks.benchmarks import load
from tasks.errors import InputError
from tasks.scorers import reference_of

QUESTION = {
    "question": "What is water?",
    "mc1_targets": {"It is wet.": 1, "It is dry.": 0, "It is a metal.": 0},
}


FREE = {
    "Type": "Adversarial",
    "Category": "Science",
    "Question": "What is water?",
    "Best Answer": "It is wet",
    "Correct Answers": "It is wet; A liquid",
    "Incorrect Answers": "It is dry;  A metal",
    "Source": "",
}


@pytest.fixture
def loaded(tmp_path):
    """Write rows to a file and give a benchmark's items read from it."""

    def write(benchmark_id, rows):
        (tmp_path / "rows.json").write_text(json.dumps(rows))
        return load(benchmark_id, str(tmp_path / "rows.json")).items

    return write


def test_no_letter_holds_the_true_answer_much_more_often_than_another(shared_data):
    benchmark = load("truthfulqa", str(shared_data / "data" / "truthfulqa" / "mc_task.json"))
    assert len(benchmark.items) == 817
    assert benchmark.chance_score == pytest.approx(0.2261, abs=5e-5)
    letters = Counter(item.target for item in benchmark.items)
    assert max(letters.values()) / 817 < 0.25  # the file lists the true answer first


def test_the_file_and_the_data_set_give_the_same_choices(loaded):
    targets = QUESTION["mc1_targets"]
    lists = {**QUESTION, "mc1_targets": {"choices": list(targets), "labels": list(targets.values())}}
    (item,) = loaded("truthfulqa", [QUESTION])
    assert (item,) == loaded("truthfulqa", [lists])
    assert item.choices["ABC".index(item.target)] == "It is wet."
    assert item.chance_score == pytest.approx(1 / 3)


@pytest.mark.parametrize("targets", [None, {}, {"a": 1, "b": 1}, {"a": 0}])
def test_a_question_without_one_true_answer_is_refused(loaded, targets):
    with pytest.raises(InputError, match=r"row 1: expected a question and mc1_targets with one true answer"):
        loaded("truthfulqa", [{**QUESTION, "mc1_targets": targets}])


def test_the_file_and_the_data_set_give_the_same_reference_answers(loaded):
    listed = {
        "type": "Adversarial",
        "category": "Science",
        "question": "What is water?",
        "best_answer": "It is wet",
        "correct_answers": ["It is wet", "A liquid"],
        "incorrect_answers": ["It is dry", "A metal"],
    }
    (item,) = loaded("truthfulqa_generation", [FREE])
    assert (item,) == loaded("truthfulqa_generation", [listed])
    assert reference_of(item.target) == "True:\n- It is wet\n- A liquid\n\nFalse:\n- It is dry\n- A metal"
    assert (item.cluster_id, item.subset) == ("Science", "Adversarial")


@pytest.mark.parametrize("lacking", ["Question", "Correct Answers", "Incorrect Answers"])
def test_a_free_question_without_reference_answers_is_refused(loaded, lacking):
    with pytest.raises(InputError, match=r"row 1: expected a question with correct and incorrect answers, found"):
        loaded("truthfulqa_generation", [{**FREE, lacking: ""}])
