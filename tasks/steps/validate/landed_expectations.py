"""What must hold of a run's answers before they are scored, as data.

Knows the columns of the queries ``validate_landed_*``; must not know how expectations are evaluated.

Tested in tests/tasks/steps/validate/test_landed.py.
"""

from __future__ import annotations

from tasks.domain import Origin, PromptStyle
from tasks.settings import Thresholds
from tasks.steps.validate.expectations import Expectation, OneOf, Within, rate_limit

STATUSES = ("answered", "filtered", "scored_elsewhere")

# A clock may be ahead of ours, but not by a day.
_LATEST_HOURS = 24.0
# Two models may give this many equal long answers by accident, not more.
_FEW_SAME_TEXTS = 29


def landed_expectations(thresholds: Thresholds) -> tuple[Expectation, ...]:
    """What must hold of a run's answers; ``thresholds`` are the highest rates that a cell may have.

    The rates come last, because the answers that are quarantined before count there.
    """
    return (*_PLAN, *_ANSWERS, *_TIMES, *_PAIRS, *_landed_limits(thresholds))


def _cell_gate(name: str, table: str, column: str, meaning: str, high: float = 0) -> Expectation:
    return Expectation(name, table, "gate", "validate_landed_cells", Within(column, 0, high), meaning)


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
    Expectation(
        "served_model_is_constant",
        "raw.generations",
        "warning",
        "validate_landed_cells",
        Within("count_served_models", 0, 1),
        "the endpoint served different models under one name",
    ),
)


_RATES = "validate_landed_rates"
_NOTHING_LEFT = Expectation(
    "cells_have_answers",
    "raw.generations",
    "limit",
    _RATES,
    Within("count_good", 1),
    "no answer of the cell counts: its requests failed, or its answers are in quarantine",
    ends_cell="failed",
    remedy="remove the cause and run the same command, which asks for these answers again",
)


def _landed_limits(thresholds: Thresholds) -> tuple[Expectation, ...]:
    def limit(name: str, table: str, meaning: str, remedy: str) -> Expectation:
        return rate_limit(name, table, _RATES, thresholds, meaning, remedy)

    return (
        _NOTHING_LEFT,
        limit(
            "rate_truncated",
            "raw.generations",
            "too many answers were cut off at the token limit, or their prompts did not fit the model's context "
            "(finish_word prompt_too_long)",
            "raise sampling.max_tokens of the model",
        ),
        limit(
            "rate_unknown_finish",
            "raw.generations",
            "too many answers ended for a reason that is not known, and may have been cut off",
            "see the server's words in finish_word of raw.generations",
        ),
        limit(
            "rate_failed",
            "raw.failures",
            "too many requests got no answer",
            "run the same command, which asks for them again",
        ),
        limit(
            "rate_quarantined",
            "raw.quarantine",
            "too many answers are in quarantine",
            "remove the cause and run the same command, which asks for them again",
        ),
        limit(
            "rate_filtered",
            "raw.generations",
            "the provider blocked too many answers",
            "change the provider's filter",
        ),
    )


def _answer(name: str, rule: Within | OneOf, meaning: str) -> Expectation:
    return Expectation(
        name, "raw.generations", "quarantine", "validate_landed_answers", rule, meaning, takes_rows_out=True
    )


_ANSWERS = (
    _answer("status_is_known", OneOf("status", STATUSES), "the status is not a known one"),
    _answer("origin_is_known", OneOf("origin", tuple(Origin)), "the origin is not a known one"),
    _answer("prompt_style_is_known", OneOf("prompt_style", tuple(PromptStyle)), "the prompt style is not a known one"),
    _answer("origin_is_declared", OneOf("is_origin_declared", (True,)), "the answer's origin is not its cell's"),
    _answer("latency_is_possible", Within("latency_ms", 0), "the latency is negative or not a number"),
    _answer("tokens_are_possible", Within("tokens_fewest", 0), "a token count is negative"),
    _answer("cost_is_possible", Within("cost_usd", 0), "the cost is negative or not a number"),
    _answer("attempts_are_possible", Within("attempts", 1), "an answer without an attempt"),
    _answer("answers_end_after_they_start", Within("seconds_taken", 0), "the answer ended before it started"),
)

# The clock may have been set back since. That spoils the time, and neither the answer nor its score.
_TIMES = (
    Expectation(
        "answers_are_not_from_the_future",
        "raw.generations",
        "warning",
        "validate_landed_answers",
        Within("hours_after_run", high=_LATEST_HOURS),
        "the answer is more than a day younger than the run's last event, so a clock was set back or ran ahead",
    ),
)

_PAIRS = (
    Expectation(
        "parameters_agree_within_a_pair",
        "raw.generations",
        "gate",
        "validate_landed_parameters",
        OneOf("is_equal_or_declared", (True,)),
        "two models of a pair were asked with different effective parameters and `differs:` does not say so",
    ),
    Expectation(
        "answers_are_not_shared",
        "raw.generations",
        "gate",
        "validate_landed_shared",
        OneOf("is_shared", (False,)),
        "same answers with the same request ids: the two models share answers",
        takes_rows_out=True,
    ),
    Expectation(
        "answers_differ_between_models",
        "raw.generations",
        "warning",
        "validate_landed_texts",
        Within("count_same_long_texts", 0, _FEW_SAME_TEXTS),
        "two models gave the same long answers, word for word",
    ),
)
