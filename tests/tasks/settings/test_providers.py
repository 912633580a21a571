"""What a model's provider decides: address, name, style, and which sampling parameters go with which."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.domain import PromptStyle
from tasks.errors import SettingsError
from tasks.settings import ApiFacts, Known, ProviderFacts

ANTHROPIC = {("models", 1, "provider"): "anthropic", ("models", 1, "api"): "messages"}

# A provider that exists in this test alone, with facts that neither of the real ones has.
PARROT = ProviderFacts(
    apis={"talk": ApiFacts(PromptStyle.CHAT, "/talk", alternatives=3)},
    vendor="Parrot",
    own_address="https://parrot.example",
    own_endpoint="parrot.example",
    not_taken=("token_limit_name",),
    instead="It has no limit.",
    cache_write_factor=2.0,
)
FILE = """
models:
  - {id: polly, provider: parrot, model: polly-1, api: talk}
benchmarks: [arithmetic]
"""


def parrot(load_text, **own):
    stated = "".join(f", {name}: {value}" for name, value in own.items())
    known = Known(benchmarks=("arithmetic",), providers={"parrot": PARROT})
    return load_text(FILE.replace("}", f"{stated}}}"), known=known).models[0]


def claude(load, removed, **changes):
    gone = {("models", 1, "base_url"): removed, ("models", 1, "endpoint"): removed}
    own = {("models", 1, name): value for name, value in changes.items()}
    return load({**ANTHROPIC, **gone, **own}).models[1]


def test_the_vendors_own_server_needs_no_address(load, removed):
    model = claude(load, removed)
    assert (model.base_url, model.endpoint, [style.value for style in model.prompt_styles]) == (
        None,
        "api.anthropic.com",
        ["chat"],
    )


def test_another_server_of_the_same_protocol_is_named_by_its_address(load, removed):
    model = claude(load, removed, base_url="http://127.0.0.1:8377")
    assert (model.base_url, model.endpoint) == ("http://127.0.0.1:8377", "127.0.0.1")


@pytest.mark.parametrize(
    ("sampling", "limit_name", "temperature"),
    [
        ({}, "max_tokens", 0.0),
        ({"reasoning_effort": "low"}, "max_completion_tokens", None),
        ({"reasoning_effort": "low", "temperature": 0.0}, "max_completion_tokens", None),
        ({"reasoning_effort": "low", "token_limit_name": "max_tokens"}, "max_tokens", None),
        ({"token_limit_name": "max_completion_tokens"}, "max_completion_tokens", 0.0),
        ({"reasoning_effort": None, "token_limit_name": None}, "max_tokens", 0.0),
    ],
)
def test_reasoning_effort_changes_the_name_of_the_token_limit_and_drops_the_temperature(
    load, sampling, limit_name, temperature
):
    found = load({("models", 1, "sampling"): sampling}).models[1].sampling
    assert (found.limit_name, found.temperature) == (limit_name, temperature)


def test_a_temperature_in_the_defaults_does_not_reach_a_reasoning_model(load):
    changes = {("model_defaults",): {"sampling": {"temperature": 0.7}}}
    changes[("models", 1, "sampling")] = {"reasoning_effort": "high"}
    base, reasoning = load(changes).models
    assert (base.sampling.temperature, reasoning.sampling.temperature) == (0.7, None)


def test_reasoning_effort_changes_the_model_version_and_a_pace_does_not(load):
    plain = load().models[1].model_version
    assert load({("models", 1, "sampling"): {"reasoning_effort": "low"}}).models[1].model_version != plain
    assert load({("models", 1, "requests_per_minute"): 5}).models[1].model_version == plain


def test_one_of_two_models_of_an_endpoint_may_leave_the_key_to_the_other(load):
    models = load({("models", 0, "api_key_env"): "VLLM_KEY"}, environment={"VLLM_KEY": "x"}).models
    assert [model.api_key_env for model in models] == ["VLLM_KEY", None]


def test_a_new_provider_needs_only_its_facts(load_text):
    price = "[{from: 2026-01-01, input_usd_per_million: 1, output_usd_per_million: 0}]"
    polly = parrot(load_text, price=price)
    assert (polly.base_url, polly.endpoint, polly.prompt_styles) == (None, "parrot.example", (PromptStyle.CHAT,))
    assert polly.cost_usd(date(2026, 1, 2), 1_000_000, 0, 0, 1_000_000) == 2.0
    assert PARROT.alternatives_at(None, PromptStyle.CHAT) == 3


@pytest.mark.parametrize(
    ("own", "line"),
    [
        ({"base_url": "http://127.0.0.1:1/talk"}, "must end before '/talk'"),
        ({"prompt_styles": "[completion]"}, "must be [chat]: provider parrot has no completions."),
        ({"sampling": "{token_limit_name: max_tokens}"}, "It has no limit."),
    ],
)
def test_a_new_providers_facts_decide_what_is_refused(load_text, own, line):
    with pytest.raises(SettingsError) as raised:
        parrot(load_text, **own)
    assert line in str(raised.value)
