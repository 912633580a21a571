"""What all logs of other tools share: which benchmark of ours a task asks, and what a score is."""

from __future__ import annotations

import pytest

from tasks.importers.log import as_value, benchmarks_of


@pytest.mark.parametrize(
    ("task", "first"), [("inspect_evals/mmlu_0_shot", "mmlu"), ("leaderboard_bbh_snarks", "bbh"), ("gsm8k", "gsm8k")]
)
def test_the_name_of_a_task_proposes_benchmarks(task, first):
    assert first in list(benchmarks_of(task))


def test_a_score_must_be_a_proportion():
    assert [as_value(raw) for raw in (None, "0.5", True, "no")] == [None, 0.5, 1.0, 0.0]
    for raw in (-1, 2, "maybe", [1], 10**400):
        with pytest.raises(ValueError, match="proportions"):
            as_value(raw)
