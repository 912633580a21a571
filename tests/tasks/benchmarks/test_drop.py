"""DROP: passages with their questions, made up here, and a fixture in the official format."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tasks.benchmarks import load
from tasks.errors import InputError
from tests.support.benchmark_files import write_files

PASSAGES = {
    "p1": {
        "passage": "Ann has 3 cats and 2 dogs.",
        "qa_pairs": [
            {"question": "How many animals?", "query_id": "q1", "answer": {"number": "5", "spans": [], "date": {}}},
            {
                "question": "Which kinds?",
                "query_id": "q2",
                "answer": {"number": "", "spans": ["cats", "dogs"], "date": {"day": "", "month": "", "year": ""}},
                "validated_answers": [{"number": "", "spans": ["the cats"], "date": {}}],
            },
            {
                "question": "When?",
                "query_id": "q3",
                "answer": {"number": "", "spans": [], "date": {"day": "2", "month": "May", "year": "1999"}},
            },
        ],
    }
}


def test_every_annotators_answer_is_kept_and_the_passage_is_the_cluster(tmp_path):
    drop = load("drop", write_files(tmp_path, {"drop_dataset_dev.json": PASSAGES}))
    assert [(item.subset, json.loads(item.target), item.foreign_id) for item in drop.items] == [
        ("number", [["5"]], "q1"),
        ("spans", [["cats", "dogs"], ["the cats"]], "q2"),
        ("date", [["2 May 1999"]], "q3"),
    ]
    assert {item.cluster_id for item in drop.items} == {"p1"}
    assert drop.items[0].question == "Ann has 3 cats and 2 dogs.\nHow many animals?"


def test_one_question_of_each_training_passage_is_shown(tmp_path):
    drop = load("drop", write_files(tmp_path, {"drop_dataset_dev.json": PASSAGES, "drop_dataset_train.json": PASSAGES}))
    assert [example.answer for example in drop.examples] == ["5"]
    assert len(drop.items) == 3


def test_other_answers_may_stand_in_columns(tmp_path):
    row = {
        "section_id": "p1", "passage": "P.", "question": "Q?", "query_id": "q", "answer": {"number": "5", "spans": []},
        "validated_answers": {"number": ["", "6"], "date": [{}, {}], "spans": [["five"], []]},
    }  # fmt: skip
    (item,) = load("drop", write_files(tmp_path, {"validation.jsonl": row})).items
    assert json.loads(item.target) == [["5"], ["five"], ["6"]]


@pytest.mark.parametrize("content", [{"p1": {"passage": "x"}}, {"p1": {"passage": "x", "qa_pairs": [{"answer": 1}]}}])
def test_a_bad_passage_is_refused(tmp_path, content):
    with pytest.raises(InputError, match=r"dev\.json: expected (passages|questions)"):
        load("drop", write_files(tmp_path, {"dev.json": content}))


@pytest.fixture(scope="module")
def official_items(shared_data):
    return load("drop", str(shared_data / "data" / "instructgpt/drop_official_format_fixture.json")).items


def test_the_official_fixture_has_three_passages(official_items):
    assert Counter(item.subset for item in official_items) == {"number": 13, "span": 6}
    assert len({item.cluster_id for item in official_items}) == 3
