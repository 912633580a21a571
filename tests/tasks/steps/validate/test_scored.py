"""Each corruption of clean scores breaks exactly one expectation."""

import pytest

from tasks.settings import Thresholds
from tasks.steps.validate import validate_scored

THRESHOLDS = Thresholds(max_unparsed_rate=0.5, max_judge_error_rate=0.5)
ONE = "generation_id = 'base-sums-04-0'"
MOST = "where generation_id between 'base-sums-05' and 'base-sums-30'"

CORRUPTIONS = {
    "good_answers_are_scored": [f"delete from raw.scores where {ONE}"],
    "newest_scores_are_unique": [
        f"insert into raw.scores select * replace ('other' as scorer_config_hash) from raw.scores where {ONE}"
    ],
    "values_agree_with_outcomes": ["free raw.scores", f"update raw.scores set value = 0.5 where {ONE}"],
    "items_belong_to_their_benchmark": ["delete from raw.benchmark_items where item_id = 'sums-04'"],
}
LIMITS = {
    "rate_empty": [f"update raw.scores set flags = 'empty,x' {MOST}"],
    "rate_unparsed": [f"update raw.scores set outcome = 'unparsed', value = null {MOST}"],
    "rate_judge_error": [f"update raw.scores set outcome = 'judge_error', value = null {MOST}"],
}


def failed(warehouse, run_id):
    return [outcome.name for outcome in validate_scored(warehouse, run_id, THRESHOLDS).failed]


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_broken_gate_stops_the_publication_and_no_other_one_fails(scored, run_id, execute, rows, name):
    execute(scored, *CORRUPTIONS[name])

    result = validate_scored(scored, run_id, THRESHOLDS)

    assert [outcome.name for outcome in result.failed] == [name]
    assert not result.may_publish
    assert rows(scored, "select stage, expectation from raw.validations where not is_success") == [("scored", name)]
    assert rows(scored, "select count(*) from raw.quarantine") == [(0,)]


@pytest.mark.parametrize("name", LIMITS)
def test_a_cell_beyond_a_limit_is_left_out_with_the_setting_that_changes_it(scored, run_id, execute, name):
    execute(scored, *LIMITS[name])

    result = validate_scored(scored, run_id, THRESHOLDS)

    assert [outcome.name for outcome in result.failed] == [name]
    assert result.may_publish
    assert result.ended.keys() == {"base/sums/chat"}
    assert f"thresholds.max_{name.removeprefix('rate_')}_rate" in result.ended["base/sums/chat"][1]


@pytest.mark.parametrize(
    ("outcome", "value"),
    [("correct", "0"), ("correct", "null"), ("partial", "1"), ("refused", "1"), ("unparsed", "0"), ("not_run", "0")],
)
def test_a_value_that_contradicts_its_outcome_is_found(scored, run_id, execute, outcome, value):
    execute(scored, "free raw.scores", f"update raw.scores set outcome = '{outcome}', value = {value} where {ONE}")

    assert failed(scored, run_id) == ["values_agree_with_outcomes"]


def test_scores_of_a_newer_version_may_exist_beside_the_older_ones(scored, run_id, execute):
    execute(scored, f"insert into raw.scores select * replace (2 as scorer_version) from raw.scores where {ONE}")

    assert failed(scored, run_id) == []


def test_a_score_of_another_scorer_does_not_replace_the_expected_one(scored, run_id, execute):
    execute(scored, f"update raw.scores set scorer = 'numeric' where {ONE}")

    assert failed(scored, run_id) == ["good_answers_are_scored"]


@pytest.mark.parametrize(
    "excuse",
    [
        "insert into raw.quarantine values ('base-sums-04-0', 'r', 'e', 'because', now())",
        "update raw.cell_events set status = 'incomplete' where cell_id = 'base/sums/chat'",
    ],
)
def test_answers_that_are_not_counted_need_no_score(scored, run_id, execute, excuse):
    execute(scored, f"delete from raw.scores where {ONE}", excuse)

    assert failed(scored, run_id) == []
