"""DROP and SQuAD, case by case, and against InstructGPT's figures on stored answers."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain import Outcome
from tasks.scorers.spans import drop_exact, drop_f1, drop_normalised, squad_normalised
from tests.support.verdicts import value, verdict


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Cat-like animal!", "cat like animal"),
        ("$5 and 1,000", "5.0 and 1000.0"),
        ("5.50", "5.5"),
        ("an A-team", "team"),
        ("  ", ""),
        ("-3", "3.0"),
    ],
)
def test_drop_normalises_token_by_token(text, expected):
    assert drop_normalised(text) == expected


@pytest.mark.parametrize(
    ("said", "gold", "f1", "exact"),
    [
        (["5 yards"], ["5"], 0.67, 0.0),
        (["6 yards"], ["5 yards"], 0.0, 0.0),
        (["dogs", "cats"], ["cats", "dogs"], 1.0, 1.0),
        (["cats"], ["cats", "dogs"], 0.5, 0.0),
        (["cats", "cats"], ["cats"], 0.5, 0.0),
        (["big cats", "dogs"], ["dogs", "cats", "mice"], 0.56, 0.0),
        (["the"], ["a"], 1.0, 1.0),
        (["cats and dogs"], ["cats", "dogs"], 0.25, 0.0),
    ],
)
def test_drop_aligns_spans_one_to_one(said, gold, f1, exact):
    assert (drop_f1(said, gold), drop_exact(said, gold)) == (f1, exact)


@given(st.lists(st.text("ab 12-", max_size=8), min_size=1, max_size=4))
def test_drop_f1_of_the_right_spans_in_any_order_is_one(spans):
    assert drop_f1(spans[::-1], spans) == drop_exact(spans[::-1], spans) == 1.0


def test_drop_takes_the_best_alternative_and_several_spans_of_a_text():
    target = json.dumps([[" "], ["seven"], ["cats", "dogs"]])
    assert verdict("drop_f1", target, "dogs | cats").value == 1.0
    assert verdict("drop_em", target, "Seven.").value == 1.0
    assert verdict("drop_f1", target, "dogs").outcome is Outcome.PARTIAL
    assert verdict("drop_f1", target, " \n").outcome is Outcome.UNPARSED


@pytest.mark.parametrize(
    ("target", "text", "f1", "exact"),
    [
        ('["The old mill"]', "old mill.", 1.0, 1.0),
        ('["an old mill", "mill"]', "the mill", 1.0, 1.0),
        ("old mill", "a mill mill", 0.5, 0.0),
        ("[]", "", 1.0, 1.0),
        ("[]", "something", 0.0, 0.0),
        ('["mill"]', "", 0.0, 0.0),
    ],
)
def test_squad_compares_multisets_of_words(target, text, f1, exact):
    assert verdict("squad_f1", target, text).value == pytest.approx(f1)
    assert verdict("squad_em", target, text).value == exact


def test_squad_keeps_punctuation_that_is_not_ascii():
    assert squad_normalised("The «Cat», an-other") == "«cat» another"


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
