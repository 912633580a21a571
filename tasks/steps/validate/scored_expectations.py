"""What must hold of a run's scores before they are aggregated, as data.

Knows the columns of the query ``validate_scored_cells``; must not know how expectations are evaluated.

Tested in tests/tasks/steps/validate/test_scored.py.
"""

from __future__ import annotations

from tasks.settings import Thresholds
from tasks.steps.validate.expectations import Expectation, Within, rate_limit


def scored_expectations(thresholds: Thresholds) -> tuple[Expectation, ...]:
    """What must hold of a run's scores; ``thresholds`` are the highest rates that a cell may have."""
    return (*_SCORES, *_scored_limits(thresholds))


def _score_gate(name: str, table: str, column: str, meaning: str) -> Expectation:
    return Expectation(name, table, "gate", "validate_scored_cells", Within(column, 0, 0), meaning)


_SCORES = (
    _score_gate(
        "good_answers_are_scored",
        "raw.scores",
        "count_unscored",
        "good answers of a complete cell have no score by its scorer",
    ),
    Expectation(
        "no_answer_waits_for_facts",
        "raw.scores",
        "warning",
        "validate_scored_cells",
        Within("count_waiting", 0, 0),
        "answers have no score because what their scorer reads is missing: a program's run, a judge's answer, "
        "log-probabilities that the server did not tell",
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


def _scored_limits(thresholds: Thresholds) -> tuple[Expectation, ...]:
    def limit(name: str, meaning: str, remedy: str) -> Expectation:
        return rate_limit(name, "raw.scores", "validate_scored_cells", thresholds, meaning, remedy)

    return (
        limit(
            "rate_unparsed",
            "in too many answers no answer was found",
            "choose a scorer that reads this form of answers",
        ),
        limit(
            "rate_empty",
            "too many answers hold no text, or only reasoning",
            "raise sampling.max_tokens of the model, or see what `aligntax doctor --ask` finds",
        ),
        limit(
            "rate_judge_error",
            "the judge failed on too many answers",
            "run the same command, which asks the judge again",
        ),
    )
