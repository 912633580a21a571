"""Counts and taxes of three nights, a backfilled model version and a voided night, compared with a count by hand."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from flows.processes.simulated import simulated_server
from tests.support.runs import count_requests, write_config
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

NIGHTS = ("2026-01-29", "2026-01-30", "2026-01-31")
SIZE, BENCHMARKS = 30, 3
NEW_VERSION = "  - {id: aligned-v2, model: harbor-dpo-050, base: base}\nbenchmarks:"
ALIGNED = ("aligned", "aligned-v2")
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


@pytest.fixture
def series(tmp_path, logged, aligntax):
    """The project of a series of nights: its commands, its reports, and the requests that a command sends."""
    address, log = logged
    config = write_config(tmp_path, address, size=SIZE)
    return Series(tmp_path, config, address, log, aligntax)


@dataclass
class Series:
    folder: Path
    config: Path
    address: str
    log: Path
    aligntax: Callable[..., CompletedProcess[str]]

    def command(self, *words: str) -> tuple[str, int]:
        """What a command prints, and how many requests it sends."""
        before = count_requests(self.address)
        said = self.aligntax(self.folder, *words).stdout
        return said, count_requests(self.address) - before

    def requests(self, *words: str) -> int:
        return self.command(*words)[1]

    def days_apart(self, night: str) -> list[tuple[object, ...]]:
        """The headline taxes of a night: candidate, and the days between its answers and the reference's."""
        where = f"reports.alignment_tax where is_headline and as_of_date = '{night}'"
        return reported(self.folder, "candidate_model_id, days_apart", where)

    def lost(self, night: str, candidate: str, benchmark: str) -> object:
        """The expected tax. The backfilled version was asked once, outside any night, and the others in each night."""
        scores, asked = by_hand(self.log), None if candidate == "aligned-v2" else night
        return pytest.approx(scores[night, SERVED["base"], benchmark] - scores[asked, SERVED[candidate], benchmark])


def ask_three_nights(series: Series) -> None:
    for night in NIGHTS:
        assert series.requests("nightly", "--as-of", night) == 2 * SIZE * BENCHMARKS, "each night asks all again"
    assert series.requests("nightly", "--as-of", NIGHTS[0]) == 0, "repeating a night sends no request"


def backfill_a_version(series: Series) -> None:
    series.config.write_text(series.config.read_text().replace("benchmarks:", NEW_VERSION, 1))
    backfill = ("backfill", "--model", "aligned-v2", *(f"--as-of={night}" for night in NIGHTS))
    priced, sent = series.command(*backfill[:4], "--dry-run", "--json")
    assert [cell["count_requests"] for cell in json.loads(priced)["cells"]] == [SIZE] * BENCHMARKS
    assert sent == 0
    assert series.requests(*backfill) == SIZE * BENCHMARKS, "it asks once and reuses the answers in the other nights"
    said, sent = series.command(*backfill)
    assert "Nothing is missing" in said
    assert f"Nothing is missing on {NIGHTS[0]}" in series.command(*backfill[:4], "--dry-run")[0]
    assert sent == 0


def compare_with_a_count_by_hand(series: Series) -> None:
    scores = by_hand(series.log)
    assert len({scores[night, SERVED["base"], "arithmetic"] for night in NIGHTS}) > 1, "all nights have the same score"
    columns = "as_of_date::varchar, candidate_model_id, benchmark_id, count_paired_items, tax_absolute, days_apart"
    assert reported(series.folder, columns) == [
        (night, candidate, benchmark, SIZE, series.lost(night, candidate, benchmark), 0)
        for night in NIGHTS
        for candidate in ALIGNED
        for benchmark in ("arithmetic", "knowledge")
    ]
    safety = reported(series.folder, "candidate_model_id, -change", f"reports.safety where as_of_date = '{NIGHTS[2]}'")
    assert safety == [(candidate, series.lost(NIGHTS[2], candidate, "harmful")) for candidate in ALIGNED]


def test_counts_and_taxes_are_right_after_three_nights_a_backfill_and_a_void(series):
    ask_three_nights(series)
    backfill_a_version(series)
    compare_with_a_count_by_hand(series)

    night = f"marts.dim_run where kind = 'nightly' and as_of_date = '{NIGHTS[1]}'"
    ((run_id,),) = reported(series.folder, "run_id", night)
    series.command("void", str(run_id), "--reason", "wrong checkpoint was served")
    whole = [(candidate, 0) for candidate in ALIGNED for _ in "ab"]
    assert [series.days_apart(night) for night in NIGHTS] == [whole, [("aligned-v2", 1)] * 2, whole]
    assert "wrong checkpoint was served" in series.command("runs", "--json")[0]
    assert "Nothing was changed" in series.command("void", str(run_id), "--reason", "again")[0]

    sent = series.requests("nightly", "--as-of", NIGHTS[1])
    assert sent == 3 * SIZE * BENCHMARKS, "a voided night can be run again and asks all questions"
    series.command("unvoid", str(run_id))
    assert series.days_apart(NIGHTS[1]) == whole


def test_a_mistyped_run_id_gives_one_error_line(project, aligntax):
    aligntax(project, "run", "--as-of", NIGHTS[0])
    found = aligntax(project, "void", "2026-01-29-adhoc-00000000", "--reason", "typo", code=2)
    assert "is not a run" in found.stderr
    assert found.stderr.count("\n") == 1
