"""For every way in which an answer can end, in each wire format, the tables hold what the simulator decided."""

from __future__ import annotations

import json

import pytest

from flows.processes.simulated import simulated_server
from warehouse.connection import Warehouse

TRUTH = """
seed: 7
families:
  oak:
    oak-base:
      rates: {arithmetic: &each {competence: 0.2, refusal: 0.15, unparsed: 0.15, truncated: 0.15, filtered: 0.15}}
    oak-broken:
      base: oak-base
      rates: {arithmetic: *each}
      faults: {rate_500: 1.0}
"""
CONFIG = """
warehouse: warehouse.duckdb
model_defaults: {{is_simulated: true, max_attempts: 2, concurrency: 8}}
thresholds: {{max_truncated_rate: 1, max_failed_rate: 1, max_unparsed_rate: 1, max_filtered_rate: 1}}
models:
  - {{id: completions, provider: openai, base_url: "http://{address}/v1", model: oak-base, api: completions}}
  - {{id: chat, provider: openai, base_url: "http://{address}/v1", model: oak-base, api: chat, base: completions}}
  - id: messages
    provider: anthropic
    base_url: "http://{address}"
    model: oak-base
    api: messages
    base: completions
  - {{id: broken, provider: openai, base_url: "http://{address}/v1", model: oak-broken, api: chat, base: completions}}
benchmarks: [{{id: arithmetic, sample_size: 60}}]
"""
OUTCOMES = {"correct", "incorrect", "refused", "unparsed", "truncated", "filtered"}
# The value of an outcome on a capability benchmark. An unparsed answer has no value until a rule gives it one.
VALUES = {"correct": 1.0, "unparsed": None}
FINISH = {"truncated": "length", "filtered": "content_filter"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory, aligntax):
    """The folder of a run of four models in three wire formats, and the decisions that the simulator logged."""
    folder = tmp_path_factory.mktemp("outcomes")
    (folder / "truth.yaml").write_text(TRUTH)
    log = folder / "decisions.jsonl"
    with simulated_server(folder, "--truth", folder / "truth.yaml", "--log", log) as address:
        (folder / "aligntax.yaml").write_text(CONFIG.format(address=address))
        aligntax(folder, "run", "--as-of", "2026-01-31", code=1)
    return folder, [json.loads(line) for line in log.read_text().splitlines()]


def rows(folder, sql):
    with Warehouse.read(folder / "warehouse.duckdb") as reader:
        return reader.rows(sql)[1]


def test_the_tables_hold_the_outcome_that_the_simulator_decided(ran):
    folder, decided = ran
    requests = {entry["request_id"]: entry["decision"] for entry in decided}
    items = {(entry["style"], entry["item_id"]): entry["decision"] for entry in decided}
    found = rows(
        folder,
        "select model_id, item_id, prompt_style, provider_request_id, outcome, value_parsed, finish_reason "
        "from marts.fct_scores join marts.fct_generations using (generation_id, run_id, cell_id, item_id, repeat, "
        "model_id, prompt_style) where model_id <> 'broken'",
    )
    assert len(found) == 3 * 60
    for model, item, style, request, outcome, value, finish in found:
        decision = next((requests[name] for name in requests if request and name in request), items[style, item])
        assert outcome == decision, (model, item)
        assert value == VALUES.get(outcome, 0.0), (model, outcome)
        assert finish == FINISH.get(outcome, "stop") or outcome == "filtered", (model, outcome, finish)
    for model in ("completions", "chat", "messages"):
        assert {row[4] for row in found if row[0] == model} == OUTCOMES, model


def test_a_cell_of_a_server_that_always_fails_has_failed_whatever_the_limits(ran):
    folder, _ = ran
    (found,) = rows(
        folder, "select status, count_failed, count_answered from reports.coverage where model_id = 'broken'"
    )
    assert found == ("failed", 60, 0)
    assert rows(
        folder, "select count(*) from raw.scores join raw.generations using (generation_id) where model_id = 'broken'"
    ) == [(0,)]
    assert rows(folder, "select count(*) from raw.failures where error_type = 'http_500'") == [(60,)]
    assert rows(folder, "select count(*) from reports.alignment_tax where candidate_model_id = 'broken'") == [(0,)]
