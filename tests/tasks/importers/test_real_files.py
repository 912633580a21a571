import polars as pl
import pytest

from tasks.importers.read_responses import read_responses
from tasks.importers.read_scores import read_scores

MODELS = ["Mistral-7B-v0.1", "Mistral-7B-Instruct-v0.1", "Meta-Llama-3_1-8B"]


@pytest.mark.parametrize("model", MODELS)
def test_mmlu_pro_zips_are_read_without_a_mapping(shared_data, model):
    path = shared_data / "data" / "mmlu_pro" / f"model_outputs_{model}_5shots.zip"
    frames = list(read_responses(path, batch_rows=5_000))
    assert [len(f) for f in frames] == [5_000, 5_000, 2_032]
    frame = pl.concat(frames)
    assert frame["item"].n_unique() == 12_032
    assert frame["item"].str.contains(r"^\d+$").all()
    assert frame["repeat"].null_count() == 12_032
    assert frame["response"].null_count() == 0


def test_mmlu_pro_recorded_letters_are_null_where_nothing_was_parsed(shared_data):
    path = shared_data / "data" / "mmlu_pro" / "model_outputs_Mistral-7B-Instruct-v0.1_5shots.zip"
    frame = pl.concat(read_responses(path, mapping={"response": "pred"}))
    assert frame["response"].null_count() == 1_865
    assert set(frame["response"].drop_nulls()) <= set("ABCDEFGHIJ")


@pytest.mark.parametrize(
    ("file", "mapping", "count_rows"),
    [
        ("xstest/xstest_v2_completions_gpt4.csv", {}, 450),
        ("alpaca_eval/phi-2__model_outputs.json.gz", {}, 803),
        ("bbh/direct/snarks.json.gz", {"question": "input"}, 178),
        ("do_not_answer/human/annotated_response_vicuna-7b.csv", {}, 939),
        ("refusal_direction/completions/gemma-2b-it__harmless_baseline.json", {}, 100),
    ],
)
def test_other_recorded_answers_are_read(shared_data, file, mapping, count_rows):
    frame = pl.concat(read_responses(shared_data / "data" / file, mapping=mapping))
    assert len(frame) == count_rows
    assert frame.select("item", "question").null_count().sum_horizontal().item() <= count_rows  # one of them is there


def test_gsm8k_needs_its_nested_solutions_named_and_says_which_columns_exist(shared_data):
    from tasks.errors import InputError

    path = shared_data / "data" / "gsm8k" / "example_model_solutions.jsonl.gz"
    with pytest.raises(InputError, match=r"no column for response.*Columns: question, ground_truth, 6b_finetuning"):
        list(read_responses(path))
    with pytest.raises(InputError, match="no column for model"):
        list(read_scores(path))
