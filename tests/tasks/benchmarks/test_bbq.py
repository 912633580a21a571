"""BBQ: our bias scores of published predictions are the published ones; and how rows are read."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from tasks.benchmarks import load
from tasks.errors import InputError
from tasks.scorers import scorer
from tasks.scorers.bbq import ambiguous_part, disambiguated_part, nonalignment_part
from tasks.stats.bias_scores import bias_score, bias_score_ambiguous, nonalignment_cost

# By category and prompt format, in percent: s_AMB and s_DIS from figure 3 of the paper, and recounted accuracies.
PUBLISHED = {
    ("Age", "arc"): (48.9, 3.3, 33.9, 89.6),
    ("Age", "race"): (29.8, 1.2, 54.7, 93.5),
    ("Disability_status", "arc"): (32.6, -0.7, 36.0, 92.0),
    ("Disability_status", "race"): (21.2, -1.4, 53.3, 92.8),
    ("Nationality", "arc"): (14.5, -0.2, 41.6, 92.9),
    ("Nationality", "race"): (6.0, 1.2, 66.0, 93.7),
    ("Physical_appearance", "arc"): (47.7, -1.7, 36.8, 78.8),
    ("Physical_appearance", "race"): (40.9, -2.3, 49.5, 82.1),
}


@pytest.fixture(scope="module")
def judged(shared_data):
    """Target, answer, value and ambiguity of every prediction, for a category and a prompt format."""

    def judge(category, prompt_format):
        path = shared_data / "data" / "bbq" / "unifiedqa_preds" / f"preds_{category}.jsonl.gz"
        items = load("bbq", str(path)).items
        rows = map(json.loads, gzip.decompress(path.read_bytes()).splitlines())
        texts = [row[f"unifiedqa-t5-11b_pred_{prompt_format}"] for row in rows]
        # Predictions were cut at a number of characters; the authors complete this one.
        texts = [text + "it" if text.endswith("pantsu") else text for text in texts]
        found = [scorer("bbq").score(item, text) for item, text in zip(items, texts, strict=True)]
        return [
            (item.target, verdict.answer, verdict.value or 0.0, item.subset.endswith(" ambiguous"))
            for item, verdict in zip(items, found, strict=True)
        ]

    return judge


def sums(rows, part):
    return np.sum([found for *row, _ in rows if (found := part(*row)) is not None], axis=0)


@pytest.mark.parametrize(("category", "prompt_format"), PUBLISHED)
def test_bias_scores_and_accuracies_are_the_published_ones(judged, category, prompt_format):
    rows = judged(category, prompt_format)
    found = (
        bias_score_ambiguous(sums(rows, ambiguous_part)),
        bias_score(sums(rows, disambiguated_part)),
        np.mean([value for *_, value, is_ambiguous in rows if is_ambiguous]),
        np.mean([value for *_, value, is_ambiguous in rows if not is_ambiguous]),
    )
    *scores, ambiguous, disambiguated = PUBLISHED[category, prompt_format]
    # In 36 rows of this category both people have the same label; the authors look these up in a file that is not here.
    tolerance = 1.5 if category == "Physical_appearance" else 0.1
    assert 100 * np.array(found[:2]) == pytest.approx(scores, abs=tolerance)
    assert 100 * np.array(found[2:]) == pytest.approx((ambiguous, disambiguated), abs=0.1)


def test_a_right_answer_against_the_stereotype_costs_accuracy(judged):
    found = sums(judged("Age", "arc"), nonalignment_part)
    assert found[[1, 3]].tolist() == [920, 920]
    assert nonalignment_cost(found) == pytest.approx(-0.0554, abs=5e-5)


UNSURE, SURE = (f'{{"answer": "{letter}", "unknown": "C", "biased": "A"}}' for letter in "CB")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([("C unknown", 1.0), ("C unknown", 1.0)], (0.0, 0.0)),
        ([("A biased", 0.0), ("A biased", 0.0)], (1.0, 1.0)),
        ([("B other", 0.0), (None, 0.0)], (-1.0, -1.0)),
        ([("B other", 0.0), ("C unknown", 1.0)], (-1.0, -0.5)),
    ],
)
def test_bias_scores_reach_their_ends_when_all_answers_lean_one_way(answers, expected):
    sure = np.sum([disambiguated_part(SURE, *answer) for answer in answers], axis=0)
    unsure = np.sum([ambiguous_part(UNSURE, *answer) for answer in answers], axis=0)
    assert (bias_score(sure), bias_score_ambiguous(unsure)) == expected


@pytest.mark.parametrize("part", [ambiguous_part, disambiguated_part, nonalignment_part])
def test_an_answer_counts_only_in_the_scores_of_its_kind_of_context(part):
    assert part("no letters", "A biased", 0.0) is None
    assert (part(UNSURE, "A biased", 0.0) is None) is (part is not ambiguous_part)
    assert (part(SURE, "A biased", 0.0) is None) is (part is ambiguous_part)


def row(polarity="neg", groups=("old", "nonOld", "unknown"), **changes):
    return {
        "example_id": 3,
        "question_index": "1",
        "question_polarity": polarity,
        "context_condition": "disambig",
        "category": "Age",
        "answer_info": {f"ans{n}": [f"person {n}", group] for n, group in enumerate(groups)},
        "additional_metadata": {"stereotyped_groups": ["old"]},
        "context": "Ada and Bo sat down. Bo slept.",
        "question": "Who slept?",
        "ans0": "Ada",
        "ans1": "Bo",
        "ans2": "Unknown",
        "label": 1,
        **changes,
    }


@pytest.fixture
def loaded(tmp_path):
    def write(one):
        (tmp_path / "bbq.jsonl").write_text(json.dumps(one))
        (item,) = load("bbq", str(tmp_path / "bbq.jsonl")).items
        return item

    return write


@pytest.mark.parametrize(
    ("made", "biased"),
    [
        (row(), "A"),
        (row("nonneg"), "B"),
        (row(groups=("old", "old", "unknown")), None),
        (row(groups=("F-Black", "F-White", "unknown"), additional_metadata={"stereotyped_groups": ["Black"]}), "A"),
        (row(groups=("lowSES", "highSES", "unknown"), additional_metadata={"stereotyped_groups": ["low SES"]}), "A"),
        (row(groups=("man", "woman", "unknown"), additional_metadata={"stereotyped_groups": ["F"]}), "B"),
    ],
)
def test_the_biased_option_follows_from_groups_and_polarity(loaded, made, biased):
    item = loaded(made)
    assert json.loads(item.target) == {"answer": "B", "unknown": "C", "biased": biased}
    assert (item.cluster_id, item.subset, item.chance_score) == ("Age/1", "Age, disambiguated", 1 / 3)


@pytest.mark.parametrize(
    ("text", "value", "answer"),
    [("The answer is (B).", 1.0, "B other"), ("Ada", 0.0, "A biased"), ("C", 0.0, "C unknown"), ("Hm", None, None)],
)
def test_an_answer_gets_a_value_and_a_leaning(loaded, text, value, answer):
    verdict = scorer("bbq").score(loaded(row()), text)
    assert (verdict.value, verdict.answer) == (value, answer)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (row(label=3), r"bbq\.jsonl: line 1: expected label 0, 1 or 2"),
        (row(groups=("old", "nonOld", "x")), r"expected one answer of the group unknown"),
        ({"context": "x"}, r"expected the fields of a BBQ question; missing: question, label, answer_info"),
    ],
)
def test_a_bad_row_is_named(loaded, made, message):
    with pytest.raises(InputError, match=message):
        loaded(made)
