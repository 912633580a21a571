"""Contrast pairs: the shipped sets, and files of a user's own."""

from __future__ import annotations

import json

import pytest

from tasks.errors import AligntaxError
from tasks.weights.contrast_pairs import contrast_pairs

GOOD = {"positive": "Yes", "negative": "No"}


@pytest.mark.parametrize("name", ["refusal", "honesty", "sycophancy"])
def test_shipped_sets_hold_different_prompts(name):
    pairs = contrast_pairs(name)
    assert len({pair.prompt for pair in pairs}) == len(pairs) == 32


def test_a_prompt_may_be_left_out(tmp_path):
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(json.dumps({**GOOD, "positive": f"Yes {n}"}) for n in range(8)) + "\n\n")
    assert [pair.prompt for pair in contrast_pairs(str(path))] == [None] * 8


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("not json", "line 1: must be a JSON object"),
        ("[]", "line 1: must be a JSON object"),
        (json.dumps({"positive": "Yes"}), "must hold a text under 'negative'"),
        (json.dumps({**GOOD, "positive": " "}), "must hold a text under 'positive'"),
        (json.dumps({**GOOD, "negative": "Yes"}), "must differ"),
        (json.dumps({**GOOD, "prompt": 3}), "prompt must be a text"),
        (json.dumps(GOOD), "at least 8 pairs, found 1"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_place(tmp_path, line, said):
    path = tmp_path / "pairs.jsonl"
    path.write_text(line)
    with pytest.raises(AligntaxError) as error:
        contrast_pairs(str(path))
    assert said in str(error.value)


def test_an_unknown_set_is_told_the_nearest():
    with pytest.raises(AligntaxError, match="Did you mean 'refusal'"):
        contrast_pairs("refusals")
