"""Dimensions that keep what was, with the dates between which it was so."""

from __future__ import annotations

import json

import pytest

from warehouse.connection import Warehouse

VERSIONS = "select valid_from::varchar, valid_to::varchar, method, is_newest from marts.dim_model_version order by 1"


@pytest.fixture
def warehouse(tmp_path):
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def registered(warehouse, day, method, *, hour=0, model="m", files="null"):
    """A run of a day in January that registers one model."""
    run = f"{day}-{hour}-{model}"
    warehouse.rows(
        f"insert into raw.runs by name select '{run}' as run_id, 'adhoc' as kind, 'p' as partition_key, "
        f"date '2026-01-{day:02}' as as_of_date, 'c' as config_hash, 'h' as plan_hash, '1' as code_version, "
        f"7 as max_age_days, timestamptz '2026-02-01 {hour:02}:00:00+00' as started_at"
    )
    warehouse.rows(
        f"insert into raw.models by name select '{run}' as run_id, '{model}' as model_id, 'v' as model_version, "
        "'f' as family, 'openai' as provider, 'e' as endpoint, 'chat' as api, 'm' as model_name, "
        f"'{{}}' as parameters_json, false as is_simulated, '{method}' as method, {files} as files_json"
    )


def file(role, name, *, amount=None, within=None, making=None):
    """A file whose hash is its name in capitals."""
    keys = {"role": role, "name": name, "file_hash": name.upper()}
    return {**keys, "amount": amount, "within": within, "making": making}


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


def test_a_merged_model_has_a_row_for_each_file_and_names_the_models_that_its_parts_are(warehouse):
    merged = [
        file("weights", "merged", making={"method": "average", "scale": 1.0}),
        file("part", "one", amount=0.25, within="MERGED"),
        file("part", "two", amount=0.75, within="MERGED"),
    ]
    steered = [file("weights", "two"), file("control_vector", "warm", amount=0.5)]
    for model, files in (("mix", merged), ("first", [file("weights", "one")]), ("warm", steered)):
        registered(warehouse, 3, "sft", model=model, files=f"'{json.dumps(files)}'")
    registered(warehouse, 3, "sft", model="elsewhere")
    warehouse.build(["marts"])
    columns = "model_id, place, role, name, amount, within_hash, method, same_as_model_id"
    assert warehouse.rows(f"select {columns} from marts.dim_model_file order by 1, 2")[1] == [
        ("first", 1, "weights", "one", None, None, None, None),
        ("mix", 1, "weights", "merged", None, None, "average", None),
        ("mix", 2, "part", "one", 0.25, "MERGED", None, "first"),
        ("mix", 3, "part", "two", 0.75, "MERGED", None, None),
        ("warm", 1, "weights", "two", None, None, None, None),
        ("warm", 2, "control_vector", "warm", 0.5, None, None, None),
    ]
    hashes = "select model_id, weights_hash from marts.dim_model order by 1"
    assert warehouse.rows(hashes)[1] == [("elsewhere", None), ("first", "ONE"), ("mix", "MERGED"), ("warm", "TWO")]
