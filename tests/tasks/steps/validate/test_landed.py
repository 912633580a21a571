"""Each corruption of a clean landing breaks exactly one expectation."""

import pytest

from tasks.settings import Thresholds
from tasks.steps.validate import validate_landed

THRESHOLDS = Thresholds(max_filtered_rate=0.5)
ONE = "generation_id = 'base-sums-05-0'"
COPIED = """
    update raw.generations set {columns}
    from raw.generations as other
    where generations.model_id = 'aligned' and generations.benchmark_id = 'sums'
    and other.generation_id = replace(generations.generation_id, 'aligned', 'base')
    and generations.item_id between 'sums-01' and '{last}' and generations.repeat = 0
"""
TEMPERATURE = """update raw.generations set parameters_json = replace(parameters_json, '"temperature": 0.0', '{}')"""

GATES = {
    "complete_cells_are_planned_whole": ["delete from raw.plan where generation_id = 'base-sums-05-0'"],
    "planned_answers_are_accounted_for": ["delete from raw.generations where generation_id = 'base-sums-05-0'"],
    # A separate answer, so that the plan has one row twice and lacks another one, and no other rule is broken.
    "planned_answers_are_unique": [
        "free raw.plan",
        """
        insert into raw.generations
        select * replace ('copy' as generation_id, 'other' as provider_request_id)
        from raw.generations where generation_id = 'base-sums-05-0'
        """,
        """
        update raw.plan
        set item_id = 'sums-05', generation_id = 'copy', request_hash = 'request-base-sums-05-0'
        where generation_id = 'base-sums-06-0'
        """,
    ],
    "answers_stand_for_one_planned_answer": [
        """
        insert into raw.cells
        select * replace ('aligned/sums/completion' as cell_id, 'completion' as prompt_style, false as is_primary_style)
        from raw.cells where cell_id = 'aligned/sums/chat'
        """,
        """
        insert into raw.plan
        select * replace ('aligned/sums/completion' as cell_id)
        from raw.plan where generation_id = 'aligned-sums-05-0'
        """,
    ],
    "answers_belong_to_their_request": [f"update raw.generations set request_hash = 'another' where {ONE}"],
    # The same change on both sides: the pair agrees, but the parameters vary within each cell.
    "parameters_are_constant_within_a_cell": [
        TEMPERATURE.format('"temperature": 0.5') + " where item_id = 'sums-05' and repeat = 1"
    ],
    "parameters_agree_within_a_pair": [TEMPERATURE.format('"temperature": 0.7') + " where model_id = 'aligned'"],
}
LIMITS = {
    "rate_truncated": [
        "update raw.generations set finish_reason = 'length' where item_id between 'sums-01' and 'sums-30'"
    ],
    "rate_unknown_finish": [
        "update raw.generations set finish_reason = 'unknown' where item_id between 'sums-01' and 'sums-30'"
    ],
    "rate_quarantined": ["update raw.generations set latency_ms = 'nan' where item_id between 'sums-01' and 'sums-30'"],
    "rate_filtered": ["update raw.generations set status = 'filtered' where item_id between 'sums-01' and 'sums-30'"],
    "rate_failed": [
        """
        insert into raw.failures
        select run_id, 'base/sums/chat' as cell_id, generation_id, 'timeout', 'timeout', 5, finished_at
        from raw.generations where model_id = 'base' and item_id in ('sums-05', 'sums-06', 'sums-07')
        """,
        "delete from raw.generations where model_id = 'base' and item_id in ('sums-05', 'sums-06', 'sums-07')",
    ],
}
SHARED = {
    "provider request ids": [
        COPIED.format(columns="text = other.text, provider_request_id = other.provider_request_id", last="sums-05")
    ],
    "request hashes": [
        COPIED.format(columns="text = other.text, request_hash = other.request_hash", last="sums-05"),
        """
        update raw.plan set request_hash = generations.request_hash
        from raw.generations where plan.generation_id = generations.generation_id
        """,
    ],
    "answers without a text": [
        COPIED.format(
            columns="text = null, status = 'filtered', provider_request_id = other.provider_request_id", last="sums-05"
        ),
        "update raw.generations set text = null, status = 'filtered' where item_id between 'sums-01' and 'sums-05'",
    ],
}
WARNINGS = {
    "served_model_is_constant": [f"update raw.generations set model_served = 'tiny-7b-2026' where {ONE}"],
    "answers_differ_between_models": [COPIED.format(columns="text = other.text", last="sums-30")],
    "answers_are_not_from_the_future": [
        f"update raw.generations set finished_at = finished_at + interval 2 days where {ONE}"
    ],
}
QUARANTINES = {
    # The tables of a lake have no constraints, so these values can get in.
    "status_is_known": ["free raw.generations", f"update raw.generations set status = 'error' where {ONE}"],
    "origin_is_known": [
        "free raw.generations",
        "free raw.cells",
        "update raw.cells set origin = 'dreamt' where cell_id = 'base/sums/chat'",
        "update raw.generations set origin = 'dreamt' where model_id = 'base' and benchmark_id = 'sums'",
    ],
    "prompt_style_is_known": ["free raw.generations", f"update raw.generations set prompt_style = 'ode' where {ONE}"],
    "tokens_are_possible": ["free raw.generations", f"update raw.generations set tokens_output = -1 where {ONE}"],
    "attempts_are_possible": ["free raw.generations", f"update raw.generations set attempts = 0 where {ONE}"],
    # The constraints of a warehouse file allow these values.
    "origin_is_declared": [f"update raw.generations set origin = 'endpoint' where {ONE}"],
    "latency_is_possible": [f"update raw.generations set latency_ms = 'nan' where {ONE}"],
    "cost_is_possible": [f"update raw.generations set cost_usd = 'infinity' where {ONE}"],
    "answers_end_after_they_start": [
        f"update raw.generations set started_at = finished_at + interval 1 hour where {ONE}"
    ],
}


