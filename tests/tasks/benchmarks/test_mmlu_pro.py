"""MMLU-Pro: rows in every format, made up here, and the authors' own 12,032 questions with their duplicates."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections import Counter

import polars as pl
import pytest

from tasks.benchmarks.mmlu_pro import OFFICIAL as MMLU_PRO
from tasks.benchmarks.sampling import sample
from tasks.domain import Benchmark, PromptStyle, content_hash
from tasks.errors import InputError

FIRST_EDITION = "model_outputs_Mistral-7B-v0.1_5shots.zip"
LATER_EDITION = "model_outputs_Meta-Llama-3_1-8B_5shots.zip"


def row(question_id: int, **changes) -> dict[str, object]:
    base = {
        "question_id": question_id,
        "question": f"What is {question_id} plus one?",
        "options": [str(question_id + step) for step in range(4)],
        "answer": "B",
        "answer_index": 1,
        "cot_content": "",
        "category": "math" if question_id % 2 else "physics",
        "src": f"made-{question_id % 3}",
    }
    return {**base, **changes}


ROWS = [row(number) for number in range(70, 76)]
WORKED = [
    row(number, category=category, cot_content=f"A: We count on. {number} is followed by the next. The answer is (B).")
    for number, category in enumerate(["math", "math", "law", "art", "physics", "health", "history"])
]


def as_json(rows):
    return json.dumps(rows).encode()


def as_lines(rows):
    return "\n".join(json.dumps(one) for one in rows).encode()


def written(folder, name, rows):
    path = folder / name
    if name.endswith(".parquet"):
        pl.DataFrame(rows).write_parquet(path)
    elif name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("rows.json", as_json(rows))
    else:
        content = as_lines(rows) if ".jsonl" in name else as_json(rows)
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


@pytest.mark.parametrize(
    "name", ["t.json", "t.jsonl", "t.json.gz", "t.jsonl.gz", "t.parquet", "t.zip"], ids=lambda name: name[2:]
)
def test_every_format_gives_the_same_benchmark(tmp_path, name):
    expected = MMLU_PRO.load(written(tmp_path, "reference.json", ROWS))
    found = MMLU_PRO.load(written(tmp_path, name, ROWS))
    assert found == expected
    assert found.version == expected.version


def test_a_row_becomes_an_item(tmp_path):
    (item,) = MMLU_PRO.load(written(tmp_path, "t.json", [row(71)])).items
    assert (item.question, item.choices, item.target) == ("What is 71 plus one?", ("71", "72", "73", "74"), "B")
    assert (item.subset, item.cluster_id, item.foreign_id, item.chance_score) == ("math", "math", "71", 0.25)


def test_items_can_be_grouped_by_source(tmp_path):
    path = written(tmp_path, "t.json", ROWS)
    by_source = MMLU_PRO.load(path, cluster_by="src")
    assert {item.cluster_id for item in by_source.items} == {"made-0", "made-1", "made-2"}
    assert by_source.cluster_meaning == "src"
    assert by_source.version != MMLU_PRO.load(path).version


def test_chance_follows_the_number_of_choices(tmp_path):
    rows = [row(70), row(71, options=["a", "b"]), row(72, options=["a", "b", "N/A", "N/A"])]
    benchmark = MMLU_PRO.load(written(tmp_path, "t.json", rows))
    assert [item.chance_score for item in benchmark.items] == [0.25, 0.5, 0.5]
    assert benchmark.chance_score == pytest.approx(1.25 / 3)


def test_an_option_that_says_na_among_others_keeps_its_letter(tmp_path):
    rows = [row(70, options=["a", "N/A", "b"], answer="C", answer_index=2)]
    (item,) = MMLU_PRO.load(written(tmp_path, "t.json", rows)).items
    assert item.choices == ("a", "N/A", "b")


def test_duplicates_get_the_same_ids_in_any_order(tmp_path):
    duplicates = [row(number, question="Same?", options=["x", "y"]) for number in (70, 71, 72)]
    first = MMLU_PRO.load(written(tmp_path, "first.json", duplicates)).items
    second = MMLU_PRO.load(written(tmp_path, "second.json", duplicates[::-1])).items
    assert len({item.item_id for item in first}) == 3
    assert {item.foreign_id: item.item_id for item in first} == {item.foreign_id: item.item_id for item in second}


def test_the_letter_counts_when_the_index_contradicts_it(tmp_path):
    (item,) = MMLU_PRO.load(written(tmp_path, "t.json", [row(70, answer="C", answer_index=1)])).items
    assert item.target == "C"


def test_without_worked_rows_no_example_is_shown(tmp_path):
    benchmark = MMLU_PRO.load(written(tmp_path, "t.json", ROWS))
    assert benchmark.examples == ()
    text = benchmark.render(benchmark.items[0], PromptStyle.COMPLETION).text
    assert text.endswith("\n\nQuestion: What is 70 plus one?\nA. 70\nB. 71\nC. 72\nD. 73\nAnswer:")


def test_worked_rows_of_a_folder_become_five_examples_of_five_categories(tmp_path):
    written(tmp_path, "test.parquet", ROWS)
    written(tmp_path, "validation.parquet", WORKED)
    benchmark = MMLU_PRO.load(tmp_path)
    assert [item.foreign_id for item in benchmark.items] == ["70", "71", "72", "73", "74", "75"]
    assert [example.question[8:9] for example in benchmark.examples] == ["0", "2", "3", "4", "5"]
    assert benchmark.examples[0].question.endswith("\nA. 0\nB. 1\nC. 2\nD. 3")
    assert benchmark.examples[0].answer.startswith("We count on.")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row(70, answer="E")], r"row 70: expected the letter of an option, found answer 'E' for 4 options"),
        ([row(70, answer="")], r"found answer '' for 4 options"),
        ([{**row(70), "question_id": "x"}], r"row 'x': expected a whole number as question_id"),
        ([{"question_id": 3}], r"row 3: expected question_id, .*'src'\] missing"),
        (["text"], r"row 1 is not an object but str"),
        ([row(70), row(70)], r"row 2: the id '70' stands twice, first at .*: row 1\."),
        (WORKED, r"found only worked examples"),
        ([], r"expected items of MMLU-Pro, found none"),
    ],
    ids=["letter", "empty", "id", "fields", "text", "twice", "worked", "nothing"],
)
def test_bad_rows_are_refused_with_what_was_found(tmp_path, rows, message):
    with pytest.raises(InputError, match=message):
        MMLU_PRO.load(written(tmp_path, "t.json", rows))


@pytest.fixture(scope="module")
def first_edition(shared_data) -> Benchmark:
    return MMLU_PRO.load(shared_data / "data" / "mmlu_pro" / FIRST_EDITION)


def test_the_official_file_has_its_stated_sizes(first_edition):
    assert len(first_edition.items) == 12_032
    assert len({item.item_id for item in first_edition.items}) == 12_032
    assert len({item.foreign_id for item in first_edition.items}) == 12_032
    assert len({item.cluster_id for item in first_edition.items}) == 14
    assert Counter(item.subset for item in first_edition.items)["math"] == 1_351


def test_true_duplicates_are_separate_items(first_edition):
    contents = Counter(content_hash(item.question, item.choices, item.target) for item in first_edition.items)
    assert sum(count - 1 for count in contents.values()) == 159


def test_chance_is_one_over_the_number_of_choices(first_edition):
    assert Counter(len(item.choices) for item in first_edition.items)[10] == 9_981
    assert all(item.chance_score == 1 / len(item.choices) for item in first_edition.items)
    mean = sum(1 / len(item.choices) for item in first_edition.items) / 12_032
    assert first_edition.chance_score == pytest.approx(mean)


def test_the_official_file_has_91_sources(shared_data):
    by_source = MMLU_PRO.load(shared_data / "data" / "mmlu_pro" / FIRST_EDITION, cluster_by="src")
    assert len({item.cluster_id for item in by_source.items}) == 91


def test_two_editions_differ_in_14_items(first_edition, shared_data):
    later = MMLU_PRO.load(shared_data / "data" / "mmlu_pro" / LATER_EDITION)
    common = {item.item_id for item in first_edition.items} & {item.item_id for item in later.items}
    assert len(common) == 12_032 - 14
    assert later.version != first_edition.version


def test_a_sample_holds_every_category(first_edition):
    drawn = sample(first_edition, 280, seed=1)
    assert len({item.subset for item in drawn}) == 14
