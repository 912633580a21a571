"""GSM8K: test problems and worked examples, made up here, and the size of the official file."""

from __future__ import annotations

import pytest

from tasks.benchmarks import load
from tasks.errors import InputError
from tests.support.benchmark_files import completion, write_files


def test_problems_of_the_test_split_are_asked_and_training_problems_are_shown_without_calculator_notes(tmp_path):
    test = {"question": "How many?", "answer": "2 + 2 = <<2+2=4>>4.\nSo four.\n#### 1,004"}
    train = {"question": "Shown?", "answer": "1 + 1 = <<1+1=2>>2.\n#### 2"}
    files = {"test.jsonl": test, "train.jsonl": train, "train_socratic.jsonl": {}, "example_solutions.jsonl": {}}
    gsm8k = load("gsm8k", write_files(tmp_path, files))
    assert [(item.question, item.target, item.subset) for item in gsm8k.items] == [("How many?", "1004", "2 steps")]
    assert "Question: Shown?\nAnswer: 1 + 1 = 2.\n#### 2\n\nQuestion: How many?\nAnswer:" in completion(gsm8k, 0)


def test_an_answer_without_the_marker_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"test\.jsonl: expected question and answer with ####"):
        load("gsm8k", write_files(tmp_path, {"test.jsonl": {"question": "Q?", "answer": "4"}}))


@pytest.fixture(scope="module")
def official_items(shared_data):
    return load("gsm8k", str(shared_data / "data" / "gsm8k")).items


def test_the_official_file_is_read_whole_and_every_target_is_a_number(official_items):
    assert len(official_items) == 1_319
    assert all(item.target.lstrip("-").isdecimal() for item in official_items)