def names(outcomes):
    return [outcome.name for outcome in outcomes]


@pytest.mark.parametrize("name", GATES)
def test_each_broken_gate_stops_the_publication_and_no_other_one_fails(landed, run_id, execute, rows, name):
    execute(landed, *GATES[name])

    result = validate_landed(landed, run_id, THRESHOLDS)

    assert names(result.failed) == [name]
    assert not result.may_publish
    assert result.failed[0].detail
    assert rows(landed, "select expectation from raw.validations where not is_success") == [(name,)]
    assert rows(landed, "select count(*) from raw.quarantine") == [(0,)]


@pytest.mark.parametrize("name", LIMITS)
def test_a_cell_beyond_a_limit_is_left_out_with_the_setting_that_changes_it(landed, run_id, execute, name):
    execute(landed, *LIMITS[name])

    result = validate_landed(landed, run_id, THRESHOLDS)

    assert name in names(result.failed)
    assert result.may_publish
    assert {cell_id.split("/")[1] for cell_id in result.ended} == {"sums"}
    for status, reason in result.ended.values():
        assert status == "left_out"
        assert f"thresholds.max_{name.removeprefix('rate_')}_rate" in reason


@pytest.mark.parametrize(("scorer", "ended"), [("refuses", set()), ("exact", {"base/harm/chat", "aligned/harm/chat"})])
def test_a_cut_is_no_fault_where_the_opening_says_enough(landed, run_id, execute, scorer, ended):
    execute(
        landed,
        f"update raw.cells set scorer = '{scorer}' where benchmark_id = 'harm'",
        "update raw.generations set finish_reason = 'length' where benchmark_id = 'harm'",
    )

    assert validate_landed(landed, run_id, THRESHOLDS).ended.keys() == ended


