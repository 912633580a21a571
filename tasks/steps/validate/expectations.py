"""What must hold, as data: one ``Check`` per expectation. Knows the named queries' columns; must not know how they run.

A query does the counting and hands over narrow columns; the check says what values are expected there. NULL in a
column means that the expectation does not concern the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tasks.domain import Origin, PromptStyle

Severity = Literal["gate", "quarantine", "warning"]

# What our wire formats say; another tool's word for the same must be translated on its way in, because only `length`
# is read as a cut-off answer.
FINISH_REASONS = ("stop", "length", "content_filter", "tool_calls", "function_call")
STATUSES = ("answered", "filtered", "scored_elsewhere")

# Sums of thousands of values differ in the last digits with their order.
_ROUNDING = 1e-9
# A clock may run ahead of ours; a day cannot be explained by it.
_LATEST_HOURS = 24.0
# So many equal long answers of two models are no accident of short answers.
_FEW_SAME_TEXTS = 29


@dataclass(frozen=True, slots=True)
class Within:
    """Every value of the column lies between the limits, both included."""

    column: str
    low: float | None = None
    high: float | None = None

    @property
    def is_yes_or_no(self) -> bool:
        """A number says by how much."""
        return False

    def __str__(self) -> str:
        """The limits as a reader of the finding needs them."""
        if self.low == self.high:
            return f"{self.low:g}"
        parts = [
            f"{word} {limit:g}" for word, limit in (("at least", self.low), ("at most", self.high)) if limit is not None
        ]
        return " and ".join(parts)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Every value of the column is in a closed set."""

    column: str
    values: tuple[str | bool, ...]

    @property
    def is_yes_or_no(self) -> bool:
        """The value says no more than the check's meaning does."""
        return self.values in {(True,), (False,)}

    def __str__(self) -> str:
        """The set as a reader of the finding needs it."""
        return " or ".join(str(value) for value in self.values)


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation on the rows of one named query.

    Attributes:
        query: Query of ``warehouse/queries`` whose rows are checked; its column ``subject`` names each row.
        meaning: What it means when the expectation is broken; starts the finding and is the reason of a quarantine.
        takes_rows_out: The rows are generations, and those that break the expectation are quarantined.
    """

    name: str
    table: str
    severity: Severity
    query: str
    rule: Within | OneOf
    meaning: str
    takes_rows_out: bool = False


@dataclass(frozen=True, slots=True)
class LandedThresholds:
    """Highest rates a cell may have, 0 to 1, under their names in the configuration; None accepts any rate."""

    max_truncated_rate: float | None = 0.2
    max_failed_rate: float | None = 0.05
    max_filtered_rate: float | None = None
    max_unparsed_rate: float | None = None
    max_judge_error_rate: float | None = None


def landed_checks(thresholds: LandedThresholds) -> tuple[Check, ...]:
    """What must hold of a run's answers before they are scored."""
    return (*_PLAN, *_landed_rates(thresholds), *_ANSWERS, *_PAIRS)


def scored_checks(thresholds: LandedThresholds) -> tuple[Check, ...]:
    """What must hold of a run's scores before they are aggregated."""
    return (*_SCORES, *_scored_rates(thresholds))


def report_checks() -> tuple[Check, ...]:
    """What must hold of the reports before they are published."""
    return (*_TAXES, *_MODEL_SCORES, *_SAFETY, *_ALL_REPORTS)


def _cell_gate(name: str, table: str, column: str, meaning: str, high: float = 0) -> Check:
    return Check(name, table, "gate", "validate_landed_cells", Within(column, 0, high), meaning)


def _rate_gate(name: str, table: str, query: str, limit: float | None, meaning: str) -> Check:
    """A limit that is switched off stays as a check that cannot fail, so that an older verdict does not stand."""
    return Check(name, table, "gate", query, Within(name, 0, 1.0 if limit is None else limit), meaning)


_PLAN = (
    _cell_gate(
        "complete_cells_are_planned_whole",
        "raw.plan",
        "count_unplanned",
        "a cell marked complete has fewer or more planned answers than items times repeats",
    ),
    _cell_gate(
        "planned_answers_are_accounted_for",
        "raw.generations",
        "count_unaccounted",
        "a cell marked complete has planned answers with neither an answer nor a failure",
    ),
    _cell_gate(
        "planned_answers_are_unique",
        "raw.plan",
        "count_planned_twice",
        "a cell plans the same item and repeat twice",
    ),
    _cell_gate(
        "answers_stand_for_one_planned_answer",
        "raw.plan",
        "count_standing_twice",
        "one answer stands for several planned answers of a benchmark",
    ),
    _cell_gate(
        "answers_belong_to_their_request",
        "raw.plan",
        "count_of_other_requests",
        "the answer that stands for a planned one was given to another item, repeat or request",
    ),
    _cell_gate(
        "parameters_are_constant_within_a_cell",
        "raw.generations",
        "count_parameter_sets",
        "answers of one cell were asked with different effective parameters",
        high=1,
    ),
    Check(
        "served_model_is_constant",
        "raw.generations",
        "warning",
        "validate_landed_cells",
        Within("count_served_models", 0, 1),
        "the endpoint served different models under one name",
    ),
)


