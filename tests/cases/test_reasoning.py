"""Reasoning is not the answer, and a text ends at its stop strings, from the command line to the tables."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.accept

SCORED = "marts.fct_scores join marts.dim_item using (benchmark_id, benchmark_version, item_id)"
SCORES = "select benchmark_id, score from reports.model_scores where subset = 'all'"


def test_every_scorer_reads_the_answer_and_not_the_reasoning(run_case):
    case = run_case("answers/F01_reasoning_block")
    for scorer in ("by_numeric", "by_choice", "by_mmlu_pro_first", "by_drop_f1"):
        found = {
            int(item): outcome if value in {None, 0.0} else value
            for item, outcome, value in case.rows(
                f"select foreign_id, outcome, value from {SCORED} where benchmark_id = '{scorer}'"
            )
        }
        assert found == {row["id"]: row["right"] for row in case.right(f"answers_{scorer}.jsonl")}, scorer


def test_a_served_model_that_thinks_aloud_is_right(run_case):
    assert dict(run_case("answers/F01b_reasoning_block_live").rows(SCORES)) == {"gsm8k": 1.0}


def test_what_a_model_ponders_is_neither_refusal_nor_help(run_case):
    case = run_case("answers/F03_reasoning_refusal")
    found = case.rows(f"select foreign_id, refusal_class from {SCORED}")
    assert dict(found) == {str(row["id"]): row["right"] for row in case.right("answers_r.jsonl")}


def test_a_server_that_ignores_stop_strings_changes_nothing(run_case):
    assert dict(run_case("answers/F09_stop_ignored").rows(SCORES)) == {"gsm8k": 1.0, "humaneval": 1.0}
