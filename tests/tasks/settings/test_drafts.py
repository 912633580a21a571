"""A configuration drafted from names: what is asked, what is left out, and which base is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.settings import draft, load_settings
from tests.support.known import known_names

KNOWN = known_names(("arithmetic", "borderline", "harmful", "knowledge"))
ADDRESS = "http://127.0.0.1:8000/v1"


def drafted(*names: str, provider: str = "openai", kinds: dict[str, str] | None = None):
    return draft(provider, ADDRESS, [(name, (kinds or {}).get(name)) for name in names])


@pytest.fixture
def loaded(tmp_path):
    """Load a draft as the configuration that it is."""

    def load(made):
        path = tmp_path / "aligntax.yaml"
        path.write_text(made.text, encoding="utf-8")
        return load_settings(path, environment={}, known=KNOWN, will_send=False)

    return load


@pytest.mark.parametrize(
    ("base", "aligned"),
    [
        ("meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B-Instruct"),
        ("meta-llama/Llama-2-7b-hf", "meta-llama/Llama-2-7b-chat-hf"),
        ("google/gemma-2-2b", "google/gemma-2-2b-it"),
        ("google/gemma-3-4b-pt", "google/gemma-3-4b-it"),
        ("Qwen/Qwen2.5-7B", "Qwen/Qwen2.5-7B-Instruct"),
        ("Qwen/Qwen3-8B-Base", "Qwen/Qwen3-8B"),
        ("mistralai/Mistral-7B-v0.1", "mistralai/Mistral-7B-Instruct-v0.1"),
        ("llama3.1:8b-text", "llama3.1:8b"),
    ],
)
def test_a_name_without_the_word_for_tuning_is_the_base(loaded, base, aligned):
    made = drafted(aligned, base)
    assert made.pairs == ((aligned, base),)
    models = {model.id: model for model in loaded(made).models}
    assert (models[base].api, models[aligned].api, models[aligned].base) == ("completions", "chat", base)
    assert made.text.count("guess from the name") == 3


@pytest.mark.parametrize(
    "names",
    [
        ("Mistral-7B-Instruct-v0.1", "Mistral-7B-v0.3"),
        ("Llama-3.1-8B-Instruct", "Llama-3.1-70B"),
        ("a-base", "a-pt", "a-it"),
        ("gpt-4o", "gpt-4o-mini"),
    ],
    ids=["another version", "another size", "two bases", "no base at all"],
)
def test_where_the_names_leave_it_open_no_base_is_guessed(names):
    made = drafted(*names)
    assert made.pairs == ()
    assert "# base:  # the id of the model that it was aligned from" in made.text


def test_several_tuned_models_share_their_base(loaded):
    made = drafted("OLMo-2-7B", "OLMo-2-7B-SFT", "OLMo-2-7B-DPO", "OLMo-2-7B-Instruct")
    assert [pair.reference for pair in loaded(made).pairs()] == ["OLMo-2-7B"] * 3


@pytest.mark.parametrize(
    ("name", "kind", "what"),
    [
        ("text-embedding-3-small", None, "embedding"),
        ("nomic-embed-text:latest", None, "embedding"),
        ("BAAI/bge-m3", None, "embedding"),
        ("intfloat/e5-large", None, "embedding"),
        ("x", "embeddings", "embedding"),
        ("BAAI/bge-reranker-v2", None, "reranking"),
        ("x", "rerank", "reranking"),
        ("whisper-1", None, "audio"),
        ("gpt-4o-audio-preview", None, "audio"),
        ("tts-1-hd", None, "audio"),
        ("dall-e-3", None, "image"),
        ("stabilityai/stable-diffusion-xl", None, "image"),
        ("black-forest-labs/FLUX.1-dev", None, "image"),
        ("sora-2", None, "image"),
        ("omni-moderation-latest", None, "moderation"),
        ("meta-llama/Llama-Guard-3-8B", None, "moderation"),
        ("google/shieldgemma-2b", None, "moderation"),
        ("x", "moderation", "moderation"),
    ],
)
def test_what_cannot_answer_a_question_is_left_out_and_named(name, kind, what):
    made = drafted(name, "llama-3-8b", kinds={name: kind})
    assert (made.count_models, made.left_out) == (1, {what: (name,)})


@pytest.mark.parametrize("name", ["vanguard-7b", "gemma-3n-e4b-it", "command-r", "llava-1.6", "phi-4", "speecht"])
def test_what_only_sounds_like_another_kind_is_asked(name):
    assert drafted(name).count_models == 1


def test_the_servers_own_word_for_a_base_model_counts(loaded):
    assert loaded(drafted("x-7b", kinds={"x-7b": "language"})).models[0].api == "completions"


def test_anthropics_models_are_asked_for_messages_and_no_guess_is_made(loaded):
    made = draft("anthropic", "https://api.anthropic.com", [("claude-opus", "model")], "ANTHROPIC_API_KEY")
    (model,) = loaded(made).models
    assert (model.api, model.endpoint, model.api_key_env) == ("messages", "api.anthropic.com", "ANTHROPIC_API_KEY")
    assert "guess:" not in made.text


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5, unique=True))
def test_any_names_give_a_configuration_that_asks_for_exactly_them(tmp_path_factory, names):
    made = drafted(*names)
    path = tmp_path_factory.mktemp("draft") / "aligntax.yaml"
    path.write_text(made.text, encoding="utf-8")
    left_out = {name for group in made.left_out.values() for name in group}
    if made.count_models:
        settings = load_settings(path, environment={}, known=KNOWN, will_send=False)
        assert {model.model for model in settings.models} == set(names) - left_out
