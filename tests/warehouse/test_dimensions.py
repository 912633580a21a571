"""Dimensions that keep what was, with the dates between which it was so."""

from __future__ import annotations

import pytest

from warehouse.connection import Warehouse

VERSIONS = "select valid_from::varchar, valid_to::varchar, method, is_newest from marts.dim_model_version order by 1"


@pytest.fixture
def warehouse(tmp_path):
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def registered(warehouse, day, method, *, hour=0):
    """A run of a day in January that registers one model."""
    run = f"{day}-{hour}"
    warehouse.rows(
        f"insert into raw.runs by name select '{run}' as run_id, 'adhoc' as kind, 'p' as partition_key, "
        f"date '2026-01-{day:02}' as as_of_date, 'c' as config_hash, 'h' as plan_hash, '1' as code_version, "
        f"7 as max_age_days, timestamptz '2026-02-01 {hour:02}:00:00+00' as started_at"
    )
    warehouse.rows(
        f"insert into raw.models by name select '{run}' as run_id, 'm' as model_id, 'v' as model_version, "
        "'f' as family, 'openai' as provider, 'e' as endpoint, 'chat' as api, 'm' as model_name, "
        f"'{{}}' as parameters_json, false as is_simulated, '{method}' as method"
    )


def test_a_description_holds_from_its_first_date_to_the_next_ones(warehouse):
    for day, method in ((3, "dpo"), (5, "dpo"), (9, "sft"), (12, "dpo")):
        registered(warehouse, day, method)
    warehouse.build(["marts"])
    assert warehouse.rows(VERSIONS)[1] == [
        ("2026-01-03", "2026-01-09", "dpo", False),
        ("2026-01-09", "2026-01-12", "sft", False),
        ("2026-01-12", None, "dpo", True),
    ]


def test_of_two_runs_of_a_date_the_newer_says_what_the_model_was(warehouse):
    registered(warehouse, 3, "ppo", hour=2)
    registered(warehouse, 3, "dpo", hour=1)
    warehouse.build(["marts"])
    assert warehouse.rows(VERSIONS)[1] == [("2026-01-03", None, "ppo", True)]
