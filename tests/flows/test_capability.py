"""Official files through the command line: recorded solutions and a run of GSM8K, and multiple choice by likelihood."""

from __future__ import annotations

import gzip
import json

import pytest

from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

RECORDED = """
warehouse: warehouse.duckdb
model_defaults: {{provider: recorded}}
models:
  - {{id: finetuning, family: 6b}}
  - {{id: verification, base: finetuning}}
benchmarks:
  - {{id: gsm8k, source: {source}}}
"""
ASKED = """
warehouse: warehouse.duckdb
model_defaults: {{provider: openai, endpoint: simulator, base_url: "http://{address}/v1", is_simulated: true}}
models:
  - {{id: base, model: harbor-base, api: completions, family: harbor}}
  - {{id: aligned, model: harbor-dpo-100, api: chat, base: base}}
benchmarks:
  - {benchmark}
"""
DATE = ("--as-of", "2026-01-31")


def ask(folder, query):
    with Warehouse.read(folder / "publish" / "aligntax.duckdb") as reader:
        return reader.rows(query)[1]


def test_recorded_solutions_of_gsm8k_give_the_published_accuracies(tmp_path, aligntax, shared_data):
    data = shared_data / "data" / "gsm8k"
    (tmp_path / "aligntax.yaml").write_text(RECORDED.format(source=data / "test.jsonl"))
    with gzip.open(data / "example_model_solutions.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    for model in ("finetuning", "verification"):
        said = [{"question": row["question"], "response": row[f"6b_{model}"]["solution"]} for row in rows]
        (tmp_path / f"{model}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in said))
        aligntax(tmp_path, "import", "responses", f"{model}.jsonl", "--benchmark", "gsm8k", "--model", model, *DATE)
    (row,) = ask(
        tmp_path,
        "select count_items, reference_score, candidate_score, tax_absolute, scorer from reports.alignment_tax "
        "where is_headline",
    )
    assert row == (1319, *(pytest.approx(value, abs=1e-6) for value in (0.216831, 0.390447, -0.173616)), "gsm8k")


def test_a_run_asks_the_questions_of_the_gsm8k_file(tmp_path, aligntax, shared_data, simulator):
    """The simulated models know nothing of GSM8K and say something else, so every answer is unparsed."""
    source = shared_data / "data" / "gsm8k" / "test.jsonl"
    benchmark = f"{{id: gsm8k, source: {source}, sample_size: 40}}"
    (tmp_path / "aligntax.yaml").write_text(ASKED.format(address=simulator, benchmark=benchmark))
    found = aligntax(tmp_path, "run", *DATE)
    assert "80 answers planned, 0 there already, 80 asked, 0 failed, 80 scored, 0 quarantined" in found.stdout
    rows = ask(tmp_path, "select outcome, count(*) from marts.fct_scores group by outcome")
    assert rows == [("unparsed", 80)]
    items = ask(tmp_path, "select count(distinct subset), count(*) from marts.dim_item")
    assert items[0][0] > 2
    assert items[0][1] == 40


def test_multiple_choice_by_likelihood_is_asked_landed_and_scored(tmp_path, aligntax, simulator):
    benchmark = "{id: knowledge, sample_size: 100, scorer: choice_likelihood}"
    (tmp_path / "aligntax.yaml").write_text(ASKED.format(address=simulator, benchmark=benchmark))
    aligntax(tmp_path, "run", *DATE)
    rows = ask(tmp_path, "select model_id, outcome, count(*) from marts.fct_scores group by all")
    counts = {(model, outcome): count for model, outcome, count in rows}
    assert counts["base", "correct"] > 40
    assert counts["base", "incorrect"] > 5
    assert counts["aligned", "correct"] > 40
    assert {scorer for (scorer,) in ask(tmp_path, "select distinct scorer from marts.fct_scores")} == {
        "choice_likelihood"
    }
    with Warehouse.read(tmp_path / "warehouse.duckdb") as reader:
        facts = reader.rows("select first_token_json from raw.generations where text in (' A', 'A')")[1]
    assert all(" A" in json.loads(fact) or "A" in json.loads(fact) for (fact,) in facts)
