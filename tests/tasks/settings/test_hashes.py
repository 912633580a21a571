"""Hashes change with what decides an answer or a score, with nothing else, and hold no secret."""

from __future__ import annotations

import pytest
import yaml

from tasks.errors import SettingsError
from tasks.settings import load_settings
from tests.support.known import known_names

SECRET = "sk-do-not-print-me"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model", "other"),
        ("endpoint", "other"),
        ("api", "completions"),
        ("system_prompt", "Be brief."),
        ("sampling", {"temperature": 0.5}),
        ("sampling", {"temperature": None}),
        ("sampling", {"extra": {"top_k": 1}}),
        ("sampling", {"stop": []}),
    ],
)
def test_a_change_that_changes_answers_changes_both_hashes(load, key, value):
    before, after = load(), load({("models", 1, key): value})
    assert before.models[1].model_version != after.models[1].model_version
    assert before.models[0].model_version == after.models[0].model_version
    assert before.config_hash != after.config_hash


@pytest.mark.parametrize(
    "changes",
    [
        {("models", 0, "base_url"): "http://127.0.0.1:9/v1", ("models", 1, "base_url"): "http://127.0.0.1:9/v1"},
        {("models", 1, "concurrency"): 1, ("models", 1, "timeout_s"): 3, ("models", 1, "max_attempts"): 1},
        {("models", 1, "sampling"): {"temperature": 0}},
        {("models", 1, "api_key_env"): "LLAMA_API_KEY"},
        {("models", 1, "price"): [{"from": "2026-01-01", "input_usd_per_million": 1, "output_usd_per_million": 1}]},
        {("warehouse",): "other.duckdb", ("publish", "text"): "full", ("max_age_days",): 0},
        {("benchmarks",): [{"id": "harmful", "sample_size": 20}, {"id": "arithmetic"}]},
    ],
    ids=["port", "limits", "same value", "key", "price", "paths", "order and form"],
)
def test_a_change_that_changes_no_answer_keeps_both_hashes(load, changes):
    before, after = load(), load(changes, environment={"LLAMA_API_KEY": SECRET})
    assert [m.model_version for m in before.models] == [m.model_version for m in after.models]
    assert before.config_hash == after.config_hash


@pytest.mark.parametrize(
    "changes",
    [
        {("sample_seed",): 1},
        {("benchmarks", 1, "sample_size"): 21},
        {("benchmarks", 1, "repeats"): 2},
        {("benchmarks", 1, "unparsed"): "chance"},
        {("benchmarks", 1, "scorer"): "exact"},
        {("benchmarks", 1, "source"): "x.jsonl"},
        {("models", 1, "prompt_styles"): ["chat", "completion"]},
        {("models", 0, "is_simulated"): True, ("models", 1, "is_simulated"): True},
    ],
)
def test_a_change_that_only_changes_scores_changes_only_the_configuration_hash(load, changes):
    before, after = load(), load(changes, will_send=False)
    assert before.config_hash != after.config_hash
    assert [m.model_version for m in before.models] == [m.model_version for m in after.models]


def test_hashes_are_the_same_on_every_machine(load):
    settings = load()
    assert settings.models[0].model_version == "509b80d88e65bed9"
    assert settings.config_hash == "465d204e8297a3cd"


def test_the_folder_of_the_configuration_is_not_part_of_its_hash(document, tmp_path):
    def hash_in(folder):
        (folder / "data").mkdir(parents=True)
        (folder / "data/x.jsonl").touch()
        path = folder / "aligntax.yaml"
        path.write_text(yaml.safe_dump(document({("benchmarks", 1, "source"): "data/x.jsonl"})))
        allowed = ("arithmetic", "harmful")
        return load_settings(path, environment={}, known=known_names(allowed)).config_hash

    assert hash_in(tmp_path / "one") == hash_in(tmp_path / "two")


def test_a_key_is_read_from_the_environment_and_kept_nowhere(load):
    environment = {"LLAMA_API_KEY": f"{SECRET}\n"}
    settings = load({("models", 1, "api_key_env"): "LLAMA_API_KEY"}, environment=environment)
    base, aligned = settings.models
    assert base.api_key(environment) is None
    assert aligned.api_key(environment) == SECRET
    assert SECRET not in repr(settings)
    assert SECRET not in settings.model_dump_json()
    with pytest.raises(SettingsError, match=r"^model 'llama-dpo': the environment variable LLAMA_API_KEY is not set"):
        aligned.api_key({})


@pytest.mark.parametrize(
    "changes",
    [
        {("models", 1, "api_key_env"): SECRET},
        {("models", 1, "api_key_env"): [SECRET]},
        {("models", 1, "api_key"): SECRET},
        {("models", 1, "base_url"): f"http://user:{SECRET}@host/v1"},
        {("models", 1, "base_url"): f"http://host/v1?key={SECRET}"},
        {("models", 1, "sampling"): {"extra": {"Api-Key": SECRET}}},
        {("models", 1, "sampling"): {"extra": {"headers": {"x": SECRET}}}},
    ],
)
def test_a_key_in_the_wrong_place_is_refused_without_repeating_it(load, changes):
    with pytest.raises(SettingsError) as raised:
        load(changes)
    assert SECRET not in str(raised.value)
    assert "api_key_env" in str(raised.value)


def test_request_parameters_are_a_copy(load):
    model = load({("models", 1, "sampling"): {"extra": {"a": {"b": 1}}}}).models[1]
    model.request_parameters()["a"]["b"] = 2
    assert model.request_parameters() == {"temperature": 0.0, "a": {"b": 1}}


def test_nothing_changes_after_loading(load):
    settings = load()
    with pytest.raises(ValueError, match="frozen"):
        settings.sample_seed = 3
    with pytest.raises(ValueError, match="frozen"):
        settings.models[0].model = "other"
