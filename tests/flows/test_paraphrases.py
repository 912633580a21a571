"""A run with several wordings of an instruction: what is asked, and what scores, taxes and intervals make of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from flows.cli.app import app
from flows.processes.simulated import simulated_server
from tasks import benchmarks
from tests.support.runs import DEFAULTS, count_requests
from warehouse.connection import Warehouse

DATE = ("--as-of", "2026-03-21")
PLAIN = "{id: arithmetic, sample_size: 30, repeats: 1}"
WORDED = "{id: arithmetic, sample_size: 30, repeats: 1, paraphrases: [Work it out., Find the number.]}"

TRUTH = """
seed: 5
wordings: {shared: 0.05, own: 0.15}
families:
  oak:
    oak-base:
      rates:
        arithmetic: {competence: 0.70, unparsed: 0.05}
        coding: {competence: 0.60}
        harmful: {refusal: 0.40}
    oak-tuned:
      base: oak-base
      rates:
        arithmetic: {competence: 0.50, refusal: 0.10}
        coding: {competence: 0.40}
        harmful: {refusal: 0.80}
judges:
  jury: {noise: 0.0}
"""
WORDINGS = ["Work it out.", "Find the number.", "What comes out?", "Reckon."]
CONFIG = (
    DEFAULTS
    + """\
models:
  - {{id: base, model: oak-base, api: completions, family: oak}}
  - {{id: aligned, model: oak-tuned, base: base}}
  - {{id: guarded, hybrid: {{first: aligned, fallback: base, checker: jury, guardrail: Help.}}}}
judges:
  - {{id: jury, model: jury}}
thresholds: {{max_failed_rate: null}}
benchmarks:
  - {{id: arithmetic, sample_size: 120, paraphrases: {wordings}}}
  - {{id: coding, sample_size: 10, repeats: 2, paraphrases: [Write it., Give the code.]}}
  - {{id: harmful, sample_size: 20, judge: jury, paraphrases: [Answer me., Be brief.]}}
"""
)
TAX = (
    "select tax_absolute, tax_absolute_low, tax_absolute_high, se_method, variance_wordings "
    "from reports.alignment_tax where is_headline and benchmark_id = 'arithmetic' and candidate_model_id = 'aligned'"
)
MACRO = (
    "select tax_absolute, tax_absolute_low, tax_absolute_high, se_method from reports.overall_tax "
    "where scope = 'all capability' and weighting = 'macro' and candidate_model_id = 'aligned'"
)


@pytest.mark.accept
def test_paraphrases_ask_only_what_is_new(project, aligntax, simulator):
    aligntax(project, "run", *DATE)
    asked = count_requests(simulator)
    config = Path(project, "aligntax.yaml")
    config.write_text(config.read_text().replace(PLAIN, WORDED))
    aligntax(project, "run", *DATE)
    assert count_requests(simulator) - asked == 2 * 2 * 30
    with Warehouse.read(project / "warehouse.duckdb") as warehouse:
        found = warehouse.rows(
            "select count_repeats, count_templates, reason from reports.reliability where count_templates > 1"
        )[1]
    assert found == [(3, 3, "one_repeat")] * 2


@pytest.fixture(scope="module")
def worded(tmp_path_factory, aligntax):
    """A folder with a run of models that other wordings change, and the server's address."""
    folder = tmp_path_factory.mktemp("worded")
    (folder / "truth.yaml").write_text(TRUTH)
    with simulated_server(folder, "--truth", folder / "truth.yaml") as address:
        (folder / "aligntax.yaml").write_text(CONFIG.format(address=address, wordings=WORDINGS))
        aligntax(folder, "run", *DATE)
        yield folder, address


def rows(worded, sql):
    with Warehouse.read(worded[0] / "warehouse.duckdb") as warehouse:
        return warehouse.rows(sql)[1]


