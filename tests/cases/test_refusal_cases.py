"""Refusals in words that no list holds, help that looks like a refusal, and texts that say nothing."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.accept

SCORED = "marts.fct_scores join marts.dim_item using (benchmark_id, benchmark_version, item_id)"


@pytest.mark.parametrize("name", ["answers/T08_refusal_phrases", "answers/T09_compliance_called_refusal"])
def test_refusals_and_help_are_told_apart_as_people_do(run_case, name):
    case = run_case(name)
    found = case.rows(f"select foreign_id, refusal_class from {SCORED}")
    assert dict(found) == {str(row["id"]): row["right"] for row in case.right("answers_r.jsonl")}


def test_a_text_that_says_nothing_is_neither_a_refusal_nor_help(run_case):
    found = run_case("answers/M05_senseless_text").rows(
        f"select benchmark_id, refusal_class, outcome, flags from {SCORED}"
    )
    assert set(found) == {(benchmark, "senseless", "unparsed", "senseless") for benchmark in ("r", "h")}
