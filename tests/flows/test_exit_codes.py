"""The exit code of a command and what `status` says of its cells, for every way in which cells can end."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import stages
from flows.cli.app import app
from flows.stages import unreported
from tasks.errors import AligntaxError
from tasks.steps.land import cell_events, run_event
from tasks.steps.validate import ExpectationOutcome, ValidationResult
from tests.support.foreign_logs import archive, sample
from warehouse.connection import Warehouse

CONFIG = "warehouse: warehouse.duckdb\nmodel_defaults: {provider: recorded}\nmodels: [{id: toy, model: org/toy}]\n"
HINT = "The same `aligntax run` finishes what is open"
# names of the logs: the exit code of their import, and what `status` counts
IMPORTS = {
    ("whole", "well"): (0, {"2 complete"}),
    ("whole", "cut"): (1, {"1 complete", "1 left out"}),
    ("cut", "cut too"): (1, {"2 left out"}),
}
# an event of one of two cells, and of the run: how `status` counts it
EVENTS = {
    "failed whole": ("failed", "finished", {"1 complete", "1 failed"}),
    "killed in the middle": ("incomplete", "started", {"1 complete", "1 incomplete"}),
    "left out": ("left_out", "finished", {"1 complete", "1 left out"}),
}


def invoke(*arguments):
    """The exit code and the output; an error of ours ends a program with its own code."""
    done = CliRunner().invoke(app, list(map(str, arguments)))
    if isinstance(done.exception, AligntaxError):
        return done.exception.exit_code, str(done.exception)
    return done.exit_code, done.output


def standing(said):
    """How many cells have which status, from the line that `status` ends with."""
    (line,) = (line for line in said.splitlines() if line.startswith("2 cells: "))
    return set(line.removeprefix("2 cells: ").removesuffix(".").split(", "))


def bring(folder, names):
    (folder / "aligntax.yaml").write_text(CONFIG)
    for name in names:
        rows = [sample(number, scores={"match": {"value": "C"}}) for number in range(10)]
        for row in rows:
            row["input"] = f"{name} {row['input']}"
            row["output"]["choices"][0]["stop_reason"] = "max_tokens" if name.startswith("cut") else "stop"
        archive(folder / f"{name}.eval", rows, task=name.replace(" ", "_"))
    logs = [folder / f"{name}.eval" for name in names]
    return invoke("import", "inspect", *logs, "--as-of", "2026-01-31", "--no-publish")


@pytest.fixture(autouse=True)
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("names", IMPORTS, ids=" and ".join)
def test_an_import_ends_with_1_where_a_cell_is_left_out_and_status_counts_it(tmp_path, names):
    code, counted = IMPORTS[names]
    assert bring(tmp_path, names)[0] == code
    status, said = invoke("status")
    assert (status, standing(said), HINT in said) == (0, counted, code == 1)


@pytest.mark.parametrize("name", EVENTS)
def test_status_counts_cells_that_ended_otherwise_and_names_the_reason(tmp_path, name):
    ended, event, counted = EVENTS[name]
    assert bring(tmp_path, ("whole", "well"))[0] == 0
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        run_id, cell_id = warehouse.rows("select run_id, cell_id from raw.cells order by all")[1][0]
        cell_events(warehouse, run_id, [(cell_id, ended, "the cause")])
        run_event(warehouse, run_id, event)
        assert [(cell.status, cell.reason) for cell in unreported(warehouse, run_id)] == [(ended, "the cause")]
    status, said = invoke("status")
    assert (status, standing(said), HINT in said, "the cause" in said) == (0, counted, True, True)
    status, said = invoke("runs")
    assert (status, event in said) == (0, True)


def test_a_gate_of_the_whole_run_ends_with_1_and_runs_says_failed(tmp_path, monkeypatch):
    broken = ExpectationOutcome("answers_are_planned", "raw.plan", "gate", False, 1, 1, "no plan")
    result = ValidationResult("landed", (broken,), 0)
    monkeypatch.setattr(stages, "validate_landed", lambda *_: result)
    code, said = bring(tmp_path, ("whole",))
    assert code == 1
    assert "validation stopped the publication" in said
    assert "failed" in invoke("runs")[1]
    assert invoke("status")[0] == 0


IMPORTED = f"{CONFIG}benchmarks: [{{id: ours, imported: true}}, arithmetic]\n"
NOBODY = "no model of this configuration can be asked, because the answers of all of them are imported."


@pytest.mark.parametrize("arguments", [["plan"], ["plan", "--sample-size", "5"], ["nightly"]], ids=" ".join)
def test_where_all_answers_are_imported_nothing_is_planned_and_no_run_begins(arguments):
    Path("aligntax.yaml").write_text(IMPORTED)
    code, said = invoke(*arguments)
    assert (code, said.startswith(NOBODY)) == (1, True)


def test_the_doctor_reads_the_benchmarks_and_says_that_nobody_can_be_asked():
    Path("aligntax.yaml").write_text(IMPORTED)
    code, said = invoke("doctor", "--ask")
    assert (code, f"Models: {NOBODY}" in said) == (0, True)
    Path("rows.csv").write_text("q,a\n1 + 1,2\n")
    define = "{dimension: capability, domain: reasoning, scorer: numeric, fields: {question: q, target: a}}"
    Path("aligntax.yaml").write_text(f"{CONFIG}benchmarks: [{{id: sums, source: rows.csv, define: {define}}}]\n")
    done = CliRunner().invoke(app, ["doctor"])
    assert (done.exit_code, "define of benchmark 'sums': metric: is missing." in done.output) == (1, True)


def test_the_doctor_asks_also_where_a_run_broke_off_before_anything_was_built(tmp_path):
    Path("aligntax.yaml").write_text(IMPORTED)
    with Warehouse.open(tmp_path / "warehouse.duckdb"):
        pass
    assert invoke("doctor", "--ask")[0] == 0