NOTHING = {
    "failed": [
        """
        insert into raw.failures
        select run_id, 'base/harm/chat' as cell_id, generation_id, 'timeout', 'timeout', 5, finished_at
        from raw.generations where model_id = 'base' and benchmark_id = 'harm'
        """,
        "delete from raw.generations where model_id = 'base' and benchmark_id = 'harm'",
    ],
    "in quarantine": [
        "update raw.generations set latency_ms = 'nan' where model_id = 'base' and benchmark_id = 'harm'"
    ],
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_cell_without_any_answer_that_counts_has_failed_whatever_the_limits(landed, run_id, execute, name):
    execute(landed, *NOTHING[name])

    ended = validate_landed(landed, run_id, Thresholds(max_failed_rate=None)).ended

    assert ended["base/harm/chat"][0] == "failed"
    assert ended["base/harm/chat"][1].startswith("no answer of the cell counts")
    assert "(0, expected at least 1)" in ended["base/harm/chat"][1]


@pytest.mark.parametrize("name", WARNINGS)
def test_a_warning_does_not_stop_the_publication(landed, run_id, execute, rows, name):
    execute(landed, *WARNINGS[name])

    result = validate_landed(landed, run_id, THRESHOLDS)

    assert names(result.failed) == [name]
    assert result.may_publish
    assert rows(landed, "select count(*) from raw.quarantine") == [(0,)]


@pytest.mark.parametrize("name", QUARANTINES)
def test_an_impossible_answer_is_quarantined_and_the_rest_is_published(landed, run_id, execute, rows, name):
    execute(landed, *QUARANTINES[name])
    expected = 80 if name == "origin_is_known" else 1

    result = validate_landed(landed, run_id, THRESHOLDS)

    assert result.failed[0].name == name
    assert result.may_publish
    assert result.quarantined == expected
    quarantined = rows(landed, "select generation_id, expectation, run_id from raw.quarantine order by all")
    assert len(quarantined) == expected
    assert ("base-sums-05-0", name, run_id) in quarantined


@pytest.mark.parametrize("name", SHARED)
def test_answers_shared_by_two_models_are_quarantined_and_stop_the_publication(landed, run_id, execute, rows, name):
    execute(landed, *SHARED[name])

    result = validate_landed(landed, run_id, THRESHOLDS)

    assert names(result.failed) == ["answers_are_not_shared", "rate_quarantined"]
    assert not result.may_publish
    assert result.quarantined == 10
    quarantined = rows(landed, "select generation_id, reason from raw.quarantine order by generation_id")
    reason = "same answers with the same request ids: the two models share answers"
    models = ("aligned", "base")
    assert quarantined == [(f"{model}-sums-0{item}-0", reason) for model in models for item in range(1, 6)]


def test_equal_answers_to_different_requests_are_not_treated_as_shared(landed, run_id, execute):
    execute(landed, COPIED.format(columns="text = other.text", last="sums-29"))

    assert validate_landed(landed, run_id, THRESHOLDS).failed == ()


def test_equal_short_answers_of_two_models_are_allowed(landed, run_id, execute):
    execute(landed, "update raw.generations set text = 'B'")

    assert validate_landed(landed, run_id, THRESHOLDS).failed == ()


HYBRID = """
    update raw.models set
        provider = 'composite',
        parameters_json = '{"kind": "hybrid", "parts": {"first": "%s", "fallback": "x", "checker": "base"}}'
    where model_id = 'aligned'
"""


@pytest.mark.parametrize(("first", "warned"), [("base", []), ("another", ["answers_differ_between_models"])])
def test_only_a_composite_model_may_give_the_same_answers_as_its_part(landed, run_id, execute, first, warned):
    copied = "update raw.generations set text = repeat('The same long sentence. ', 3) || item_id"
    execute(landed, copied, HYBRID % first)

    assert names(validate_landed(landed, run_id, THRESHOLDS).failed) == warned


def test_a_request_id_that_a_server_gives_to_every_answer_is_ignored(landed, run_id, execute):
    execute(landed, "update raw.generations set text = 'B', provider_request_id = 'cmpl-0'")

    assert validate_landed(landed, run_id, THRESHOLDS).failed == ()


@pytest.mark.parametrize("given", ["chatcmpl-' || right(item_id, 2) || '", "chatcmpl-[key removed]-0123456789"])
def test_a_request_id_that_two_servers_can_give_by_chance_is_ignored(landed, run_id, execute, given):
    elsewhere = "another id for each answer, ' || generation_id"
    execute(landed, f"update raw.generations set text = 'B', provider_request_id = '{elsewhere}")
    execute(
        landed, f"update raw.generations set provider_request_id = '{given}' where item_id = 'sums-05' and repeat = 0"
    )

    assert validate_landed(landed, run_id, THRESHOLDS).failed == ()


def test_facts_that_a_source_does_not_provide_fail_no_expectation(landed, run_id, execute):
    execute(
        landed,
        """
        update raw.generations set
            finish_reason = null, latency_ms = null, cost_usd = null, tokens_input = null, tokens_output = null,
            started_at = null, model_served = null, provider_request_id = null
        """,
    )

    assert validate_landed(landed, run_id, THRESHOLDS).failed == ()


def test_plan_and_thresholds_do_not_apply_to_an_unfinished_cell(landed, run_id, execute):
    execute(
        landed,
        "update raw.cell_events set status = 'incomplete' where cell_id = 'base/sums/chat'",
        "delete from raw.generations where model_id = 'base' and item_id >= 'sums-03'",
        "update raw.generations set finish_reason = 'length' where model_id = 'base' and benchmark_id = 'sums'",
    )

    assert validate_landed(landed, run_id, THRESHOLDS).failed == ()


def test_a_reused_answer_is_checked_in_the_run_that_reuses_it(landed, run_id, execute):
    execute(
        landed,
        f"update raw.generations set latency_ms = 'nan', run_id = 'an earlier run' where {ONE}",
        f"update raw.plan set is_reused = true where {ONE}",
    )

    assert names(validate_landed(landed, run_id, THRESHOLDS).failed) == ["latency_is_possible"]


def test_answers_of_a_long_run_are_compared_with_the_time_of_its_last_event(landed, run_id, execute):
    execute(
        landed,
        f"update raw.generations set finished_at = finished_at + interval 2 days where {ONE}",
        "update raw.cell_events set happened_at = happened_at + interval 2 days where cell_id = 'base/sums/chat'",
    )

    assert validate_landed(landed, run_id, THRESHOLDS).failed == ()


def test_a_finding_gives_the_rule_the_place_and_the_measured_value(landed, run_id, execute):
    execute(landed, "update raw.generations set finish_reason = 'length' where item_id < 'harm-05'")

    detail = validate_landed(landed, run_id, THRESHOLDS).failed[0].detail

    assert detail == (
        "too many answers were cut off at the token limit, or their prompts did not fit the model's context "
        "(finish_word prompt_too_long): aligned/harm/chat (0.417), base/harm/chat (0.417); "
        "expected at most 0.2; raise sampling.max_tokens of the model, or raise thresholds.max_truncated_rate"
    )


def test_an_answer_that_was_asked_for_one_token_does_not_count_as_cut_off(landed, run_id, execute):
    asked = """parameters_json = '{"max_tokens": 1, "top_logprobs": 20}'"""
    execute(landed, f"update raw.generations set finish_reason = 'length', {asked}")

    assert "rate_truncated" not in {outcome.name for outcome in validate_landed(landed, run_id, THRESHOLDS).failed}


def test_likelihoods_that_a_server_sends_unasked_do_not_hide_a_cut(landed, run_id, execute):
    execute(landed, """update raw.generations set finish_reason = 'length', first_token_json = '{" A": -0.1}'""")

    assert "rate_truncated" in {outcome.name for outcome in validate_landed(landed, run_id, THRESHOLDS).failed}


def test_a_finding_names_a_few_places_and_counts_the_rest(landed, run_id, execute):
    odd = "update raw.generations set prompt_style = 'ode' where model_id = 'base' and benchmark_id = 'harm'"
    execute(landed, "free raw.generations", odd)

    detail = validate_landed(landed, run_id, THRESHOLDS).failed[0].detail

    assert detail.count("('ode')") == 5
    assert " and 7 more; expected chat or completion" in detail
