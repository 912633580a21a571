"""MMLU: its rows in every format, made up here, and the sizes of the authors' own files."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from tasks.benchmarks import load
from tasks.errors import InputError
from tests.support.benchmark_files import completion, write_files

CSV_FILES = {
    "data/test/anatomy_test.csv": 'How many arms?,one,two,"three, or so",four,B\n"A ""toe"" is?",a,b,c,d,D\n',
    "data/test/virology_test.csv": "Smallest?,1,2,3,None,A\n",
    "data/dev/anatomy_dev.csv": "".join(f"Shown {n}?,w,x,y,z,C\n" for n in range(6)),
    "data/val/anatomy_val.csv": "Never read?,w,x,y,z,C\n",
    "data/auxiliary_train/race.csv": "no question at all\n",
}


def test_only_the_test_questions_of_the_authors_files_become_items(tmp_path):
    mmlu = load("mmlu", write_files(tmp_path, CSV_FILES))
    assert [(item.question, item.target, item.cluster_id, item.subset, item.foreign_id) for item in mmlu.items] == [
        ("How many arms?", "B", "anatomy", "other", "anatomy/0"),
        ('A "toe" is?', "D", "anatomy", "other", "anatomy/1"),
        ("Smallest?", "A", "virology", "other", "virology/0"),
    ]
    assert mmlu.items[0].choices == ("one", "two", "three, or so", "four")
    assert mmlu.items[2].choices[3] == "None"


def test_five_examples_of_the_items_own_subject_are_shown(tmp_path):
    mmlu = load("mmlu", write_files(tmp_path, CSV_FILES))
    text = completion(mmlu, 0)
    assert text.count("\nAnswer: C\n") == 5
    assert "Question: Shown 4?\nA. w\nB. x\nC. y\nD. z\nAnswer: C\n\nQuestion: How many arms?\nA. one\n" in text
    assert completion(mmlu, 2).count("Shown") == 1, "a subject without examples is shown one of each other subject"


def test_a_change_of_the_worked_examples_changes_the_version(tmp_path):
    first = load("mmlu", write_files(tmp_path / "a", CSV_FILES))
    changed = {**CSV_FILES, "data/dev/anatomy_dev.csv": "Shown 0?,w,x,y,z,C\n"}
    assert load("mmlu", write_files(tmp_path / "b", changed)).version != first.version


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("all/test-00000-of-00001.parquet", {"subject": "anatomy", "choices": list("wxyz"), "answer": 2}),
        ("anatomy/test-00000-of-00001.parquet", {"choices": list("wxyz"), "answer": 2}),
        ("anatomy.test.parquet", {"A": "w", "B": "x", "C": "y", "D": "z", "target": "C"}),
    ],
)
def test_rows_of_data_sets_are_read(tmp_path, name, row):
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
def test_a_bad_row_is_refused_with_what_was_expected(tmp_path, files, message):
    with pytest.raises(InputError, match=message):
        load("mmlu", write_files(tmp_path, files))


@pytest.fixture(scope="module")
def official_items(shared_data):
    return load("mmlu", str(shared_data / "data" / "mmlu_items")).items


def test_subjects_have_their_official_sizes(official_items):
    sizes = {"abstract_algebra": 100, "formal_logic": 126, "high_school_biology": 310, "moral_scenarios": 895}
    assert Counter(item.cluster_id for item in official_items) == sizes
    assert Counter(item.subset for item in official_items) == {"stem": 410, "humanities": 1021}
