"""Which differences between the effective parameters of a pair must be declared."""

import pytest

from tasks.settings import Thresholds
from tasks.steps.validate import validate_landed

SET = "update raw.generations set parameters_json = json_merge_patch(parameters_json::json, '{}'::json)::varchar"
ALIGNED = " where model_id = 'aligned'"
COMPLETION = (
    "update raw.cells set prompt_style = 'completion' where model_id = 'base'",
    "update raw.generations set prompt_style = 'completion' where model_id = 'base'",
    SET.format('{"api": "completions", "stop": ["\\n\\n"], "max_tokens": 256}') + " where model_id = 'base'",
)
DECLARED = "update raw.pairs set differs = '{}'"

AGREEING = {
    "seed": [SET.format('{"seed": 1}') + ALIGNED],
    "no seed": [SET.format('{"seed": null}') + ALIGNED],
    "composed of others": [SET.format('{"composite": {"version": "1"}}') + ALIGNED],
    "declared": [SET.format('{"temperature": 0.7}') + ALIGNED, DECLARED.format("temperature")],
    "declared among others": [
        SET.format('{"temperature": 0.7, "max_tokens": 9}') + ALIGNED,
        DECLARED.format("max_tokens, temperature"),
    ],
    "declared extra": [SET.format('{"extra": {"top_k": 9}}') + ALIGNED, DECLARED.format("top_k")],
    "across styles": [*COMPLETION],
    "control style": [
        *COMPLETION,
        SET.format('{"temperature": 0.7}') + ALIGNED,
        "update raw.cells set is_primary_style = false where model_id = 'base'",
    ],
    "no answers": [
        "update raw.cell_events set status = 'failed' where cell_id = 'aligned/sums/chat'",
        "delete from raw.generations where model_id = 'aligned' and benchmark_id = 'sums'",
    ],
    "other benchmark version": [
        SET.format('{"temperature": 0.7}') + ALIGNED,
        "update raw.cells set benchmark_version = 'v2' where model_id = 'aligned'",
    ],
}
DISAGREEING = {
    "temperature": [SET.format('{"temperature": 0.7}') + ALIGNED],
    "only one side": [SET.format('{"system_prompt": "Be safe."}') + ALIGNED],
    "extra": [SET.format('{"extra": {"top_k": 9}}') + ALIGNED],
    "part of a declared name": [SET.format('{"temperature": 0.7}') + ALIGNED, DECLARED.format("temperature_last")],
    "token limit within a style": [SET.format('{"max_tokens": 9}') + ALIGNED],
    "temperature across styles": [*COMPLETION, SET.format('{"temperature": 0.7}') + ALIGNED],
}


def failed(warehouse, run_id):
    return [outcome.name for outcome in validate_landed(warehouse, run_id, Thresholds()).failed]


@pytest.mark.parametrize("name", AGREEING)
def test_parameters_that_agree_pass(landed, run_id, execute, name):
    execute(landed, *AGREEING[name])

    assert failed(landed, run_id) == []


@pytest.mark.parametrize("name", DISAGREEING)
def test_undeclared_differences_between_parameters_are_found(landed, run_id, execute, name):
    execute(landed, *DISAGREEING[name])

    assert failed(landed, run_id) == ["parameters_agree_within_a_pair"]


def test_the_finding_shows_both_values(landed, run_id, execute):
    execute(landed, SET.format('{"temperature": 0.7}') + ALIGNED + " and benchmark_id = 'harm'")

    (outcome,) = validate_landed(landed, run_id, Thresholds()).failed

    assert outcome.count_unexpected == 1
    assert "temperature is 0.0 in base/harm/chat and 0.7 in aligned/harm/chat" in outcome.detail
