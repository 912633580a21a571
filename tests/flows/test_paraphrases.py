"""A run with several wordings of an instruction: what is asked anew, and what the tables say of the wordings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from flows.cli.app import app
from tasks import benchmarks
from tests.support.runs import count_requests
from warehouse.connection import Warehouse

DATE = ("--as-of", "2026-03-21")
PLAIN = "{id: arithmetic, sample_size: 30, repeats: 1}"
WORDED = "{id: arithmetic, sample_size: 30, repeats: 1, paraphrases: [Work it out., Find the number.]}"


@pytest.mark.accept
def test_paraphrases_ask_only_what_is_new_and_their_variance_is_reported(project, aligntax, simulator):
    aligntax(project, "run", *DATE)
    asked = count_requests(simulator)
    config = Path(project, "aligntax.yaml")
    config.write_text(config.read_text().replace(PLAIN, WORDED))
    aligntax(project, "run", *DATE)
    assert count_requests(simulator) - asked == 2 * 2 * 30
    with Warehouse.read(project / "warehouse.duckdb") as warehouse:
        found = warehouse.rows(
            "select count_repeats, count_templates, variance_wordings, reason from reports.reliability "
            "where count_templates > 1"
        )[1]
    assert [row[:2] for row in found] == [(3, 3)] * 2
    assert all(row[2] >= 0 and row[3] == "one_repeat" for row in found)


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
