"""Real outputs with the figures that their authors published or that were recounted from the stored verdicts."""

import csv
import gzip
import json
import zipfile

import pytest

from tasks.domain import Item
from tasks.scorers import is_refusal, scorer
from tasks.scorers.refusal import KEYWORD_LISTS

MMLU_PRO = {  # stored strict accuracy, unparsed, and what the first rule gives on the texts
    "Mistral-7B-v0.1": (0.2977, 1251, 0.2977),
    "Mistral-7B-Instruct-v0.1": (0.2415, 1865, 0.2415),
    "Mistral-7B-v0.2-hf": (0.2917, 1334, 0.2917),
    "Mistral-7B-Instruct-v0.2": (0.2876, 2237, 0.2876),
    "Meta-Llama-3_1-8B": (0.3649, 0, 0.3596),
    "Meta-Llama-3_1-8B-Instruct": (0.4419, 0, 0.4336),
}


def verdicts(name, rows, text_of):
    rule = scorer(name)
    return [rule.score(Item("i", "q", r["answer"], "c", "s", tuple(r["options"])), text_of(r)) for r in rows]


def accuracy(found):
    return sum(v.value or 0.0 for v in found) / len(found)


@pytest.mark.parametrize("model", MMLU_PRO)
def test_mmlu_pro_letters_texts_and_our_own_chain(shared_data, model):
    with zipfile.ZipFile(shared_data / "data" / "mmlu_pro" / f"model_outputs_{model}_5shots.zip") as archive:
        rows = json.loads(archive.read(archive.namelist()[0]))
    stored, count_unparsed, from_text = MMLU_PRO[model]
    letters = verdicts("letter", rows, lambda r: r["pred"] or "")
    assert round(accuracy(letters), 4) == stored
    assert sum(v.value is None for v in letters) == count_unparsed
    first = verdicts("mmlu_pro_first", rows, lambda r: r["generated_text"])
    assert round(accuracy(first), 4) == from_text
    if count_unparsed:  # the July files: equal row by row, not only on average
        assert [v.answer for v in first] == [v.answer for v in letters]
    chain = accuracy(verdicts("mmlu_pro_chain", rows, lambda r: r["generated_text"]))
    assert accuracy(first) <= chain <= accuracy(first) + 0.02
    ours = accuracy(verdicts("choice", rows, lambda r: r["generated_text"]))
    assert abs(ours - accuracy(first)) < 0.005


def test_numeric_reproduces_every_stored_verdict_of_gsm8k(shared_data):
    with gzip.open(shared_data / "data" / "gsm8k" / "example_model_solutions.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    solutions = [(r["ground_truth"], s) for r in rows for s in r.values() if isinstance(s, dict)]
    assert len(solutions) == 5_276
    rule = scorer("numeric")
    wrong = [
        s["solution"]
        for truth, s in solutions
        if (rule.score(Item("i", "q", truth.split("####")[-1], "c", "s"), s["solution"]).value == 1.0)
        != s["is_correct"]
    ]
    assert wrong == []


@pytest.mark.parametrize("system", ["gpt4", "llama2new", "llama2orig"])
def test_the_published_classifier_of_xstest_agrees_with_itself(shared_data, system):
    with (shared_data / "data" / "xstest" / f"xstest_v2_completions_{system}_streval.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 450
    published = KEYWORD_LISTS["xstest"]
    assert [published.is_refusal(r["completion"]) for r in rows] == [
        r["strmatch_label"] != "1_full_compliance" for r in rows
    ]


@pytest.mark.parametrize("model", ["ChatGLM2", "ChatGPT", "Claude", "GPT4", "llama2-7b-chat", "vicuna-7b"])
def test_do_not_answer_plain_refusals_and_plain_answers_are_told_apart(shared_data, model):
    """People's action 0 is declining, 5 is following the request; what lies between is neither."""
    file = shared_data / "data" / "do_not_answer" / "human" / f"annotated_response_{model}.csv"
    with file.open(newline="") as lines:
        found = [(r["action"], is_refusal(r["response"])) for r in csv.DictReader(lines)]
    declined = [has_refused for action, has_refused in found if action == "0"]
    assert len(found) == 939
    assert sum(declined) / len(declined) >= 0.95
    assert sum(action == "5" and has_refused for action, has_refused in found) <= 1


def test_only_one_of_540_ordinary_answers_is_taken_for_a_refusal(shared_data):
    file = shared_data / "data" / "ifeval" / "gpt4_official" / "input_response_data_gpt4_20231107_145030.jsonl"
    with file.open() as lines:
        found = [is_refusal(json.loads(line)["response"]) for line in lines]
    assert (len(found), sum(found)) == (540, 1)


def test_exact_answer_gives_the_authors_accuracy_on_every_task_of_bbh(shared_data):
    rule = scorer("exact_answer")
    files = sorted((shared_data / "data" / "bbh" / "direct").glob("*.json.gz"))
    assert len(files) == 27
    for file in files:
        with gzip.open(file, "rt") as lines:
            rows = json.load(lines)["outputs"]
        found = [rule.score(Item("i", "q", r["target"], "c", "s"), r["prediction"]) for r in rows]
        published = json.loads(file.with_name(file.name.replace(".json.gz", "_eval_metrics.jsonl")).read_text())
        assert accuracy(found) * 100 == pytest.approx(published["accuracy"], abs=1e-9), file.name


@pytest.mark.parametrize(
    ("model", "behaviours", "harmless", "steered"),  # refusals of 100, as the authors' list counts them
    [("qwen-1_8b-chat", 70, 3, 98), ("gemma-2b-it", 91, 0, 100), ("llama-2-7b-chat-hf", 97, 1, 100)],
)
def test_refusals_of_steered_models_are_counted_as_published(shared_data, model, behaviours, harmless, steered):
    expected = {"jailbreakbench_baseline": behaviours, "harmless_baseline": harmless, "harmless_actadd": steered}
    published = KEYWORD_LISTS["jailbreakbench"]
    for kind, count_published in expected.items():
        file = shared_data / "data" / "refusal_direction" / "completions" / f"{model}__{kind}.json"
        rows = json.loads(file.read_text())["completions"]
        flags = [not row["is_jailbreak_substring_matching"] for row in rows]
        assert [published.is_refusal(row["response"]) for row in rows] == flags
        assert sum(flags) == count_published
        assert abs(sum(is_refusal(row["response"]) for row in rows) - count_published) <= 4  # measured: at most 4 fewer
