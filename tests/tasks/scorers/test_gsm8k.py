"""The three rules of GSM8K, case by case, and against the authors' own verdicts on stored solutions."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from statistics import mean

import pytest

from tasks.benchmarks import load
from tests.support.verdicts import value, verdict


@pytest.mark.parametrize(
    ("text", "authors", "strict", "flexible"),
    [
        ("Add.\n#### 1,018", 1.0, 1.0, 1.0),
        ("Add.\nA: 1018", 1.0, None, 1.0),
        ("#### 1018\nI hope this helps.", 1.0, 1.0, 1.0),
        ("#### 1018\n\nLet me know if you need 3 more.", 1.0, 1.0, 0.0),
        ("#### 1018\nCheck: 1000 + 18 = 1018.", 1.0, 1.0, 1.0),
        ("#### 1018\n\nQuestion: another\nAnswer: 5\n#### 5", 1.0, 1.0, 0.0),
        ("#### 1018\n\n#### Check\n3 of 5", 1.0, 1.0, 0.0),
        ("#### Step 1\n1000 + 18\n#### 1018", 1.0, 1.0, 1.0),
        ("The answer is\n#### 1018 eggs", 1.0, 1.0, 1.0),
        ("#### 17\nWait: 18.\n#### 1018", 0.0, 0.0, 1.0),
        ("Add.\nA: 1018\n\nQ: How many more?\nA: 5", 1.0, None, 0.0),
        ("A: 1000 and 18\nA: 1018", 1.0, None, 1.0),
        ("####1018", 1.0, None, 1.0),
        ("#### $1018", None, None, 1.0),
        ("#### 1018.", 0.0, 1.0, 1.0),
        ("#### 1018.0", 0.0, 0.0, 0.0),
        ("It costs $1,018.", None, None, 1.0),
        ("It costs 1018 for 3", None, None, 0.0),
        ("Nothing.", None, None, None),
        ("None of it ...", None, None, 0.0),
    ],
)
def test_each_rule_accepts_what_its_authors_accept(text, authors, strict, flexible):
    values = [verdict(name, "1018", text).value for name in ("gsm8k", "gsm8k_strict", "gsm8k_flexible")]
    assert values == [authors, strict, flexible]


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
def test_every_verdict_equals_the_authors(solutions, name):
    assert len(solutions) == 5_276
    assert [
        text for target, _, text, is_correct in solutions if bool(value(name, target, text)) is not is_correct
    ] == []


def test_the_accuracies_equal_the_published_ones(solutions):
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


def test_the_strict_rule_finds_nothing_in_solutions_with_another_marker(solutions):
    assert not any(value("gsm8k_strict", target, text) for target, _, text, _ in solutions)
