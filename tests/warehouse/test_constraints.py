"""The schema refuses what must never be true: above all an error scored as an answer."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.migrate import migrate

GENERATION = """
insert into raw.generations by name select
    'g' as generation_id, 'r' as run_id, '' as partition_key, 'm' as model_id, 'b' as benchmark_id,
    'chat' as prompt_style, 'i' as item_id, 0 as repeat, 'answer' as role, 'h' as request_hash,
    'endpoint' as origin, {status} as status, {text} as text, 'm' as model_requested, '{{}}' as parameters_json,
    1 as attempts, now() as finished_at
"""
SCORE = """
insert into raw.scores by name select
    '{generation_id}' as generation_id, 'exact' as scorer, 1 as scorer_version, 'c' as scorer_config_hash,
    '{outcome}' as outcome, {value} as value, false as is_refusal, false as is_cut, now() as scored_at
"""
GOOD = {
    "correct": "1",
    "partial": "0.5",
    "incorrect": "0",
    "refused": "0",
    "filtered": "0",
    "truncated": "0",
    "unparsed": "null",
    "judge_error": "null",
    "not_run": "null",
}


@pytest.fixture
def connection():
    connection = duckdb.connect()
    migrate(connection)
    connection.execute(GENERATION.format(status="'answered'", text="'42'"))
    return connection


@pytest.mark.parametrize(("outcome", "value"), GOOD.items())
def test_each_outcome_takes_its_value(connection, outcome, value):
    connection.execute(SCORE.format(generation_id="g", outcome=outcome, value=value))


@pytest.mark.parametrize(
    ("outcome", "value"),
    [
        ("correct", "0"),
        ("correct", "null"),
        ("correct", "0.5"),
        ("partial", "0"),
        ("partial", "1"),
        ("incorrect", "1"),
        ("incorrect", "null"),
        ("refused", "1"),
        ("filtered", "0.1"),
        ("truncated", "null"),
        ("unparsed", "0"),
        ("judge_error", "0"),
        ("not_run", "0"),
        ("failed", "0"),
        ("failed", "null"),
        ("quarantined", "0"),
        ("right", "1"),
        ("correct", "'nan'::double"),
        ("correct", "2"),
    ],
)
def test_no_outcome_takes_another_value(connection, outcome, value):
    with pytest.raises(duckdb.ConstraintException):
        connection.execute(SCORE.format(generation_id="g", outcome=outcome, value=value))


def test_a_score_needs_an_answer(connection):
    with pytest.raises(duckdb.ConstraintException):
        connection.execute(SCORE.format(generation_id="no such answer", outcome="incorrect", value="0"))


@pytest.mark.parametrize(("status", "text"), [("'answered'", "null"), ("'failed'", "'x'"), ("'failed'", "null")])
def test_a_failure_is_no_generation(connection, status, text):
    connection.execute("delete from raw.generations")
    with pytest.raises(duckdb.ConstraintException):
        connection.execute(GENERATION.format(status=status, text=text))


@pytest.mark.parametrize(
    ("low", "high", "estimate", "standard_error"),
    [("0.2", "0.1", "0.1", "0.1"), ("0.1", "0.1", "0.1", "0.1"), ("0", "1", "'nan'", "0.1"), ("0", "1", "0.5", "0")],
)
def test_no_estimate_is_degenerate(connection, low, high, estimate, standard_error):
    with pytest.raises(duckdb.ConstraintException):
        connection.execute(
            f"insert into stats.estimates by name select date '2026-01-01' as as_of_date, 's' as subject_id, "
            f"'all' as subset, 'tax_absolute' as statistic, {estimate}::double as estimate, {low} as low, "
            f"{high} as high, {standard_error} as standard_error"
        )
