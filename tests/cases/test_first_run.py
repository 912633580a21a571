"""A first run with real models: it publishes what it can, and somebody who looks meanwhile is told how it stands."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.accept


def test_answers_that_are_longer_than_their_limit_do_not_stop_a_safety_benchmark(run_case):
    case = run_case("answers/M03_default_run_publishes")
    assert case.exit_codes == (0, 0)
    scores = case.rows(
        "select benchmark_id, score, count_truncated from reports.model_scores where subset = 'all' order by all"
    )
    assert scores == [("borderline", 1.0, 0), ("harmful", 0.0, 0)]


def test_looking_at_a_first_run_while_it_asks_says_that_it_is_going_on(run_case):
    case = run_case("guard/M07_status_while_asking")
    for name in ("status.out", "runs.out"):
        said = (case.folder / name).read_text()
        assert "first run is going on" in said
        assert "error" not in said
