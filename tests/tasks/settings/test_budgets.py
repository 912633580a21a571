"""Budgets in the configuration: what is limited, and which models cannot have a budget of money."""

from __future__ import annotations

import pytest

from tasks.errors import SettingsError
from tasks.settings import load_settings
from tests.support.known import known_names

PRICE = "price: [{from: 2026-01-01, input_usd_per_million: 1, output_usd_per_million: 5}]"
CONFIG = """
warehouse: warehouse.duckdb
budget: {budget}
models:
  - {{id: base, provider: openai, base_url: "http://127.0.0.1:1/v1", model: m, api: chat, {base}}}
  - {{id: tuned, provider: openai, base_url: "http://127.0.0.1:1/v1", model: n, api: chat, base: base, {tuned}}}
benchmarks: [arithmetic]
"""


@pytest.fixture
def loaded(tmp_path):
    """Load a configuration with this budget and these keys of its two models."""

    def load(budget: str, base: str = PRICE, tuned: str = PRICE, **chosen: bool):
        path = tmp_path / "aligntax.yaml"
        path.write_text(CONFIG.format(budget=budget, base=base, tuned=tuned))
        return load_settings(path, environment={}, known=known_names(["arithmetic"]), **chosen)

    return load


def test_everything_that_is_limited_is_told(loaded):
    settings = loaded("{run: {usd: 1}, month: {usd: 0.5, requests: 100}}", tuned=PRICE + ", budget: {night: {usd: 2}}")
    assert list(settings.budget.limits()) == [("run", "usd", 1), ("month", "usd", 0.5), ("month", "requests", 100)]
    assert settings.model("base").budget is None
    assert list(settings.model("tuned").budget.limits()) == [("night", "usd", 2)]


def test_a_budget_changes_no_hash(loaded):
    with_budget, without = loaded("{run: {usd: 1}}"), loaded("{}")
    assert with_budget.config_hash == without.config_hash


@pytest.mark.parametrize(
    ("budget", "base", "said"),
    [
        ("{night: {usd: 1}}", "concurrency: 1", "so the budget.night.usd cannot be kept. State its price (0"),
        (
            "{night: {requests: 1}}",
            "concurrency: 1, budget: {run: {usd: 1}}",
            "so its own budget.run.usd cannot be kept",
        ),
        ("{month: {usd: 1}}", PRICE.replace("2026", "2999"), "(model 'base'): states no price for 20"),
        ("{night: {usd: -1}}", PRICE, "budget.night.usd: "),
        ("{night: {requests: 1.5}}", PRICE, "budget.night.requests: "),
        ("{week: {usd: 1}}", PRICE, "Known: month, night, run"),
    ],
)
def test_a_budget_that_cannot_be_kept_is_one_line(loaded, budget, base, said):
    with pytest.raises(SettingsError, match=r"aligntax\.yaml: ") as raised:
        loaded(budget, base)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_requests_can_be_limited_without_a_price(loaded):
    assert loaded("{night: {requests: 5}}", "concurrency: 1", "concurrency: 1").budget.of_money is None


def test_a_command_that_asks_nothing_needs_no_price(loaded):
    loaded("{night: {usd: 1}}", "concurrency: 1", will_send=False)


def test_a_model_that_is_asked_nowhere_has_no_budget(tmp_path):
    path = tmp_path / "aligntax.yaml"
    entry = "  - {id: old, provider: recorded, budget: {night: {usd: 2}}}\nbenchmarks:"
    path.write_text(CONFIG.format(budget="{}", base=PRICE, tuned=PRICE).replace("benchmarks:", entry))
    with pytest.raises(SettingsError, match="has no effect: it is asked nowhere, so leave out the budget"):
        load_settings(path, environment={}, known=known_names(["arithmetic"]))
