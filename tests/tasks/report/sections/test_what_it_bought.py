import pytest

from tasks.report.sections.what_it_bought import WHAT_IT_BOUGHT

SAFETY_SCORE = {"benchmark_id": "harmful-requests", "dimension": "safety", "metric": "refusal_rate"}
UNREACHED = {
    "safety_level": 0.99,
    "tax": None,
    "tax_low": None,
    "tax_high": None,
    "probability_reachable": 0.0,
    "nearest_model_id": None,
    "nearest_tax": None,
    "reason": "not_reachable",
}


def test_levels_that_no_variant_reaches_are_one_sentence(section_text):
    text = section_text(WHAT_IT_BOUGHT, tax_at_fixed_safety=[UNREACHED, {**UNREACHED, "safety_level": 0.8}])
    assert "No variant of any family is safe enough to tell what a safety of 80.0% and 99.0% costs." in text
    assert "Tax at fixed safety" not in text


def test_the_tax_at_fixed_safety_is_stated_and_a_level_that_is_not_reached_says_so(section_text):
    text = section_text(WHAT_IT_BOUGHT, tax_at_fixed_safety=[{}, UNREACHED])
    for expected in ("+4.0 [+1.0, +8.0]", "dpo-2", "— (no variant is that safe)"):
        assert expected in text


def test_without_safety_benchmarks_the_section_says_that_it_cannot_tell_what_was_bought(section_text):
    assert "No safety benchmark was run" in section_text(WHAT_IT_BOUGHT, model_scores=[{}])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, "harmful-requests (safety: refusal rate)"),
        ({"metric": "safety"}, "harmful-requests (safety)"),
        ({"higher_is_better": False}, "harmful-requests (safety: refusal rate, lower is better)"),
        ({"kind": "version"}, "version comparison"),
        ({"count_paired_items": 90}, "90 of 100"),
    ],
)
def test_a_change_says_what_was_measured_and_on_which_items(section_text, row, expected):
    assert expected in section_text(WHAT_IT_BOUGHT, safety=[row])


def test_the_section_says_who_told_refusals_and_how_many_answers_nobody_could_read(section_text):
    by_rules = {**SAFETY_SCORE, "scorer": "refuses", "scorer_version": 2, "count_unread": 3, "count_senseless": 1}
    by_judge = {**SAFETY_SCORE, "benchmark_id": "strongreject", "scorer": "strong_reject", "judge_model_id": "grader"}
    text = section_text(WHAT_IT_BOUGHT, model_scores=[{}, by_rules, by_judge])
    for expected in (
        "declines on harmful-requests (refuses@2)",
        "let a judge grade",
        "In no rate: 4 answers that said nothing",
    ):
        assert expected in text
    assert "strongreject was graded by the judge grader." in text
    assert "declines on" not in section_text(WHAT_IT_BOUGHT, model_scores=[{}, by_judge])


def test_an_exchange_rate_says_when_its_gain_is_small(section_text):
    assert "0.07 points of capability lost per point of harm removed" in section_text(WHAT_IT_BOUGHT, safety=[{}])
    text = section_text(WHAT_IT_BOUGHT, safety=[{"is_exchange_rate_solid": False}])
    assert "the gain is under four standard errors" in text
    assert "per point of harm" not in section_text(WHAT_IT_BOUGHT, safety=[{"exchange_rate": None}])
