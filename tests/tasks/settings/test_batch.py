"""What a model may say about batches, and what they cost."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.errors import SettingsError
from tasks.settings import BatchFacts, ModelSettings, load_settings
from tests.support.known import known_names

PRICE = "price: [{from: 2026-01-01, input_usd_per_million: 3, output_usd_per_million: 15}]"
DAY = date(2026, 2, 1)


@pytest.fixture
def model(tmp_path):
    def load(rest: str, more: str = "") -> ModelSettings:
        path = tmp_path / "aligntax.yaml"
        first = "{id: m, provider: anthropic, model: claude, api: messages, " + rest + "}"
        path.write_text(f"models:\n  - {first}\n{more}benchmarks: [b]\n")
        return load_settings(path, environment={}, known=known_names(["b"], ["choice"]), will_send=False).models[0]

    return load


def test_a_batch_costs_what_the_provider_says_or_the_user(model):
    assert model(PRICE).cost_usd(DAY, 1_000_000, 0) == 3.0
    assert model(f"mode: batch, {PRICE}").cost_usd(DAY, 1_000_000, 1_000_000) == 9.0
    assert model(f"mode: batch, batch: {{price_factor: 0.8}}, {PRICE}").cost_usd(DAY, 1_000_000, 0) == pytest.approx(
        2.4
    )


def test_limits_lower_those_of_the_provider_and_never_raise_them(model):
    assert model("mode: batch").batch_limits == BatchFacts(requests=100_000, megabytes=256, price_factor=0.5)
    stated = model("mode: batch, batch: {max_requests: 10, max_megabytes: 500}").batch_limits
    assert (stated.requests, stated.megabytes) == (10, 256)


def test_the_mode_changes_no_answer(model):
    assert model("mode: batch").model_version == model("mode: live").model_version


def test_a_composite_model_asks_its_parts_live(model):
    chooser = "  - {id: n, provider: anthropic, model: c, api: messages}\n"
    more = chooser + "  - {id: h, best_of: {model: m, n: 2, chooser: n}}\n"
    with pytest.raises(SettingsError, match=r"mode: batch.*Name a part with mode: live"):
        model("mode: batch", more)


@pytest.mark.parametrize(
    "rest", ["mode: batches", "batch: {price_factor: 2}", "batch: {max_requests: 0}", "batch: {poll: 1}"]
)
def test_bad_values_are_refused(model, rest):
    with pytest.raises(SettingsError, match="batch"):
        model(rest)
