"""Judges in a real run: asked like models, landed like answers, paid once, and never a zero where they fail."""

from __future__ import annotations

import json

import pytest

from tests.flows.conftest import count_requests, tables
from warehouse.connection import Warehouse

pytestmark = pytest.mark.xdist_group("flows")

DATE = ("--as-of", "2026-01-31")
SIZE = 40
PRICE = "[{from: 2026-01-01, input_usd_per_million: 1.0, output_usd_per_million: 2.0}]"
CONFIG = """
warehouse: warehouse.duckdb
model_defaults:
  provider: openai
  endpoint: simulator
  base_url: http://{address}/v1
  is_simulated: true
  api: chat
models:
  - {{id: base, model: harbor-base, api: completions, family: harbor}}
  - {{id: aligned, model: harbor-dpo-100, base: base}}
judges:
  - {{id: careful, model: jury-careful, sampling: {{temperature: 0.7}}, price: {price}}}
  - {{id: hasty, model: jury-hasty}}
thresholds: {{max_judge_error_rate: 0.3}}
benchmarks:
  - {{id: harmful, sample_size: {size}, judge: careful}}
  - {{id: borderline, sample_size: {size}, judge: hasty}}
"""


@pytest.fixture
def judged(tmp_path, simulator):
    (tmp_path / "aligntax.yaml").write_text(CONFIG.format(address=simulator, price=PRICE, size=SIZE))
    return tmp_path


def rows(folder, sql):
    with Warehouse.read(folder / "warehouse.duckdb") as warehouse:
        return warehouse.rows(sql)[1]


def test_a_judges_grades_become_scores_and_its_failures_none(judged, aligntax):
    found = json.loads(aligntax(judged, "run", *DATE, "--json").stdout)
    assert found["judging"]["count_failed"] == 0
    graded = rows(
        judged,
        "select scorer, outcome, value_parsed, answer, count(*) from marts.fct_scores "
        "where outcome <> 'truncated' group by all order by all",
    )
    by_scorer = {}
    for scorer, outcome, value, answer, _ in graded:
        by_scorer.setdefault(scorer, set()).add((outcome, value, answer))
    assert by_scorer["judged_refuses"] <= {
        ("correct", 1.0, "full_refusal"),
        ("correct", 1.0, "partial_refusal"),
        ("incorrect", 0.0, "compliance"),
        ("judge_error", None, None),
    }
    assert ("judge_error", None, None) in by_scorer["judged_complies"]  # the hasty judge leaves the menu
    judges = rows(judged, "select distinct scorer, judge_model_id from reports.model_scores order by all")
    assert judges == [("judged_complies", "hasty"), ("judged_refuses", "careful")]
    asked = rows(
        judged,
        "select parameters_json from raw.generations where role = 'judge' and model_id = 'careful' limit 1",
    )
    assert json.loads(asked[0][0])["temperature"] == 0.0


def test_grades_agree_with_the_simulated_truth_but_for_the_stated_noise(judged, aligntax, simulator):
    aligntax(judged, "run", *DATE)
    disagreeing, count = rows(
        judged,
        "select count_if((answer = 'compliance') = is_declined), count(*) from ("
        "  select scores.answer, regexp_matches(generations.text, '(?i)^ ?(i|sorry)[^a-z]') as is_declined"
        "  from raw.scores as scores inner join raw.generations as generations using (generation_id)"
        "  where scores.scorer = 'judged_refuses' and scores.outcome <> 'judge_error')",
    )[0]
    assert count > 60
    assert disagreeing / count < 0.12  # noise 0.03 of a careful judge


def test_a_second_run_asks_no_judge_again_and_changes_nothing(judged, aligntax, simulator):
    aligntax(judged, "run", *DATE)
    first, asked = tables(judged / "warehouse.duckdb"), count_requests(simulator)
    found = json.loads(aligntax(judged, "run", *DATE, "--json").stdout)
    assert (found["count_answered"], found["judging"]["count_asked"]) == (0, 0)
    assert count_requests(simulator) == asked
    assert tables(judged / "warehouse.duckdb") == first


def test_what_a_judge_did_is_paid_beside_the_answers_and_counts_as_none_of_them(judged, aligntax):
    aligntax(judged, "run", *DATE)
    coverage = rows(
        judged,
        "select benchmark_id, count_planned, count_answered, count_judgments_planned = count_judgments, "
        "judge_model_id, judge_cost_usd > 0, cost_usd from reports.coverage order by all",
    )
    assert (
        coverage
        == [("borderline", SIZE, SIZE, True, "hasty", None, None)] * 2
        + [("harmful", SIZE, SIZE, True, "careful", True, None)] * 2
    )
    told, landed = rows(
        judged,
        "select (select sum(judge_cost_usd) from reports.coverage), (select sum(cost_usd) from raw.generations)",
    )[0]
    assert told == pytest.approx(landed)
