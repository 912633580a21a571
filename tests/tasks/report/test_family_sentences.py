"""The sentence of each family on the first screen."""

import pytest

from tasks.report.page_opening import SOURCES, opening_of

COSTS = {
    "scope": "all capability",
    "weighting": "macro",
    "candidate_model_id": "llama-dpo",
    "tax_absolute": 0.145,
    "tax_absolute_low": 0.105,
    "tax_absolute_high": 0.184,
    "tax_at_most": 0.178,
    "is_significant": True,
}
BUYS = {"metric": "refusal", "change": 0.798, "change_low": 0.751, "change_high": 0.844}
PARTS = [
    {"component": component, "benchmark_id": benchmark, "tax_part": part, "tax_absolute": 0.1}
    for benchmark in ("gsm8k", "mmlu")
    for component, part in (("refusal", 0.03), ("wrong_answer", 0.07), ("format", -0.012), ("truncation", 0.001))
]


@pytest.fixture
def sentences(make_frames):
    """The families' sentences, with plain blanks and hyphens for minus signs."""

    def made(**rows):
        found = opening_of(make_frames(**rows).rows(SOURCES), "2026-11-20").families
        return [" ".join(text.split()).replace("\u2212", "-") for text in found]

    return made


def test_a_family_says_what_alignment_cost_bought_and_where_the_cost_is_from(sentences):
    assert sentences(overall_tax=[COSTS], safety=[BUYS], tax_decomposition=PARTS) == [
        (
            "llama: llama-dpo costs 14.5 points [10.5, 18.4] of capability and refuses 79.8 points [75.1, 84.4] more "
            "harmful requests; the cost is 7.0 points of wrong answers and 3.0 points of refused questions, less "
            "1.2 points of answers not found in the text; the cost is surely at most 17.8 points."
        )
    ]


def test_of_imported_scores_it_is_not_said_that_answers_were_wrong(sentences):
    imported = {"origin": "imported"}
    parts = [{**part, **imported} for part in PARTS]
    (told,) = sentences(overall_tax=[{**COSTS, **imported}], tax_decomposition=parts)
    assert "the cost is 7.0 points of lower scores and 3.0 points of refused questions" in told


def test_the_significant_pair_is_told_before_a_larger_tax_that_is_not(sentences):
    other = {**COSTS, "candidate_model_id": "llama-sft", "tax_absolute": 0.3, "is_significant": False}
    (told,) = sentences(overall_tax=[other, COSTS])
    assert told.startswith("llama: llama-dpo costs 14.5 points")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"tax_absolute": 0.004, "tax_absolute_low": -0.015, "tax_absolute_high": 0.023, "is_significant": False},
            "llama-dpo costs no capability that could be shown (a loss of 0.4 points [-1.5, 2.3])",
        ),
        (
            {"tax_absolute": -0.02, "tax_absolute_low": -0.03, "tax_absolute_high": -0.01},
            "llama-dpo gains 2.0 points [1.0, 3.0] of capability",
        ),
        (
            {"tax_absolute": -0.13, "tax_absolute_low": -0.19, "tax_absolute_high": -0.07, "tax_at_most": -0.082},
            "of capability; the gain is surely at least 8.2 points.",
        ),
        (
            {"tax_absolute": 0.0, "tax_absolute_low": -0.06, "tax_absolute_high": 0.06, "is_significant": False},
            "llama-dpo costs no capability that could be shown (a change of 0.0 points [-6.0, 6.0])",
        ),
        ({"tax_at_most": None}, "of capability."),
    ],
)
def test_a_tax_that_is_open_and_a_windfall_have_words_of_their_own(sentences, row, expected):
    (told,) = sentences(overall_tax=[{**COSTS, **row}])
    assert expected in told


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"change": -0.1, "change_low": -0.2, "change_high": -0.05}, "refuses 10.0 points [5.0, 20.0] fewer harmful"),
        ({"metric": "safety"}, "raises safety on harmful-requests by 79.8 points"),
        (
            {"change": 0.01, "change_low": -0.02, "change_high": 0.04, "is_significant": False},
            "shows no sure change in refused harmful requests (more by 1.0 points [-2.0, 4.0])",
        ),
        ({"change": None}, "its change in safety is unknown"),
    ],
)
def test_safety_is_told_in_its_direction(sentences, row, expected):
    (told,) = sentences(overall_tax=[COSTS], safety=[{**BUYS, **row}])
    assert expected in told


def test_of_many_families_four_have_a_sentence(sentences):
    told = sentences(overall_tax=[{**COSTS, "family": f"family-{n}"} for n in range(7)])
    assert len(told) == 5
    assert told[-1] == "3 more families: see the table of taxes."


def test_a_safety_that_is_unchanged_is_neither_more_nor_less(sentences):
    unchanged = {**BUYS, "change": 0.0, "change_low": -0.06, "change_high": 0.06, "is_significant": False}
    (told,) = sentences(overall_tax=[COSTS], safety=[unchanged])
    assert "shows no sure change in refused harmful requests (changed by 0.0 points [-6.0, 6.0])" in told
