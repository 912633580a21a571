"""Flag > environment > model > model_defaults > built-in; and a message names the layer that holds the bad value."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.errors import SettingsError
from tasks.settings import Overrides


@pytest.mark.parametrize(
    ("in_file", "environment", "flag", "expected"),
    [
        ({}, {}, None, 7),
        ({("max_age_days",): 3}, {}, None, 3),
        ({("max_age_days",): 3}, {"ALIGNTAX_MAX_AGE_DAYS": "2"}, None, 2),
        ({("max_age_days",): 3}, {"ALIGNTAX_MAX_AGE_DAYS": " "}, None, 3),
        ({("max_age_days",): 3}, {"ALIGNTAX_MAX_AGE_DAYS": "2"}, 0, 0),
    ],
)
def test_a_flag_wins_over_the_environment_and_the_environment_over_the_file(load, in_file, environment, flag, expected):
    settings = load(in_file, environment=environment, overrides=Overrides(max_age_days=flag))
    assert settings.max_age_days == expected


def test_every_override_lands_where_it_is_used(load):
    environment = {
        "ALIGNTAX_WAREHOUSE": "/data/w.duckdb",
        "ALIGNTAX_PUBLISH_FOLDER": "/data/out",
        "ALIGNTAX_PUBLISH_TEXT": "hash",
        "ALIGNTAX_SAMPLE_SEED": "9",
        "ALIGNTAX_CONCURRENCY": "2",
        "ALIGNTAX_SAMPLE_SIZE": "5",
    }
    settings = load({("models", 0, "concurrency"): 8}, environment=environment)
    assert settings.warehouse == Path("/data/w.duckdb")
    assert (settings.publish.folder, settings.publish.text) == (Path("/data/out"), "hash")
    assert settings.sample_seed == 9
    assert {model.concurrency for model in settings.models} == {2}
    assert [(b.id, b.sample_size) for b in settings.benchmarks] == [("arithmetic", 5), ("harmful", 5)]


def test_paths_of_the_file_are_relative_to_its_folder_and_those_of_a_shell_to_the_current_one(
    load, tmp_path, monkeypatch
):
    here = tmp_path / "elsewhere"
    here.mkdir()
    monkeypatch.chdir(here)
    assert load().warehouse == tmp_path / "warehouse.duckdb"
    assert load().publish.folder == tmp_path / "publish"
    assert load({("warehouse",): "w/a.duckdb"}).warehouse == tmp_path / "w" / "a.duckdb"
    assert load(environment={"ALIGNTAX_WAREHOUSE": "a.duckdb"}).warehouse == here / "a.duckdb"
    assert load(overrides=Overrides(warehouse=Path("b.duckdb"))).warehouse == here / "b.duckdb"


def test_model_defaults_are_merged_key_by_key_under_each_model(load):
    settings = load(
        {
            ("model_defaults",): {"concurrency": 4, "sampling": {"temperature": 0.7, "stop": ["a"], "seed": 1}},
            ("models", 1, "sampling"): {"temperature": None, "stop": ["b"]},
            ("models", 1, "concurrency"): 9,
        }
    )
    base, aligned = settings.models
    assert (base.concurrency, aligned.concurrency) == (4, 9)
    assert base.request_parameters() == {"temperature": 0.7, "stop": ["a"], "seed": 1}
    assert aligned.request_parameters() == {"stop": ["b"], "seed": 1}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            {"environment": {"ALIGNTAX_MAX_AGE_DAYS": "soon"}},
            "ALIGNTAX_MAX_AGE_DAYS: must be a whole number, found 'soon'.",
        ),
        ({"environment": {"ALIGNTAX_CONCURRENCY": "0"}}, "ALIGNTAX_CONCURRENCY: must be at least 1, found 0."),
        ({"overrides": Overrides(sample_size=0)}, "--sample-size: must be at least 1, found 0."),
        (
            {"overrides": Overrides(publish_text="all")},
            "--publish-text: must be one of none, hash, full, found 'all'.",
        ),
        (
            {"environment": {"ALIGNTAX_WAREHOUSE": ":memory:"}},
            "ALIGNTAX_WAREHOUSE: must be a path of the local file system, found ':memory:'.",
        ),
    ],
)
def test_a_bad_override_is_named_as_the_user_gave_it(load, arguments, expected):
    with pytest.raises(SettingsError) as raised:
        load(**arguments)
    assert str(raised.value) == expected
