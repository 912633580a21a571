"""Every model and judge is tried out over the real clients; a server that is down comes first, with its address."""

from __future__ import annotations

import asyncio

import pytest

from flows.asking.trials import try_models
from flows.configuration import load_configuration

CONFIG = """
model_defaults: {{provider: openai, base_url: "http://{address}/v1", endpoint: simulator, is_simulated: true}}
models:
  - {{id: base, model: harbor-base, api: completions, price: {price}}}
  - {{id: claude, provider: anthropic, base_url: "http://{address}", endpoint: a, model: harbor-dpo-100, api: messages}}
  - {{id: absent, model: harbor-dpo-10, api: chat}}
  - {{id: down, model: m, api: chat, base_url: "http://127.0.0.1:9/v1", endpoint: d}}
  - {{id: guarded, hybrid: {{first: claude, fallback: base, checker: jury, guardrail: Help.}}}}
judges: [{{id: jury, model: jury-careful, api: chat}}]
benchmarks:
  - {{id: arithmetic, sample_size: 2}}
  - {{id: harmful, sample_size: 2, judge: jury}}
"""
PRICE = "[{from: 2025-01-01, input_usd_per_million: 1.0, output_usd_per_million: 2.0}]"


def test_servers_that_are_down_come_first_and_each_model_has_its_lines(tmp_path, simulator):
    path = tmp_path / "aligntax.yaml"
    path.write_text(CONFIG.format(address=simulator, price=PRICE))
    found = asyncio.run(try_models(load_configuration(path), {}))
    first = found.findings[0]
    assert first.line.startswith("problem http://127.0.0.1:9/v1: server: no server answers there (")
    assert first.line.endswith("Start it, or mend base_url of down")
    said = {(finding.subject, finding.check): finding for finding in found.findings}
    assert {subject for subject, _ in said} == {"http://127.0.0.1:9/v1", "base", "claude", "absent", "jury"}
    assert "alternatives: 20" in said["base", "log-probabilities"].found
    assert said["claude", "style"].found == "answers 'messages'"
    assert "Did you mean 'harbor-dpo-100'?" in said["absent", "model"].found
    assert found.cost_usd is None
    assert found.count_requests > 8


def test_the_cost_is_known_where_every_model_has_a_price(tmp_path, simulator):
    path = tmp_path / "aligntax.yaml"
    models = CONFIG.format(address=simulator, price=PRICE).partition("  - {id: claude")[0]
    path.write_text(models + "benchmarks: [{id: knowledge, sample_size: 2, scorer: choice_likelihood}]\n")
    found = asyncio.run(try_models(load_configuration(path), {}))
    assert 0 < found.cost_usd < 0.01
    assert {finding.subject for finding in found.findings} == {"base"}


def test_a_question_that_is_asked_alone_costs_the_live_price(tmp_path, simulator):
    path = tmp_path / "aligntax.yaml"
    whole = CONFIG.format(address=simulator, price=PRICE)
    model = whole.partition("  - {id: claude")[0].replace("api: completions", "api: chat, max_attempts: 1")
    costs = []
    for mode in ("live", "batch"):
        text = model.replace("id: base,", f"id: base, mode: {mode},")
        path.write_text(f"{text}benchmarks: [{{id: arithmetic, sample_size: 2}}]\n")
        costs.append(asyncio.run(try_models(load_configuration(path), {})).cost_usd)
    assert costs[0] == pytest.approx(costs[1])
