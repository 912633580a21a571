"""Likelihoods of letters from servers that answer as real ones do, from the command line to the tables."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.accept

SCORES = "reports.model_scores where subset = 'all'"


def test_a_model_that_continues_as_its_examples_do_is_scored_by_letters(run_case):
    case = run_case("answers/M01_likelihood_completion")
    assert case.exit_codes == (0, 0), case.output
    counted = "count_correct between 3 and 4, count_correct + count_incorrect, count_unparsed, flags"
    assert case.rows(f"select {counted} from {SCORES}") == [(True, 12, 0, "one_answer")]  # the server always says A
    asked = [json.loads(line)["asked"] for line in (case.folder / "server_log.jsonl").read_text().splitlines()]
    assert {(request["max_tokens"], request["logprobs"]) for request in asked} == {(1, 20)}


def test_a_windfall_of_a_model_that_always_says_one_letter_is_marked(run_case):
    case = run_case("numbers/M04_letter_bias")
    assert case.rows("select is_windfall, flags from reports.alignment_tax") == [(True, "one_answer_candidate")]
    flags = dict(case.rows(f"select model_id, flags from {SCORES}"))
    assert flags == {"base": None, "al": "one_answer"}
    assert "nearly all answers of the candidate are the same" in (case.folder / "publish" / "report.html").read_text()
    assert "al gives nearly the same answer to every question of quiz" in case.output


def test_one_odd_answer_ends_no_cell(run_case):
    case = run_case("guard/G06c_odd_likelihoods")
    assert case.exit_codes == (0, 0), case.output
    assert case.rows(f"select count_correct from {SCORES}") == [(12,)]
