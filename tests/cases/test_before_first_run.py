"""What a user should be told before the first run, from the command line."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.accept


def test_doctor_and_run_say_that_answers_hold_the_markup_of_a_chat_template(run_case):
    case = run_case("answers/M11_missing_chat_template", "aligntax doctor --ask\naligntax run\n")
    asked, run = case.output.split("[exit 0]")[:2]
    assert "warning m: template: the answer holds the markup of a chat template" in asked
    assert case.rows("select count_template_markup > 0 from reports.model_scores where subset = 'all'") == [(True,)]
    assert "template" in run


def test_whoever_looks_while_the_first_run_asks_learns_that_it_is_going_on(run_case):
    case = run_case("guard/M07_status_while_asking")
    for name in ("status.out", "runs.out"):
        assert (case.folder / name).read_text() == (
            "A run is going on, and nothing is published yet. The run itself shows how far it is.\n"
        )
