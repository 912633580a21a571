"""What an answer cost, against figures worked out by hand from published prices."""

from __future__ import annotations

from datetime import date

import pytest

DAY = date(2026, 1, 15)
# US dollars per million tokens: input, cached input, cache write, output.
GPT = {"input_usd_per_million": 0.15, "cached_input_usd_per_million": 0.075, "output_usd_per_million": 0.6}
CLAUDE = {
    "input_usd_per_million": 3.0,
    "cached_input_usd_per_million": 0.3,
    "cache_write_usd_per_million": 3.75,
    "output_usd_per_million": 15.0,
}
BARE = {"input_usd_per_million": 2.0, "output_usd_per_million": 8.0}

CASES = {
    # prices, tokens (input with all of it, output, cached, written), dollars
    "openai, nothing cached": (GPT, (2000, 500, 0, None), (2000 * 0.15 + 500 * 0.6) / 1e6),  # 0.0006
    "openai, cached is part of the input": (GPT, (2000, 500, 1500, None), 0.0004875),  # 500 + 1500 at half
    "anthropic, read and written": (CLAUDE, (1000, 200, 600, 100), 0.004455),  # 900 + 180 + 375 + 3000 millionths
    "anthropic, nothing said of a cache": (CLAUDE, (300, 200, None, None), 0.0039),
    "no price for cached input: plain": (BARE, (1000, 100, 400, 0), 0.0028),
    "no price for a write: a quarter more than plain": (BARE, (1000, 100, 0, 400), 0.003),  # 1200 + 1000 + 800
    "free of charge": ({"input_usd_per_million": 0, "output_usd_per_million": 0}, (1000, 100, 10, 10), 0.0),
    "more cached than there was input": (GPT, (100, 0, 200, None), 0.000015),
    "unknown input": (GPT, (None, 500, None, None), None),
    "unknown output": (GPT, (500, None, None, None), None),
}


@pytest.mark.parametrize(("prices", "tokens", "dollars"), CASES.values(), ids=CASES.keys())
def test_an_answers_cost(load, prices, tokens, dollars):
    model = load({("models", 1, "price"): [{"from": "2026-01-01", **prices}]}).models[1]
    assert model.cost_usd(DAY, *tokens) == (None if dollars is None else pytest.approx(dollars, rel=1e-12))


def test_a_price_holds_from_its_day_on_for_every_kind_of_token(load):
    prices = [{"from": "2026-01-01", **CLAUDE}, {"from": "2026-01-15", **{k: 2 * v for k, v in CLAUDE.items()}}]
    model = load({("models", 1, "price"): prices}).models[1]
    tokens = (1000, 200, 600, 100)
    assert model.cost_usd(date(2025, 12, 31), *tokens) is None
    assert model.cost_usd(date(2026, 1, 14), *tokens) == pytest.approx(0.004455)
    assert model.cost_usd(date(2026, 1, 15), *tokens) == pytest.approx(0.00891)