def differences(worded):
    """Base minus aligned [item, wording] of arithmetic, from the scores."""
    found = rows(
        worded, "select model_id, item_id, repeat, value from marts.fct_scores where benchmark_id = 'arithmetic'"
    )
    values = {(model, item, repeat): value for model, item, repeat, value in found}
    items = sorted({item for _, item, _ in values})
    base, aligned = (
        np.array([[values[model, item, wording] for wording in range(5)] for item in items])
        for model in ("base", "aligned")
    )
    return base - aligned


@pytest.mark.accept
def test_the_tax_is_the_mean_over_items_and_wordings_and_its_component_is_theirs(worded):
    d = differences(worded)
    ((tax, _, _, _, variance),) = rows(worded, TAX)
    assert (d.shape, tax) == ((120, 5), pytest.approx(d.mean()))
    means = d.mean(axis=0)
    assert 0.01 < variance < means.var(ddof=1)  # the truth is 2 x 0.15^2, of four of the five wordings
    own = rows(
        worded,
        "select model_id, variance_wordings, tax_variance_wordings from reports.reliability "
        "where benchmark_id = 'arithmetic' and model_id <> 'guarded'",
    )
    assert {row[0]: row[2] for row in own} == {"base": None, "aligned": variance}
    assert all(row[1] > 0 for row in own)


@pytest.mark.accept
def test_programs_judged_answers_and_composite_models_are_asked_with_every_wording(worded):
    found = rows(
        worded,
        "select model_id, benchmark_id, count(*), count(distinct repeat), count(value) "
        "from marts.fct_scores group by all order by all",
    )
    sizes = {"arithmetic": (600, 5), "coding": (60, 6), "harmful": (60, 3)}
    assert {(model, name): counts for model, name, *counts in found} == {
        (model, name): [count, repeats, count]
        for model in ("aligned", "base", "guarded")
        for name, (count, repeats) in sizes.items()
    }
    metrics = rows(worded, "select distinct metric from reports.metric_scores where benchmark_id = 'coding' order by 1")
    assert metrics == [("pass_at_1",), ("pass_at_2",)]


@pytest.mark.accept
def test_the_intervals_hold_the_wordings_where_the_configuration_says_so(worded, aligntax):
    folder, address = worded
    asked, before, macro = count_requests(address), rows(worded, TAX)[0], rows(worded, MACRO)[0]
    config = folder / "aligntax.yaml"
    config.write_text(config.read_text() + "analysis: {include_prompt_variance: true}\n")
    aligntax(folder, "build")
    for sql, plain in ((TAX, before), (MACRO, macro)):
        held = rows(worded, sql)[0]
        assert held[0] == plain[0]
        assert held[1] < plain[1] < plain[2] < held[2]
        assert held[3] == f"{plain[3]}_wordings"
    kept = rows(worded, TAX), rows(worded, MACRO)
    aligntax(folder, "rescore", "--scorer", "numeric")
    aligntax(folder, "run", *DATE)
    assert (rows(worded, TAX), rows(worded, MACRO)) == kept
    assert count_requests(address) == asked


def test_an_import_says_that_it_ignores_paraphrases(tmp_path):
    config = {
        "warehouse": str(tmp_path / "warehouse.duckdb"),
        "models": [{"id": "org/toy", "provider": "recorded"}],
        "benchmarks": [{"id": "arithmetic", "paraphrases": ["Work it out.", "Find the number."]}],
    }
    (tmp_path / "aligntax.yaml").write_text(yaml.safe_dump(config))
    asked = benchmarks.load("arithmetic").items[:3]
    rows = [{"question": item.question, "response": item.target} for item in asked]
    (tmp_path / "answers.jsonl").write_text("\n".join(map(json.dumps, rows)))
    arguments = ["import", "responses", str(tmp_path / "answers.jsonl"), "--benchmark", "arithmetic", "--no-publish"]
    arguments += ["--model", "org/toy", "--config", str(tmp_path / "aligntax.yaml")]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "arithmetic: paraphrases: is ignored here. Imported answers count as answers to one wording" in done.output
    with Warehouse.read(tmp_path / "warehouse.duckdb") as warehouse:
        assert warehouse.rows("select count_templates from staging.stg_cells")[1] == [(1,)]
