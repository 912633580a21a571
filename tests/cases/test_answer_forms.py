"""Answers as models write them, from the command line to the tables: text behind them, fences, numbers, letters."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.accept

CASES = ["F05_text_after_marker", "F07_closing_fence", "F21_number_forms", "F22_choice_forms"]


@pytest.mark.parametrize("name", CASES)
def test_every_answer_of_the_case_is_right(run_case, name):
    case = run_case(f"answers/{name}")
    assert case.rows("select distinct score from reports.model_scores where subset = 'all'") == [(1.0,)]
