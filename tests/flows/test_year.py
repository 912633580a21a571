"""A year of imported nights: its tables are those of a count by hand, and its last night costs like its tenth."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from datetime import timedelta

import pytest

from flows import transform
from flows.configuration import load_configuration
from tests.support.imported_year import BENCHMARKS, COST_USD, FIRST, ITEMS, Year, answers
from tests.support.measured import growth
from tests.support.nights import TABLES, rows
from tests.support.runs import environment
from tests.support.sizes import replications
from warehouse.connection import Warehouse

pytestmark = pytest.mark.endurance

DAYS, LEAST_NIGHTS = 365, 60
MOST_TIMES = 1.5
MOST_MORE_BYTES = 30 * 2**20
MOST_MORE = 10  # descriptors and threads


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """The nights, their folder, and what each of them cost."""
    folder, whole = tmp_path_factory.mktemp("year"), Year(max(LEAST_NIGHTS, replications(DAYS)))
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.imported_year", str(whole.count), "measured.jsonl"],
        cwd=folder,
        env={**environment(), "GX_ANALYTICS_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    measured = [json.loads(line) for line in (folder / "measured.jsonl").read_text().splitlines()]
    return whole, folder, measured, done.stderr


@pytest.fixture(scope="module")
def published(year):
    with Warehouse.read(year[1] / "publish" / "aligntax.duckdb") as reader:
        yield reader


def expected(year: Year) -> dict[tuple[object, str, str], tuple[int, float]]:
    """Answers and score of each date, model and benchmark that has a score."""
    found = {}
    for night in range(year.count):
        earlier = [
            name for first in range(year.count) for name, nights in year.backfilled(first).items() if night in nights
        ]
        models = [] if night in year.failed[:2] else year.models(night)
        for model in (*models, *earlier):
            for benchmark in BENCHMARKS:
                values = answers(year, night, model, benchmark)
                if None not in values:
                    found[FIRST + timedelta(night), model, benchmark] = (ITEMS, sum(values) / ITEMS)
    return found


def test_every_score_and_tax_is_there_once(year, published):
    scores = expected(year[0])
    columns = "as_of_date, model_id, benchmark_id, count_answered, score"
    found = rows(published, f"select {columns} from reports.trend order by all")
    assert found == [(*key, count, pytest.approx(score)) for key, (count, score) in sorted(scores.items())]
    assert rows(published, "select count(*) from marts.fct_scores where value is not null") == [(len(scores) * ITEMS,)]
    taxes = rows(
        published,
        "select as_of_date, candidate_model_id, benchmark_id, count_paired_items, tax_absolute "
        "from reports.alignment_tax where is_headline and days_apart = 0 order by all",
    )
    assert taxes == [
        (date, model, benchmark, ITEMS, pytest.approx(scores[date, "base", benchmark][1] - score))
        for (date, model, benchmark), (_, score) in sorted(scores.items())
        if model != "base"
    ]


def test_a_night_that_failed_is_one_line_and_no_score(year, published):
    whole, _, measured, said = year
    codes = {night: found["code"] for night, found in enumerate(measured) if found["code"]}
    assert codes == dict(zip(whole.failed, (2, 2, 1), strict=True))
    assert [line.partition(" ")[0] for line in said.splitlines()] == ["error:", "error:"]
    missing = rows(
        published,
        "select as_of_date, model_id, benchmark_id, status, coverage from reports.coverage "
        "where status <> 'complete' order by all",
    )
    silent = FIRST + timedelta(whole.failed[2])
    assert missing == [(silent, "aligned", benchmark, "failed", 0.0) for benchmark in BENCHMARKS]


def test_costs_are_those_of_the_scores_and_nothing_was_spent(year, published):
    count = len(expected(year[0])) * ITEMS
    assert rows(published, "select round(sum(cost_usd), 6) from reports.coverage where status = 'complete'") == [
        (pytest.approx(count * COST_USD),)
    ]
    assert rows(published, "select count(*) from reports.spend") == [(0,)]


def test_the_fall_is_told_since_its_night_and_another_model_of_the_base_starts_another_series(year, published):
    whole = year[0]
    since = FIRST + timedelta(whole.falls_at)
    alarms = rows(published, "select distinct model_id, benchmark_id, since_date from reports.alerts order by all")
    assert alarms == [("aligned", benchmark, since) for benchmark in BENCHMARKS]
    assert rows(published, "select count(*) from reports.alerts where is_new") == [(len(BENCHMARKS),)]
    standing = rows(
        published,
        "select model_id, count(*) from reports.alerts "
        "where as_of_date = (select max(as_of_date) from reports.trend) group by all",
    )
    assert standing == [("aligned", len(BENCHMARKS))]
    split = rows(published, "select as_of_date, model_id, benchmark_id from reports.trend where is_split order by all")
    assert split == [(FIRST + timedelta(whole.served_at), "base", benchmark) for benchmark in BENCHMARKS]


def test_the_last_night_costs_like_the_tenth(year):
    nights = [found for found in year[2] if found["code"] == 0]
    early, late = (statistics.median(found["cpu_s"] for found in some) for some in (nights[5:15], nights[-10:]))
    print(f"CPU of a night: {early:.2f} s around night 10, {late:.2f} s at the end, {late / early:.2f} times as much")
    assert late <= MOST_TIMES * early
    assert growth(nights, "memory_bytes") <= MOST_MORE_BYTES
    assert growth(nights, "count_descriptors") <= MOST_MORE
    assert growth(nights, "count_threads") <= MOST_MORE


def test_one_rebuild_of_all_nights_gives_the_tables_that_they_added(year):
    _, folder, _, _ = year
    settings = load_configuration(folder / "aligntax.yaml", will_send=False)
    with Warehouse.open(folder / "warehouse.duckdb") as warehouse:
        added = {table: rows(warehouse, f"from {table} order by all") for table in TABLES}
        transform.rebuild_dates(warehouse, transform.run_dates(warehouse), settings.analysis, settings.margins)
        assert {table: rows(warehouse, f"from {table} order by all") for table in TABLES} == added
