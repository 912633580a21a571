"""MMLU, BBH, GSM8K and DROP in their official formats, with made-up rows."""

from __future__ import annotations

import json

import polars as pl
import pytest

from tasks.benchmarks import load
from tasks.domain import PromptStyle
from tasks.errors import InputError

MMLU_CELLS = {
    "data/test/anatomy_test.csv": 'How many arms?,one,two,"three, or so",four,B\n"A ""toe"" is?",a,b,c,d,D\n',
    "data/test/virology_test.csv": "Smallest?,1,2,3,None,A\n",
    "data/dev/anatomy_dev.csv": "".join(f"Shown {n}?,w,x,y,z,C\n" for n in range(6)),
    "data/val/anatomy_val.csv": "Never read?,w,x,y,z,C\n",
    "data/auxiliary_train/race.csv": "no question at all\n",
}
DROP = {
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


def written(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(folder)


def completion(benchmark, index):
    return benchmark.render(benchmark.items[index], PromptStyle.COMPLETION).text


def test_mmlu_reads_the_authors_files_and_nothing_of_their_training_questions(tmp_path):
    mmlu = load("mmlu", written(tmp_path, MMLU_CELLS))
    assert [(item.question, item.target, item.cluster_id, item.subset, item.foreign_id) for item in mmlu.items] == [
        ("How many arms?", "B", "anatomy", "other", "anatomy/0"),
        ('A "toe" is?', "D", "anatomy", "other", "anatomy/1"),
        ("Smallest?", "A", "virology", "other", "virology/0"),
    ]
    assert mmlu.items[0].choices == ("one", "two", "three, or so", "four")
    assert mmlu.items[2].choices[3] == "None"


def test_mmlu_shows_five_examples_of_the_items_own_subject(tmp_path):
    mmlu = load("mmlu", written(tmp_path, MMLU_CELLS))
    text = completion(mmlu, 0)
    assert text.count("\nAnswer: C\n") == 5
    assert "Question: Shown 4?\nA. w\nB. x\nC. y\nD. z\nAnswer: C\n\nQuestion: How many arms?\nA. one\n" in text
    assert completion(mmlu, 2).count("Shown") == 1, "a subject without examples is shown one of each other subject"


def test_other_examples_of_a_subject_are_another_version(tmp_path):
    first = load("mmlu", written(tmp_path / "a", MMLU_CELLS))
    changed = {**MMLU_CELLS, "data/dev/anatomy_dev.csv": "Shown 0?,w,x,y,z,C\n"}
    assert load("mmlu", written(tmp_path / "b", changed)).version != first.version


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("all/test-00000-of-00001.parquet", {"subject": "anatomy", "choices": list("wxyz"), "answer": 2}),
        ("anatomy/test-00000-of-00001.parquet", {"choices": list("wxyz"), "answer": 2}),
        ("anatomy.test.parquet", {"A": "w", "B": "x", "C": "y", "D": "z", "target": "C"}),
    ],
)
def test_mmlu_reads_the_rows_of_data_sets(tmp_path, name, row):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    pl.DataFrame([{"question": "Q?", **row}]).write_parquet(tmp_path / name)
    (item,) = load("mmlu", str(tmp_path)).items
    assert (item.question, item.choices, item.target, item.cluster_id) == ("Q?", tuple("wxyz"), "C", "anatomy")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a_test.csv": "Q?,w,x,y,z,E\n"}, r"a_test\.csv: expected question, four choices and a letter"),
        ({"a_test.jsonl": '{"question": "Q?", "choices": ["w"], "answer": 0}'}, r"expected question, four choices"),
        ({"a_dev.csv": "Q?,w,x,y,z,A\n"}, r"expected test questions of MMLU, found 1 of the development split"),
    ],
)
def test_mmlu_refuses_what_is_no_question(tmp_path, files, message):
    with pytest.raises(InputError, match=message):
        load("mmlu", written(tmp_path, files))


