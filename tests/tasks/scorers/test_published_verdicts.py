"""BBH, GSM8K and DROP: equal to their authors' own verdicts on recorded outputs of models."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from statistics import mean

import pytest

from tasks.benchmarks import load
from tasks.domain import Item
from tasks.scorers import scorer


def value(name, target, text):
    return scorer(name).score(Item("i", "q", target, "c", "s"), text).value or 0.0


def test_bbh_equals_the_authors_metric_on_every_task(shared_data):
    folder = shared_data / "data" / "bbh" / "direct"
    found, stated = {}, {}
    for path in folder.glob("*.json.gz"):
        task = path.name.removesuffix(".json.gz")
        outputs = json.loads(gzip.decompress(path.read_bytes()))["outputs"]
        found[task] = 100 * mean(value("bbh", row["target"], row["prediction"]) for row in outputs)
        stated[task] = json.loads((folder / f"{task}_eval_metrics.jsonl").read_text())["accuracy"]
    assert len(stated) == 27
    assert found == pytest.approx(stated, abs=1e-9)
    assert mean(found.values()) == pytest.approx(52.7597, abs=5e-5)


@pytest.fixture(scope="module")
def solutions(shared_data):
    """(reference answer's target, system, solution, verdict) of every recorded solution, joined by the question."""
    folder = shared_data / "data" / "gsm8k"
    targets = {item.question: item.target for item in load("gsm8k", str(folder / "test.jsonl")).items}
    with gzip.open(folder / "example_model_solutions.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        (targets[row["question"]], system, said["solution"], said["is_correct"])
        for row in rows
        for system, said in row.items()
        if isinstance(said, dict)
    ]


@pytest.mark.parametrize("name", ["gsm8k", "gsm8k_flexible"])
def test_gsm8k_equals_every_verdict(solutions, name):
    assert len(solutions) == 5_276
    assert [text for target, _, text, verdict in solutions if bool(value(name, target, text)) is not verdict] == []


def test_gsm8k_accuracies_are_the_published_ones(solutions):
    by_system = defaultdict(list)
    for target, system, text, _ in solutions:
        by_system[system].append(value("gsm8k", target, text))
    published = {
        "6b_finetuning": 21.6831,
        "6b_verification": 39.0447,
        "175b_finetuning": 34.7233,
        "175b_verification": 56.2547,
    }
    assert {system: 100 * mean(values) for system, values in by_system.items()} == pytest.approx(published, abs=5e-5)


def test_gsm8k_strict_finds_nothing_in_solutions_with_another_marker(solutions):
    assert not any(value("gsm8k_strict", target, text) for target, _, text, _ in solutions)


# F1 and, where the README states it, the count of exact matches among 100 items.
DROP = {
    ("zeroshot", "gpt-xl"): (26.62, None),
    ("zeroshot", "gpt-6b"): (33.25, None),
    ("zeroshot", "gpt-175b"): (44.75, 36),
    ("zeroshot", "sft-175b"): (23.52, 2),
    ("zeroshot", "ppo-noptx-175b"): (22.53, 4),
    ("zeroshot", "ppo-ptx-175b"): (28.19, 5),
    ("fewshot", "gpt-175b"): (51.63, 46),
    ("fewshot", "sft-175b"): (54.97, 43),
    ("fewshot", "ppo-noptx-175b"): (46.45, 31),
    ("fewshot", "ppo-ptx-175b"): (49.27, 36),
}


@pytest.fixture(scope="module")
def drop_values(shared_data):
    """Values by metric, prompt and model; right answers are separated by "|"."""
    values = defaultdict(list)
    with (shared_data / "data" / "instructgpt" / "drop_samples.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            target = json.dumps([[answer] for answer in row["ref_text"].split("|")])
            for name in ("drop_f1", "drop_em", "squad_f1"):
                values[name, row["prompt_type"], row["model_type"]].append(value(name, target, row["sample"].strip()))
    return values


@pytest.mark.parametrize("cell", DROP)
def test_drop_gives_instructgpts_figures(drop_values, cell):
    f1, count_exact = DROP[cell]
    assert 100 * mean(drop_values["drop_f1", *cell]) == pytest.approx(f1, abs=0.005)
    assert count_exact in (None, sum(drop_values["drop_em", *cell]))


def test_drop_scores_all_twelve_models_in_both_prompts(drop_values):
    sizes = [len(values) for (name, _, _), values in drop_values.items() if name == "drop_f1"]
    assert sizes == [100] * 24


@pytest.mark.parametrize(
    ("prompt", "model", "expected"),
    [
        ("zeroshot", "gpt-175b", 44.68),
        ("zeroshot", "ppo-ptx-175b", 28.29),
        ("fewshot", "gpt-175b", 51.50),
        ("fewshot", "ppo-ptx-175b", 49.40),
    ],
)
def test_squad_f1_gives_the_recounted_figures(drop_values, prompt, model, expected):
    assert 100 * mean(drop_values["squad_f1", prompt, model]) == pytest.approx(expected, abs=0.006)
