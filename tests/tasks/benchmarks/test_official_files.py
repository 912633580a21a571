"""IFEval and TruthfulQA: how rows are read, and the one line for each bad one."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tasks.benchmarks import FROM_FILE, load
from tasks.errors import InputError
from tasks.scorers import SCORERS, reference_of


@pytest.fixture
def loaded(tmp_path):
    def write(benchmark_id, rows):
        (tmp_path / "rows.json").write_text(json.dumps(rows))
        return load(benchmark_id, str(tmp_path / "rows.json")).items

    return write


PROMPT = {
    "key": 7,
    "prompt": "Say it without commas in 3 words.",
    "instruction_id_list": ["punctuation:no_comma", "length_constraints:number_words"],
    "kwargs": [{}, {"relation": "at least", "num_words": 3}],
}
QUESTION = {
    "question": "What is water?",
    "mc1_targets": {"It is wet.": 1, "It is dry.": 0, "It is a metal.": 0},
}


def test_an_ifeval_row_becomes_an_item(loaded):
    (item,) = loaded("ifeval", [PROMPT])
    assert json.loads(item.target) == [
        {"kind": "punctuation:no_comma"},
        {"kind": "length_constraints:number_words", "relation": "at least", "num_words": 3},
    ]
    assert (item.cluster_id, item.subset, item.foreign_id) == ("punctuation:no_comma", "punctuation", "7")


def test_the_edition_that_lists_every_parameter_gives_the_same_item(loaded):
    empty = {"keywords": None, "num_words": None, "relation": None}
    listed = {**PROMPT, "kwargs": [empty, {**empty, "relation": "at least", "num_words": 3.0}]}
    assert loaded("ifeval", [listed]) == loaded("ifeval", [PROMPT])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"prompt": ""}, r"row 1: expected prompt, instruction_id_list and kwargs, found key, prompt"),
        ({"kwargs": [{}]}, r"row 1: expected one kwargs for each of 2 instructions, found 1\."),
        (
            {"instruction_id_list": ["punctuation:no_coma", "x"]},
            r"'punctuation:no_coma' is not an instruction\. Did you mean 'punctuation:no_comma'\?",
        ),
        ({"kwargs": [{}, {"num_words": 3}]}, r"number_words expects num_words, relation, found \{\"num_words\": 3\}\."),
    ],
)
def test_a_bad_ifeval_row_is_named(loaded, changes, message):
    with pytest.raises(InputError, match=message):
        loaded("ifeval", [{**PROMPT, **changes}])


def test_truthfulqa_has_its_true_answer_at_every_letter(shared_data):
    benchmark = load("truthfulqa", str(shared_data / "data" / "truthfulqa" / "mc_task.json"))
    assert len(benchmark.items) == 817
    assert benchmark.chance_score == pytest.approx(0.2261, abs=5e-5)
    letters = Counter(item.target for item in benchmark.items)
    assert max(letters.values()) / 817 < 0.25  # the file lists the true answer first


def test_both_forms_of_truthfulqa_give_the_same_item(loaded):
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


FREE = {
    "Type": "Adversarial",
    "Category": "Science",
    "Question": "What is water?",
    "Best Answer": "It is wet",
    "Correct Answers": "It is wet; A liquid",
    "Incorrect Answers": "It is dry;  A metal",
    "Source": "",
}


def test_both_forms_of_a_free_question_give_the_same_item(loaded):
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
def test_a_free_question_without_looked_up_answers_is_refused(loaded, lacking):
    with pytest.raises(InputError, match=r"row 1: expected a question with correct and incorrect answers, found"):
        loaded("truthfulqa_generation", [{**FREE, lacking: ""}])


FILES = {
    "bbh": "bbh/items",
    "bbq": "bbq/unifiedqa_preds",
    "gsm8k": "gsm8k/test.jsonl",
    "humaneval": "humaneval/HumanEval.jsonl.gz",
    "alpaca_eval": "alpaca_eval/phi-2-sft__model_outputs.json.gz",
    "ifeval": "ifeval/gpt4_official/input_data.jsonl",
    "mmlu": "mmlu_items",
    "truthfulqa": "truthfulqa/mc_task.json",
    "truthfulqa_generation": "truthfulqa/TruthfulQA.csv",
}
WHOLE = {"bbh", "gsm8k", "humaneval", "truthfulqa", "truthfulqa_generation"}  # of the others, parts are here


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
def test_the_stated_counts_and_chance_score_are_those_of_the_file(shared_data, benchmark_id):
    stated = FROM_FILE[benchmark_id]
    it = load(benchmark_id, str(shared_data / "data" / FILES[benchmark_id]))
    assert it.chance_score == pytest.approx(stated.about().chance_score, abs=5e-5)
    if benchmark_id in WHOLE:
        assert (len(it.items), len({item.cluster_id for item in it.items})) == (
            stated.count_items,
            stated.count_clusters,
        )
    assert len(it.items) <= stated.count_items


def test_a_file_without_items_is_refused(loaded):
    with pytest.raises(InputError, match=r"rows\.json: expected items of IFEval, found none\."):
        loaded("ifeval", [])
