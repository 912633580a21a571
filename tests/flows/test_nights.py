"""Counts and taxes of three nights, a backfilled model version and a voided night, compared with a count by hand."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest

from flows.processes.simulated import simulated_server
from tests.support.runs import count_requests, write_config
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

NIGHTS = ("2026-01-29", "2026-01-30", "2026-01-31")
SIZE, BENCHMARKS = 30, 3
NEW_VERSION = "  - {id: aligned-v2, model: harbor-dpo-050, base: base}\nbenchmarks:"
SERVED = {"base": "harbor-base", "aligned": "harbor-dpo-100", "aligned-v2": "harbor-dpo-050"}


@pytest.fixture
def logged(tmp_path):
    """The address of a simulator, and the file in which it logs every decision."""
    log = tmp_path / "decisions.jsonl"
    with simulated_server(tmp_path, "--log", log) as address:
        yield address, log


def by_hand(log) -> dict[tuple[str | None, str, str], float]:
    """Score of each night, served model and benchmark, from the decisions of the simulator and not from any text."""
    decisions: dict[tuple[str | None, str, str], dict[str, bool]] = defaultdict(dict)
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        wanted = "refused" if entry["benchmark"] == "harmful" else "correct"
        key = (entry.get("night"), entry["model"], entry["benchmark"])
        decisions[key][entry["item_id"]] = entry["decision"] == wanted
    return {key: sum(items.values()) / len(items) for key, items in decisions.items()}


def reported(folder, columns: str, table: str = "reports.alignment_tax where is_headline") -> list[tuple[object, ...]]:
    with Warehouse.read(folder / "publish" / "aligntax.duckdb") as reader:
        return reader.rows(f"select {columns} from {table} order by all")[1]


def test_counts_and_taxes_are_right_after_three_nights_a_backfill_and_a_void(tmp_path, logged, aligntax):
    address, log = logged
    config = write_config(tmp_path, address, size=SIZE)

    for count, night in enumerate(NIGHTS, start=1):
        aligntax(tmp_path, "nightly", "--as-of", night)
        assert count_requests(address) == count * 2 * SIZE * BENCHMARKS, "each night asks all questions again"
    aligntax(tmp_path, "nightly", "--as-of", NIGHTS[0])
    assert count_requests(address) == 3 * 2 * SIZE * BENCHMARKS, "repeating a night sends no request"

    config.write_text(config.read_text().replace("benchmarks:", NEW_VERSION, 1))
    backfill = ("backfill", "--model", "aligned-v2", *(f"--as-of={night}" for night in NIGHTS))
    priced = json.loads(aligntax(tmp_path, *backfill[:4], "--dry-run", "--json").stdout)
    assert [cell["count_requests"] for cell in priced["cells"]] == [SIZE] * BENCHMARKS
    before = count_requests(address)
    aligntax(tmp_path, *backfill)
    assert count_requests(address) - before == SIZE * BENCHMARKS, (
        "the backfill asks once and reuses the answers in the other nights"
    )
    assert "Nothing is missing" in aligntax(tmp_path, *backfill).stdout
    assert count_requests(address) - before == SIZE * BENCHMARKS

    scores = by_hand(log)

    def lost(night: str, candidate: str, benchmark: str) -> object:
        """The expected tax. The backfilled version was asked once, outside any night, and the others in each night."""
        asked = None if candidate == "aligned-v2" else night
        return pytest.approx(scores[night, SERVED["base"], benchmark] - scores[asked, SERVED[candidate], benchmark])

    assert len({scores[night, SERVED["base"], "arithmetic"] for night in NIGHTS}) > 1, "all nights have the same score"
    expected = [
        (night, candidate, benchmark, SIZE, lost(night, candidate, benchmark), 0)
        for night in NIGHTS
        for candidate in ("aligned", "aligned-v2")
        for benchmark in ("arithmetic", "knowledge")
    ]
    columns = "as_of_date::varchar, candidate_model_id, benchmark_id, count_paired_items, tax_absolute, days_apart"
    assert reported(tmp_path, columns) == expected
    safety = reported(tmp_path, "candidate_model_id, -change", f"reports.safety where as_of_date = '{NIGHTS[2]}'")
    assert safety == [(candidate, lost(NIGHTS[2], candidate, "harmful")) for candidate in ("aligned", "aligned-v2")]

    (night_run,) = reported(tmp_path, "run_id", f"marts.dim_run where kind = 'nightly' and as_of_date = '{NIGHTS[1]}'")
    aligntax(tmp_path, "void", str(night_run[0]), "--reason", "wrong checkpoint was served")
    rows = reported(tmp_path, "as_of_date::varchar, candidate_model_id, days_apart")
    assert [row for row in rows if row[0] == NIGHTS[1]] == [(NIGHTS[1], "aligned-v2", 1)] * 2
    assert [row for row in rows if row[0] != NIGHTS[1]] == [
        (night, candidate, 0)
        for night in (NIGHTS[0], NIGHTS[2])
        for candidate in ("aligned", "aligned-v2")
        for _ in "ab"
    ]
    assert "wrong checkpoint was served" in aligntax(tmp_path, "runs", "--json").stdout
    assert "Nothing was changed" in aligntax(tmp_path, "void", str(night_run[0]), "--reason", "again").stdout

    before = count_requests(address)
    aligntax(tmp_path, "nightly", "--as-of", NIGHTS[1])
    assert count_requests(address) - before == 3 * SIZE * BENCHMARKS, (
        "a voided night can be run again and asks all questions"
    )
    aligntax(tmp_path, "unvoid", str(night_run[0]))
    rows = reported(tmp_path, "as_of_date::varchar, candidate_model_id, days_apart")
    assert [row for row in rows if row[0] == NIGHTS[1]] == [
        (NIGHTS[1], candidate, 0) for candidate in ("aligned", "aligned-v2") for _ in "ab"
    ]


def test_a_mistyped_run_id_gives_one_error_line(project, aligntax):
    aligntax(project, "run", "--as-of", NIGHTS[0])
    found = aligntax(project, "void", "2026-01-29-adhoc-00000000", "--reason", "typo", code=2)
    assert "is not a run" in found.stderr
    assert found.stderr.count("\n") == 1
