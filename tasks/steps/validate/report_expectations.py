"""What must hold of the reports before they are published, as data.

Knows the columns of the queries ``validate_reports_*`` and ``surplus_rows``; must not know how expectations are
evaluated.

Tested in tests/tasks/steps/validate/test_reports.py.
"""

from __future__ import annotations

from tasks.steps.validate.expectations import Expectation, OneOf, Within

# Sums of thousands of values differ in the last digits with their order.
_ROUNDING = 1e-9


def report_expectations() -> tuple[Expectation, ...]:
    """What must hold of the reports."""
    return (*_TAXES, *_MODEL_SCORES, *_SAFETY, *_ALL_REPORTS)


def _report_gate(table: str, query: str, name: str, rule: Within | OneOf, meaning: str) -> Expectation:
    return Expectation(name, table, "gate", query, rule, meaning)


def _tax_gate(name: str, rule: Within | OneOf, meaning: str) -> Expectation:
    return _report_gate("reports.alignment_tax", "validate_reports_taxes", name, rule, meaning)


def _model_gate(name: str, rule: Within | OneOf, meaning: str) -> Expectation:
    return _report_gate("reports.model_scores", "validate_reports_scores", name, rule, meaning)


def _safety_gate(name: str, rule: Within | OneOf, meaning: str) -> Expectation:
    return _report_gate("reports.safety", "validate_reports_safety", name, rule, meaning)


_OUTSIDE = "the estimate lies outside its interval"
_UNEXPLAINED = "a number or its interval is missing without a reason"
_NO_PROPORTION = "a proportion is outside 0 to 1"
_NO_TAX = "a difference of proportions is outside -1 to 1"
_SMALLER = "an adjusted p-value is smaller than the unadjusted one"
_MORE_PAIRED = "more items are paired than there are"

_TAXES = (
    _tax_gate("tax_lies_in_its_interval", Within("tax_margin", -_ROUNDING), _OUTSIDE),
    _tax_gate("relative_tax_lies_in_its_interval", Within("relative_margin", -_ROUNDING), _OUTSIDE),
    _tax_gate("chance_adjusted_tax_lies_in_its_interval", Within("chance_adjusted_margin", -_ROUNDING), _OUTSIDE),
    _tax_gate(
        "tax_is_reference_minus_candidate",
        Within("tax_gap", 0, _ROUNDING),
        "the tax is not the difference of the two scores beside it",
    ),
    _tax_gate("paired_items_are_items", Within("count_items_unpaired", 0), _MORE_PAIRED),
    _tax_gate("holm_is_not_smaller", Within("holm_margin", -_ROUNDING), _SMALLER),
    _tax_gate("bh_is_not_smaller", Within("bh_margin", -_ROUNDING), _SMALLER),
    _tax_gate(
        "bounds_contain_the_tax",
        Within("bound_margin", -_ROUNDING),
        "the bounds exclude the tax that holds if every missing difference is 0",
    ),
    _tax_gate("proportions_are_possible", OneOf("has_possible_proportions", (True,)), _NO_PROPORTION),
    _tax_gate("taxes_are_possible", OneOf("has_possible_taxes", (True,)), _NO_TAX),
    _tax_gate("undefined_tax_has_a_reason", OneOf("is_tax_explained", (True,)), _UNEXPLAINED),
    _tax_gate("undefined_relative_tax_has_a_reason", OneOf("is_relative_explained", (True,)), _UNEXPLAINED),
    _tax_gate(
        "undefined_chance_adjusted_tax_has_a_reason", OneOf("is_chance_adjusted_explained", (True,)), _UNEXPLAINED
    ),
)

_MODEL_SCORES = (
    _model_gate("score_lies_in_its_interval", Within("score_margin", -_ROUNDING), _OUTSIDE),
    _model_gate(
        "outcomes_add_up", Within("count_unaccounted", 0, 0), "the outcome counts do not add up to the answers"
    ),
    _model_gate("proportions_are_possible", OneOf("has_possible_proportions", (True,)), _NO_PROPORTION),
    _model_gate("undefined_score_has_a_reason", OneOf("is_explained", (True,)), _UNEXPLAINED),
)

_SAFETY = (
    _safety_gate("change_lies_in_its_interval", Within("change_margin", -_ROUNDING), _OUTSIDE),
    _safety_gate(
        "change_is_candidate_minus_reference",
        Within("change_gap", 0, _ROUNDING),
        "the change is not the difference of the two rates beside it",
    ),
    _safety_gate("paired_items_are_items", Within("count_items_unpaired", 0), _MORE_PAIRED),
    _safety_gate("holm_is_not_smaller", Within("holm_margin", -_ROUNDING), _SMALLER),
    _safety_gate("proportions_are_possible", OneOf("has_possible_proportions", (True,)), _NO_PROPORTION),
    _safety_gate("undefined_change_has_a_reason", OneOf("is_explained", (True,)), _UNEXPLAINED),
)

_ALL_REPORTS = (
    _report_gate(
        "reports",
        "surplus_rows",
        "grain_is_unique",
        Within("count_surplus_rows", 0, 0),
        "a report has several rows where its grain promises one",
    ),
    _report_gate(
        "reports",
        "validate_reports_origins",
        "origins_never_mix",
        Within("count_origins", 1, 1),
        "answers of different origins meet in one report row",
    ),
)
