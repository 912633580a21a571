"""Scoring again: new scores are added, a table shows the changes, and only a choice changes the scores that count."""

import dataclasses
import re
from datetime import date

import pytest

from flows import transform
from tasks import benchmarks
from tasks.domain import Item, Verdict
from tasks.errors import UsageError
from tasks.importers.inspect_ai import read_inspect
from tasks.scorers import SCORERS, installed, versioned
from tasks.settings import Overrides, load_settings
from tasks.steps.land import LogOptions, land_log, void
from tasks.steps.score import choose, rescore, score
from tests.support.foreign_logs import archive, sample
from tests.support.known import known_names
from warehouse.connection import Warehouse

DAY, NEXT_DAY = "2026-01-31", "2026-02-01"
PRESENT = SCORERS["numeric"].version
NEXT = PRESENT + 1


@dataclasses.dataclass(frozen=True)
class Stricter:
    """A version of the numeric scorer that accepts only answers that consist of digits."""

    name: str = "numeric"
    version: int = NEXT
    filtered_value: float = 0.0
    config_hash: str = "stricter"
    reads: str = "text"

    def score(self, item: Item, text: str) -> Verdict:
        return SCORERS["numeric"].score(item, text if text.strip().isdigit() else "")


@pytest.fixture
def warehouse(tmp_path):
    path = tmp_path / "aligntax.yaml"
    path.write_text("model_defaults: {provider: recorded}\nmodels: [{id: org/toy}]\nbenchmarks: [arithmetic]\n")
    settings = load_settings(
        path,
        environment={},
        known=known_names(benchmarks.known(), SCORERS),
        overrides=Overrides(),
        will_send=False,
    )
    ours = benchmarks.load("arithmetic")
    asked = [sample(n, input=item.question, target=item.target) for n, item in enumerate(ours.items[:4])]
    for number, one in enumerate(asked):
        prefix = "" if number == 0 else "The answer is "
        one["output"]["choices"][0]["message"] = {"content": f"{prefix}{one['target']}"}
    log = read_inspect(archive(tmp_path / "log.eval", asked))
    with Warehouse.open(settings.warehouse) as opened:
        options = LogOptions(benchmark="arithmetic")
        run = land_log(opened, settings, {"arithmetic": ours}, log, options=options, as_of_date=date.fromisoformat(DAY))
        assert score(opened, run.run_id) == 4
        transform.rebuild_dates(opened, [DAY])
        yield opened


def headline(warehouse):
    return warehouse.rows("select scorer, scorer_version, score from reports.model_scores where subset = 'all'")[1]


def counted(warehouse):
    return [is_counted for (is_counted,) in warehouse.rows("select is_counted from reports.rescore_changes")[1]]


CHANGES = (
    "select scorer_old, scorer_version_old, scorer_new, scorer_version_new, is_counted, score_old, score_new, "
    "count_raised, count_lowered from reports.rescore_changes"
)


def test_scores_of_a_new_version_are_added_and_counted_instead_of_the_old_ones(warehouse):
    assert headline(warehouse) == [("numeric", PRESENT, 1.0)]
    assert rescore(warehouse, Stricter()) == 4
    assert rescore(warehouse, Stricter()) == 0
    transform.rebuild_dates(warehouse, [DAY])
    assert warehouse.rows("select scorer_version, count(*) from raw.scores group by 1 order by 1")[1] == [
        (PRESENT, 4),
        (NEXT, 4),
    ]
    assert headline(warehouse) == [("numeric", NEXT, 0.25)]
    assert warehouse.rows(CHANGES)[1] == [("numeric", PRESENT, "numeric", NEXT, True, 1.0, 0.25, 0, 3)]


def test_scores_of_another_scorer_are_added_but_not_counted(warehouse):
    assert rescore(warehouse, SCORERS["exact"]) == 0
    assert rescore(warehouse, SCORERS["exact"], benchmark_id="arithmetic") == 4
    transform.rebuild_dates(warehouse, [DAY])
    assert headline(warehouse) == [("numeric", PRESENT, 1.0)]
    ((*_, is_counted, before, now, _, _),) = warehouse.rows(CHANGES)[1]
    assert (is_counted, before) == (False, 1.0)
    assert 0 <= now <= 1


def test_answers_that_were_scored_once_are_not_in_the_table_of_changes(warehouse):
    assert warehouse.rows(CHANGES)[1] == []


def test_choosing_a_scorer_counts_its_scores_until_the_old_one_is_chosen_again(warehouse):
    assert rescore(warehouse, SCORERS["exact"], benchmark_id="arithmetic") == 4
    assert choose(warehouse, "exact", benchmark_id="arithmetic") == ["arithmetic"]
    transform.rebuild_dates(warehouse, [DAY])
    ((scorer, version, _),) = headline(warehouse)
    assert (scorer, version) == ("exact", SCORERS["exact"].version)
    assert counted(warehouse) == [True]
    assert warehouse.rows("select scorer_asked, scorer from staging.stg_cells")[1] == [("numeric", "exact")]

    choose(warehouse, "exact", benchmark_id="arithmetic")
    assert warehouse.rows("select count(*) from raw.scorer_choices")[1] == [(1,)]

    choose(warehouse, "numeric", benchmark_id="arithmetic")
    transform.rebuild_dates(warehouse, [DAY])
    assert headline(warehouse) == [("numeric", PRESENT, 1.0)]
    assert counted(warehouse) == [False]
    assert warehouse.rows("select count(*) from raw.scorer_choices")[1] == [(2,)]


