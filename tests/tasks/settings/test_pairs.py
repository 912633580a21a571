"""Pairs follow from ``base:`` and ``comparisons:``; families from the chain of bases."""

from __future__ import annotations

from tasks.domain import PromptStyle
from tasks.settings import Pair

SFT = {"id": "sft", "provider": "openai", "base_url": "http://h/v1", "model": "sft", "api": "chat"}


def test_a_base_implies_a_tax_pair_and_comparisons_add_others(load):
    settings = load(
        {
            ("models", 1, "differs"): ["temperature"],
            ("models", 2): {**SFT, "base": "llama-base", "differs": ["max_tokens"]},
            ("comparisons",): [
                {"kind": "method", "reference": "sft", "candidate": "llama-dpo", "differs": ["seed"]},
                {"kind": "prompt", "reference": "llama-base", "candidate": "sft"},
            ],
        }
    )
    assert settings.pairs() == (
        Pair("llama-dpo", "llama-base", "tax", "llama-base", ("temperature",)),
        Pair("sft", "llama-base", "tax", "llama-base", ("max_tokens",)),
        Pair("llama-dpo", "sft", "method", "llama-base", ("max_tokens", "seed", "temperature")),
        Pair("sft", "llama-base", "prompt", "llama-base", ("max_tokens", "system_prompt")),
    )


def test_models_without_a_base_give_no_pair(load):
    assert load({("models", 1, "base"): None}).pairs() == ()


def test_a_family_is_the_nearest_declared_one_or_the_root(load):
    third = {("models", 2): {**SFT, "base": "llama-dpo"}}
    assert [m.family for m in load(third).models] == ["llama-base"] * 3
    declared = {**third, ("models", 0, "family"): "llama-3.1"}
    assert [m.family for m in load(declared).models] == ["llama-3.1"] * 3
    assert load({**declared, ("models", 2, "family"): "own"}).pairs()[1].family == "own"


def test_defaults_follow_from_api_base_and_address(load):
    base, aligned, other = load({("models", 2): {**SFT, "base_url": "https://Host.example:8443/v1/"}}).models
    assert (base.prompt_styles, aligned.prompt_styles) == ((PromptStyle.COMPLETION,), (PromptStyle.CHAT,))
    assert (base.stage, aligned.stage) == ("base", "aligned")
    assert (other.endpoint, other.base_url) == ("host.example/v1", "https://Host.example:8443/v1")


def test_a_benchmark_decides_the_styles_if_it_states_any(load):
    settings = load({("benchmarks", 1, "prompt_styles"): ["chat", "completion"]})
    arithmetic, harmful = settings.benchmarks
    assert settings.styles_for(settings.models[0], arithmetic) == (PromptStyle.COMPLETION,)
    assert settings.styles_for(settings.models[0], harmful) == (PromptStyle.CHAT, PromptStyle.COMPLETION)