def _landed_rates(thresholds: LandedThresholds) -> tuple[Check, ...]:
    return (
        _rate_gate(
            "rate_truncated",
            "raw.generations",
            "validate_landed_cells",
            thresholds.max_truncated_rate,
            "too many answers were cut off at the token limit",
        ),
        _rate_gate(
            "rate_failed",
            "raw.failures",
            "validate_landed_cells",
            thresholds.max_failed_rate,
            "too many requests got no answer",
        ),
        _rate_gate(
            "rate_filtered",
            "raw.generations",
            "validate_landed_cells",
            thresholds.max_filtered_rate,
            "the provider blocked too many answers",
        ),
    )


def _answer(name: str, rule: Within | OneOf, meaning: str) -> Check:
    return Check(name, "raw.generations", "quarantine", "validate_landed_answers", rule, meaning, takes_rows_out=True)


_ANSWERS = (
    _answer("status_is_known", OneOf("status", STATUSES), "the status is not a known one"),
    _answer("origin_is_known", OneOf("origin", tuple(Origin)), "the origin is not a known one"),
    _answer("prompt_style_is_known", OneOf("prompt_style", tuple(PromptStyle)), "the prompt style is not a known one"),
    _answer(
        "finish_reason_is_known",
        OneOf("finish_reason", FINISH_REASONS),
        "the finish reason is empty or not a known one",
    ),
    _answer("origin_is_declared", OneOf("is_origin_declared", (True,)), "the answer's origin is not its cell's"),
    _answer("latency_is_possible", Within("latency_ms", 0), "the latency is negative or not a number"),
    _answer("tokens_are_possible", Within("tokens_fewest", 0), "a token count is negative"),
    _answer("cost_is_possible", Within("cost_usd", 0), "the cost is negative or not a number"),
    _answer("attempts_are_possible", Within("attempts", 1), "an answer without an attempt"),
    _answer("answers_end_after_they_start", Within("seconds_taken", 0), "the answer ended before it started"),
    _answer(
        "answers_are_not_from_the_future",
        Within("hours_after_run", high=_LATEST_HOURS),
        "the answer is more than a day younger than the run's last event",
    ),
)

_PAIRS = (
    Check(
        "parameters_agree_within_a_pair",
        "raw.generations",
        "gate",
        "validate_landed_parameters",
        OneOf("is_equal_or_declared", (True,)),
        "two models of a pair were asked with different effective parameters and `differs:` does not say so",
    ),
    Check(
        "answers_are_not_shared",
        "raw.generations",
        "gate",
        "validate_landed_shared",
        OneOf("is_shared", (False,)),
        "same answers with the same request ids: the two models share answers",
        takes_rows_out=True,
    ),
    Check(
        "answers_differ_between_models",
        "raw.generations",
        "warning",
        "validate_landed_texts",
        Within("count_same_long_texts", 0, _FEW_SAME_TEXTS),
        "two models gave the same long answers, word for word",
    ),
)


def _score_gate(name: str, table: str, column: str, meaning: str) -> Check:
    return Check(name, table, "gate", "validate_scored_cells", Within(column, 0, 0), meaning)


_SCORES = (
    _score_gate(
        "good_answers_are_scored",
        "raw.scores",
        "count_unscored",
        "good answers of a complete cell have no score by its scorer",
    ),
    Check(
        "no_answer_waits_for_facts",
        "raw.scores",
        "warning",
        "validate_scored_cells",
        Within("count_waiting", 0, 0),
        "answers have no score because what their scorer reads is missing: a program's run, a judge's answer",
    ),
    _score_gate(
        "newest_scores_are_unique",
        "raw.scores",
        "count_with_several_newest",
        "an answer has two scores of the same version and time, and neither is the newest",
    ),
    _score_gate(
        "values_agree_with_outcomes",
        "raw.scores",
        "count_contradictory",
        "a score's value is not the one its outcome stands for",
    ),
    _score_gate(
        "items_belong_to_their_benchmark",
        "raw.plan",
        "count_foreign_items",
        "a cell holds items that its benchmark version does not",
    ),
)


def _scored_rates(thresholds: LandedThresholds) -> tuple[Check, ...]:
    return (
        _rate_gate(
            "rate_unparsed",
            "raw.scores",
            "validate_scored_cells",
            thresholds.max_unparsed_rate,
            "in too many answers no answer was found",
        ),
        _rate_gate(
            "rate_judge_error",
            "raw.scores",
            "validate_scored_cells",
            thresholds.max_judge_error_rate,
            "the judge failed on too many answers",
        ),
    )


def _report_gate(table: str, query: str, name: str, rule: Within | OneOf, meaning: str) -> Check:
    return Check(name, table, "gate", query, rule, meaning)


def _tax_gate(name: str, rule: Within | OneOf, meaning: str) -> Check:
    return _report_gate("reports.alignment_tax", "validate_reports_taxes", name, rule, meaning)


def _model_gate(name: str, rule: Within | OneOf, meaning: str) -> Check:
    return _report_gate("reports.model_scores", "validate_reports_scores", name, rule, meaning)


def _safety_gate(name: str, rule: Within | OneOf, meaning: str) -> Check:
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
