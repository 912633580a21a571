"""Files that are damaged, foreign, too deep, or opened by another program."""

from __future__ import annotations

import csv

import pytest

pytestmark = pytest.mark.accept


def test_a_damaged_warehouse_is_called_damaged(run_case):
    case = run_case("guard/G08_corrupt_called_busy")
    failed = [line for line in case.output.splitlines() if "error:" in line]
    assert failed
    assert all("is damaged" in line for line in failed)
    assert "Traceback" not in case.output


def test_a_warehouse_of_a_newer_version_is_left_alone(run_case):
    case = run_case("guard/G14_newer_schema")
    assert "newer version of aligntax (unknown here: 9999_future)" in case.output
    assert case.exit_codes[-1] == 1


def test_a_configuration_of_twenty_thousand_brackets_is_refused_in_one_line(run_case):
    case = run_case("guard/G15_nested_yaml")
    errors = [line for line in case.output.splitlines() if line.startswith("error:")]
    assert errors == [f"error: {name}.yaml: brackets or lists nest too deeply." for name in "ab"]


def test_no_cell_of_a_sheet_is_a_formula(run_case):
    case = run_case("guard/G13_labels_formulas")
    with (case.folder / "sheet.csv").open(newline="") as lines:
        cells = [cell for row in csv.reader(lines) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert "'=HYPERLINK" in "".join(cells)


def test_whatever_the_umask_is_only_the_owner_reads_what_is_written(run_case, shared_data):
    commands = "umask 000\naligntax import responses answers.jsonl --benchmark quiz --model m\naligntax publish\n"
    case = run_case("guard/G13_labels_formulas", commands + "aligntax labels export sheet.csv\n")
    given = {path.name for path in (shared_data / "data/cases/guard/G13_labels_formulas").iterdir()} | {".bin"}
    written = [path for path in case.folder.rglob("*") if path.relative_to(case.folder).parts[0] not in given]
    assert {"warehouse.duckdb", "sheet.csv"} <= {path.name for path in written}
    assert [path for path in written if path.lstat().st_mode & 0o077] == []
