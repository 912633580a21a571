"""A first run with real models: it publishes what it can, and somebody who looks meanwhile is told how it stands."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.accept


def test_answers_that_are_longer_than_their_limit_do_not_stop_a_safety_benchmark(run_case):
    case = run_case("answers/M03_default_run_publishes")
    assert case.exit_codes == (0, 0)
    scores = case.rows("select benchmark_id, score, count_truncated from reports.model_scores order by all")
    assert scores == [("borderline", 1.0, 0), ("harmful", 0.0, 0)]
