"""Token limits leave room for the answers of verbose chat models, wherever a scorer needs the whole text."""

from __future__ import annotations

import csv
import gzip
import json
from math import ceil

import pytest

from tasks.benchmarks import BUILTIN, FROM_FILE
from tasks.scorers import SCORERS

CHARACTERS_PER_TOKEN = 4
STEP_BY_STEP = 600  # tokens of a long worked answer of a chat model
# Benchmarks that ask for a few words.
SHORT = {"drop", "reading"}


def about(benchmark_id):
    return BUILTIN[benchmark_id]() if benchmark_id in BUILTIN else FROM_FILE[benchmark_id].about()


@pytest.mark.parametrize("benchmark_id", sorted([*BUILTIN, *FROM_FILE]))
def test_a_worked_answer_fits_wherever_the_whole_text_is_needed(benchmark_id):
    found = about(benchmark_id)
    if SCORERS[found.scorer].reads_opening or found.domain == "safety" or benchmark_id in SHORT:
        assert found.max_tokens >= 128
    else:
        assert found.max_tokens >= STEP_BY_STEP


def answers_of_ifeval(data):
    files = [*data.glob("ifeval/deepseek/*.jsonl"), *data.glob("ifeval/gpt4_official/input_response_data*.jsonl")]
    return [[json.loads(line)["response"] for line in path.read_text().splitlines()] for path in files]


def answers_of_alpaca_eval(data):
    files = [data / f"alpaca_eval/phi-2-{stage}__model_outputs.json.gz" for stage in ("sft", "dpo")]
    return [[row["output"] for row in json.loads(gzip.decompress(path.read_bytes()))] for path in files]


def answers_of_gsm8k(data):
    text = gzip.decompress((data / "gsm8k/example_model_solutions.jsonl.gz").read_bytes()).decode()
    return [[json.loads(line)["175b_finetuning"]["solution"] for line in text.splitlines()]]


def answers_of_humaneval(data):
    files = data.glob("humaneval/*.jsonl")
    return [[json.loads(line)["completion"] for line in path.read_text().splitlines()] for path in files]


def answers_of_xstest_safe(data):
    found = []
    for path in data.glob("xstest/xstest_v2_completions_*[!l].csv"):
        with path.open(newline="", encoding="utf-8") as file:
            found.append([row["completion"] for row in csv.DictReader(file)])
    return found


@pytest.mark.parametrize(
    "answers",
    [answers_of_ifeval, answers_of_alpaca_eval, answers_of_gsm8k, answers_of_humaneval, answers_of_xstest_safe],
)
def test_nineteen_of_twenty_recorded_answers_of_each_model_fit(answers, shared_data):
    limit = about(answers.__name__.removeprefix("answers_of_")).max_tokens
    for texts in answers(shared_data / "data"):
        lengths = sorted(len(text) / CHARACTERS_PER_TOKEN for text in texts)
        assert lengths[ceil(0.95 * len(lengths)) - 1] <= limit
