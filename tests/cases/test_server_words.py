"""What servers say beside an answer, and what they send in the place of one, from the command line to the tables."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.accept

COUNTS = (
    "select model_id, score, count_correct, count_truncated, count_unparsed, count_filtered, count_failed"
    " from reports.model_scores where subset = 'all' order by all"
)


def counts(case):
    """By model: score, right, truncated, unparsed, filtered and failed."""
    return {model: tuple(figures) for model, *figures in case.rows(COUNTS)}


def test_no_request_holds_more_stop_strings_than_the_server_takes(run_case):
    case = run_case("answers/F11_stop_max_four")
    assert counts(case) == {"m": (1.0, 4, 0, 0, 0, 0)}
    asked = [json.loads(line)["asked"] for line in (case.folder / "server_log.jsonl").read_text().splitlines()]
    assert {len(request["stop"]) for request in asked} == {4}
    landed = case.rows("select distinct len(json_extract(parameters_json, '$.stop[*]')) from raw.generations")
    assert landed == [(5,)]


def test_every_word_for_a_cut_is_a_cut(run_case):
    case = run_case("answers/F13_finish_cut_words")
    assert counts(case) == dict.fromkeys(("m0", "m1", "m2"), (0.5, 6, 6, 0, 0, 0))
    words = case.rows("select distinct finish_word from raw.generations where finish_reason = 'length' order by all")
    assert words == [("MAX_TOKENS",), ("max_tokens",), ("model_length",)]


def test_an_empty_answer_is_an_answer_worth_nothing(run_case):
    case = run_case("answers/F14_empty_answer")
    assert counts(case) == dict.fromkeys(("chatting", "completing"), (0.5, 6, 0, 6, 0, 0))
    assert case.rows("select attempts, count(*) from raw.generations group by all order by all") == [(1, 12), (2, 12)]
    rates = case.rows("select distinct count_empty, rate_empty from reports.model_scores where subset = 'all'")
    assert rates == [(6, 0.5)]


def test_a_prompt_that_is_too_long_is_cut_and_does_not_end_its_cell(run_case):
    case = run_case("answers/F15_context_too_long")
    assert counts(case) == dict.fromkeys(("m0", "m1", "m2"), (0.5, 6, 6, 0, 0, 0))


def test_a_filter_is_known_through_the_words_of_a_gateway(run_case):
    case = run_case("answers/F16_wrapped_filter")
    assert counts(case) == {"m": (1.0, 12, 0, 0, 0, 0)}
    assert case.rows("select status, count(*) from raw.generations group by all order by all") == [
        ("answered", 8),
        ("filtered", 4),
    ]
