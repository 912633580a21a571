import pytest

from tasks.report.row_wording import benchmark_title, flag_notes, paired_items, reason_in_words, tax_notes

TAX = {
    "kind": "tax",
    "tax_absolute": 0.056,
    "tax_absolute_low": 0.021,
    "tax_absolute_high": 0.091,
    "is_significant": True,
    "is_sign_rule_dependent": False,
    "flags": None,
    "prompt_style_reference": "chat",
    "prompt_style_candidate": "chat",
    "count_items": 200,
    "count_paired_items": 200,
    "bound_low": -0.04,
    "bound_high": 0.16,
    "identified_low": -0.06,
    "identified_high": 0.18,
    "se_method": "cr2_bm",
    "days_apart": 0,
    "origin": "endpoint",
    "reason": None,
}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, []),
        ({"kind": "version"}, ["version comparison"]),
        ({"tax_absolute": -0.01, "is_significant": False}, ["windfall, not significant"]),
        ({"is_sign_rule_dependent": True}, ["sign depends on the rule"]),
        ({"prompt_style_reference": "completion"}, ["chat against completion"]),
        (
            {"count_paired_items": 180},
            [
                "missing answers allow [\u22124.0,\u00a0+16.0]",
                "95% interval whatever they are: [\u22126.0,\u00a0+18.0]",
            ],
        ),
        ({"se_method": "cr2_bm_wordings"}, ["interval over wordings as well"]),
        ({"days_apart": 2}, ["2 days apart"]),
        ({"origin": "simulated"}, ["simulated answers"]),
    ],
)
def test_a_tax_carries_the_remarks_that_a_reader_must_know(row, expected):
    assert list(tax_notes(TAX | row)) == expected


def test_flags_become_words_and_unknown_flags_stay():
    assert flag_notes("few_clusters, other") == ["few clusters", "other"]


@pytest.mark.parametrize(
    ("paired", "asked", "expected"), [(200, 200, "200"), (180, 200, "180 of 200"), (None, 200, "\u2014 (too few)")]
)
def test_paired_items_are_counted_out_of_those_asked(paired, asked, expected):
    assert paired_items({"count_paired_items": paired, "count_items": asked, "reason": "too few"}) == expected


@pytest.mark.parametrize(
    ("reason", "expected"), [("one_cluster", "only one cluster"), ("said already", "said already"), (None, None)]
)
def test_a_reason_that_is_a_code_becomes_words(reason, expected):
    assert reason_in_words({"reason": reason}) == expected


def test_a_benchmark_is_titled_with_its_direction_where_lower_is_better():
    row = {"benchmark_id": "borderline", "domain": "safety", "metric": "over_refusal", "higher_is_better": False}
    assert benchmark_title(row) == "borderline (safety: over-refusal, lower is better)"