def test_an_earlier_version_can_be_chosen_and_then_the_newest_again(warehouse):
    rescore(warehouse, Stricter())
    choose(warehouse, "numeric", PRESENT)
    transform.rebuild_dates(warehouse, [DAY])
    assert headline(warehouse) == [("numeric", PRESENT, 1.0)]
    assert counted(warehouse) == [False]
    choose(warehouse, "numeric")
    transform.rebuild_dates(warehouse, [DAY])
    assert headline(warehouse) == [("numeric", NEXT, 0.25)]
    assert counted(warehouse) == [True]


def test_a_chosen_scorer_that_did_not_score_every_answer_is_not_counted(warehouse):
    rescore(warehouse, SCORERS["exact"], benchmark_id="arithmetic")
    one = "generation_id = (select min(generation_id) from raw.plan)"
    warehouse.rows(f"delete from raw.scores where scorer = 'exact' and {one}")
    choose(warehouse, "exact", benchmark_id="arithmetic")
    transform.rebuild_dates(warehouse, [DAY])
    assert headline(warehouse) == [("numeric", PRESENT, 1.0)]
    assert kept_cells(warehouse, "exact") == [(1, 1)]
    rescore(warehouse, SCORERS["exact"], benchmark_id="arithmetic")
    assert kept_cells(warehouse, "exact") == [(1, 0)]


def kept_cells(warehouse, scorer):
    parameters = {"scorer": scorer, "scorer_version": SCORERS[scorer].version, "benchmarks": ["arithmetic"]}
    return warehouse.query_rows("kept_cells", **parameters)[1]


@pytest.mark.parametrize(
    ("name", "version", "benchmark", "said"),
    [
        ("exact", None, "arithmetic", "no answer to arithmetic is scored by exact; there is nothing of it"),
        ("numeric", 99, "arithmetic", f"scored by numeric@99; there is numeric@{PRESENT}"),
        ("exact", None, None, "no answer to any benchmark is scored by exact"),
    ],
)
def test_a_scorer_that_scored_no_answer_cannot_be_chosen(warehouse, name, version, benchmark, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        choose(warehouse, name, version, benchmark)
    assert warehouse.rows("from raw.scorer_choices")[1] == []


def later_run(warehouse, run_id, scorer, kind="adhoc"):
    """Add a run of the next day that reused the answers and is configured with this scorer."""
    copies = {
        "runs": f"kind: '{kind}', as_of_date: date '{NEXT_DAY}', started_at: now()",
        "cells": f"scorer: '{scorer}'",
        "cell_events": "happened_at: now()",
        "plan": "is_reused: true",
    }
    for table, changed in copies.items():
        replaced = ", ".join(f"{value} as {name}" for name, value in (one.split(": ") for one in changed.split(", ")))
        warehouse.rows(
            f"insert into raw.{table} by name select * replace ('{run_id}' as run_id, {replaced}) from raw.{table} "
            f"where run_id = (select min(run_id) from raw.runs where kind = 'import')"
        )


def by_date(warehouse):
    return warehouse.rows(
        "select distinct as_of_date::varchar, scorer from reports.model_scores where subset = 'all' order by all"
    )[1]


def test_a_new_scorer_in_a_runs_configuration_is_also_chosen_for_earlier_runs(warehouse):
    later_run(warehouse, "later", "exact")
    assert warehouse.dates_touched("later") == [NEXT_DAY]
    assert score(warehouse, "later") == 4
    assert warehouse.dates_touched("later") == [DAY, NEXT_DAY]
    transform.rebuild_dates(warehouse, warehouse.dates_touched("later"))
    assert by_date(warehouse) == [(DAY, "exact"), (NEXT_DAY, "exact")]
    assert score(warehouse, "later") == 0
    chosen = "select benchmark_id, scorer, counted_scorer, counted_version, run_id from raw.scorer_choices"
    assert warehouse.rows(chosen)[1] == [("arithmetic", "numeric", "exact", None, "later")]


def test_a_run_with_the_old_scorer_or_a_void_reverts_the_choice(warehouse):
    later_run(warehouse, "later", "exact")
    score(warehouse, "later")
    later_run(warehouse, "latest", "numeric")
    score(warehouse, "latest")
    transform.rebuild_dates(warehouse, [DAY, NEXT_DAY])
    assert by_date(warehouse) == [(DAY, "numeric"), (NEXT_DAY, "numeric")]
    void(warehouse, "latest", "for the test")
    transform.rebuild_dates(warehouse, [DAY, NEXT_DAY])
    assert by_date(warehouse) == [(DAY, "exact"), (NEXT_DAY, "exact")]


@pytest.mark.parametrize(
    ("scorer", "kind"), [("numeric", "adhoc"), ("exact", "import"), ("choice_likelihood", "adhoc")]
)
def test_a_run_with_the_same_scorer_or_another_kind_of_answer_makes_no_choice(warehouse, scorer, kind):
    later_run(warehouse, "later", scorer, kind)
    score(warehouse, "later")
    assert warehouse.rows("from raw.scorer_choices")[1] == []


def test_only_the_installed_version_of_a_scorer_can_be_used():
    present = SCORERS["numeric"].version
    assert installed(*versioned(f"numeric@{present}")) is installed(*versioned("numeric")) is SCORERS["numeric"]
    with pytest.raises(UsageError, match=r"'numeric@99' is not installed; the installed version is numeric@"):
        installed(*versioned("numeric@99"))
    with pytest.raises(UsageError, match="expected NAME@VERSION"):
        versioned("numeric@new")