def test_bbh_reads_tasks_with_their_worked_examples_and_no_recorded_answers(tmp_path):
    prompts = "canary\n-----\nSort words.\n\nQ: Sort: b a\nA: Let's think.\nSo the answer is a b.\n\nQ: Sort: c\nA: c"
    task = {"canary": "x", "examples": [{"input": "Sort: d c", "target": "c d"}]}
    options = {"examples": [{"input": "Which?\nOptions:\n(A) one\n(B) two\n(C) three", "target": "(B)"}]}
    files = {"bbh/word_sorting.json": task, "bbh/hyperbaton.json": options, "cot-prompts/word_sorting.txt": prompts}
    outputs = {"code-davinci-002-outputs/word_sorting.json": {"outputs": [{"input": "x", "target": "y"}]}}
    bbh = load("bbh", written(tmp_path, {**files, **outputs, "README.md": "x", "LICENSE.txt": "x"}))
    assert [(item.cluster_id, item.subset, item.chance_score) for item in bbh.items] == [
        ("hyperbaton", "hyperbaton", 1 / 3),
        ("word_sorting", "word_sorting", 0.0),
    ]
    shown = "Question: Sort: b a\nAnswer: Let's think.\nSo the answer is a b.\n\nQuestion: Sort: c\nAnswer: c\n\n"
    assert shown + "Question: Sort: d c\nAnswer:" in completion(bbh, 1)
    assert "Sort" not in completion(bbh, 0)


def test_bbh_refuses_recorded_answers(tmp_path):
    recorded = {"examples": [{"input": "x", "target": "y", "prediction": "z"}]}
    with pytest.raises(InputError, match=r"t\.json: expected rows of input and target, found \['input', 'prediction'"):
        load("bbh", written(tmp_path, {"t.json": recorded}))


def test_gsm8k_asks_the_test_split_and_shows_the_training_split_without_calculator_notes(tmp_path):
    test = {"question": "How many?", "answer": "2 + 2 = <<2+2=4>>4.\nSo four.\n#### 1,004"}
    train = {"question": "Shown?", "answer": "1 + 1 = <<1+1=2>>2.\n#### 2"}
    files = {"test.jsonl": test, "train.jsonl": train, "train_socratic.jsonl": {}, "example_solutions.jsonl": {}}
    gsm8k = load("gsm8k", written(tmp_path, files))
    assert [(item.question, item.target, item.subset) for item in gsm8k.items] == [("How many?", "1004", "2 steps")]
    assert "Question: Shown?\nAnswer: 1 + 1 = 2.\n#### 2\n\nQuestion: How many?\nAnswer:" in completion(gsm8k, 0)


def test_gsm8k_refuses_an_answer_without_its_marker(tmp_path):
    with pytest.raises(InputError, match=r"test\.jsonl: expected question and answer with ####"):
        load("gsm8k", written(tmp_path, {"test.jsonl": {"question": "Q?", "answer": "4"}}))


def test_drop_keeps_every_annotators_answer_and_the_passage_as_cluster(tmp_path):
    drop = load("drop", written(tmp_path, {"drop_dataset_dev.json": DROP}))
    assert [(item.subset, json.loads(item.target), item.foreign_id) for item in drop.items] == [
        ("number", [["5"]], "q1"),
        ("spans", [["cats", "dogs"], ["the cats"]], "q2"),
        ("date", [["2 May 1999"]], "q3"),
    ]
    assert {item.cluster_id for item in drop.items} == {"p1"}
    assert drop.items[0].question == "Ann has 3 cats and 2 dogs.\nHow many animals?"


def test_drop_shows_one_question_of_each_training_passage(tmp_path):
    drop = load("drop", written(tmp_path, {"drop_dataset_dev.json": DROP, "drop_dataset_train.json": DROP}))
    assert [example.answer for example in drop.examples] == ["5"]
    assert len(drop.items) == 3


def test_drop_reads_rows_whose_other_answers_are_columns(tmp_path):
    row = {
        "section_id": "p1", "passage": "P.", "question": "Q?", "query_id": "q", "answer": {"number": "5", "spans": []},
        "validated_answers": {"number": ["", "6"], "date": [{}, {}], "spans": [["five"], []]},
    }  # fmt: skip
    (item,) = load("drop", written(tmp_path, {"validation.jsonl": row})).items
    assert json.loads(item.target) == [["5"], ["five"], ["6"]]


@pytest.mark.parametrize("content", [{"p1": {"passage": "x"}}, {"p1": {"passage": "x", "qa_pairs": [{"answer": 1}]}}])
def test_drop_refuses_what_is_no_passage(tmp_path, content):
    with pytest.raises(InputError, match=r"dev\.json: expected (passages|questions)"):
        load("drop", written(tmp_path, {"dev.json": content}))
