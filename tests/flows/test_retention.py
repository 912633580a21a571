"""Texts that are removed by policy change no table but in their texts, and what needs them later says so."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from flows.retention import policy
from tasks.steps.remove_texts import removable_texts, remove_texts
from tests.support.runs import DEFAULTS, HARBOR, count_requests
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

DATE = ("--as-of", "2026-01-31")
SIZE = 12
CONFIG = (
    DEFAULTS
    + HARBOR
    + """\
judges:
  - {{id: careful, model: jury-careful, max_attempts: 1}}
publish: {{text: full}}
benchmarks:
  - {{id: harmful, sample_size: {size}, judge: careful}}
  - {{id: arithmetic, sample_size: {size}}}
  - {{id: coding, sample_size: {size}}}
"""
)
SCORES = "select generation_id, scorer, scorer_version, outcome, value from raw.scores"
TEXTS = {"response", "reasoning", "texts_removed_at", "prompt"}
PUBLICATION = {"publication", "dim_run", "dim_date", "validations"}  # they say when something was built or checked


@pytest.fixture(scope="module")
def kept(tmp_path_factory, simulator, aligntax):
    """A project after one run."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "aligntax.yaml").write_text(CONFIG.format(address=simulator, size=SIZE))
    aligntax(folder, "run", *DATE)
    return folder


@pytest.fixture(scope="module")
def pruned(kept, tmp_path_factory, aligntax):
    """The same ten days later, without its texts, built anew from what is left and published."""
    folder = tmp_path_factory.mktemp("pruned") / "project"
    shutil.copytree(kept, folder)
    with Warehouse.open(folder / "warehouse.duckdb") as warehouse:
        later = later_policy()
        assert removable_texts(warehouse, later)
        removed = {texts.kind: texts.count_texts for texts in remove_texts(warehouse, later)}
        assert remove_texts(warehouse, later) == []
    assert removed["answer"] == 6 * SIZE
    assert removed["judge"] > 0
    assert removed["prompt"] > 0
    aligntax(folder, "build")
    aligntax(folder, "publish")
    return folder


def later_policy():
    rule = policy(5, "prune")
    return type(rule)(rule.days, datetime.now(UTC) + timedelta(days=10), rule.said_by, rule.text_scorers)


def rows(folder, sql):
    with Warehouse.read(folder / "warehouse.duckdb") as warehouse:
        return warehouse.rows(sql)[1]


def published(folder):
    """The rows of every published table, without texts."""
    with duckdb.connect(str(folder / "publish" / "aligntax.duckdb"), read_only=True) as connection:
        columns = (
            "select schema_name || '.' || table_name, list(column_name order by column_index) from duckdb_columns() "
        )
        columns += "where not internal group by all order by all"
        return {
            table: sorted(
                connection.execute(
                    f"select {', '.join(name for name in names if name not in TEXTS)} from {table}"
                ).fetchall(),
                key=repr,
            )
            for table, names in connection.execute(columns).fetchall()
            if table.partition(".")[2] not in PUBLICATION
        }


def test_published_tables_are_the_same_but_for_the_texts(kept, pruned):
    before, after = published(kept), published(pruned)
    assert before.keys() == after.keys()
    assert [table for table in before if before[table] != after[table]] == []
    texts = "select count(*), count(response), count(reasoning), count(texts_removed_at) from marts.fct_answers"
    assert rows(pruned, texts) == [(6 * SIZE, 0, 0, 6 * SIZE)]
    assert rows(pruned, "select count(prompt) from marts.dim_prompt") == [(0,)]


def test_no_text_of_an_answer_is_left_and_the_log_says_what_was_removed(kept, pruned):
    wide = "select count(*) from raw.generations where text <> '' or refusal_text <> '' or reasoning_text is not null"
    assert rows(kept, wide) != [(0,)]
    assert rows(pruned, wide) == [(0,)]
    assert rows(pruned, "select count(detail) from raw.executions") == [(0,)]
    logged = (
        "select kind, sum(count_texts)::integer, any_value(policy), any_value(older_than_days) "
        "from raw.text_removals group by kind"
    )
    assert ("answer", 6 * SIZE, "prune", 5) in rows(pruned, logged)


def test_the_same_run_again_asks_nothing_and_changes_nothing(kept, pruned, simulator, aligntax):
    before = count_requests(simulator)
    again = json.loads(aligntax(pruned, "run", *DATE, "--json").stdout)
    assert count_requests(simulator) == before
    assert again["count_quarantined"] == 0
    assert [table for table, found in published(kept).items() if published(pruned)[table] != found] == []


def test_what_needs_texts_says_that_they_were_removed(pruned, aligntax):
    ((item_id,),) = rows(pruned, "select min(item_id) from marts.fct_answers where benchmark_id = 'arithmetic'")
    assert "the text was removed on" in aligntax(pruned, "item", item_id).stdout
    assert "the text was removed on" in aligntax(pruned, "diff", "base", "aligned", "--benchmark", "arithmetic").stdout
    said = aligntax(pruned, "rescore", "--scorer", "exact", "--benchmark", "arithmetic").stdout
    assert "No answer was waiting for a score by exact" in said
    assert f"{2 * SIZE} answers keep their scores as they are" in said
    said = aligntax(pruned, "rescore", "--scorer", "exact", "--benchmark", "arithmetic", "--choose", code=2).stderr
    assert "no answer to arithmetic is scored by exact" in said
    assert f"{2 * SIZE} answers keep their scores as they are: their texts were removed" in said
    said = aligntax(pruned, "execute", "--again", "--benchmark", "coding").stdout
    assert f"{2 * SIZE} answers keep their scores as they are" in said
    refused = aligntax(pruned, "labels", "export", "sheet.csv", "--benchmark", "harmful", "--include-harmful", code=2)
    assert "whose text is kept" in refused.stderr


def test_a_later_run_asks_again_instead_of_reading_what_is_gone(pruned, tmp_path, simulator, aligntax):
    folder = tmp_path / "later"
    shutil.copytree(pruned, folder)
    before = count_requests(simulator)
    later = json.loads(aligntax(folder, "run", "--as-of", "2026-02-01", "--json").stdout)
    assert later["count_reused"] == 0
    assert count_requests(simulator) - before == 6 * SIZE + later["judging"]["count_asked"]
    assert later["judging"]["count_asked"] > 0
    unscored = "select count(*) from marts.fct_scores where as_of_date = '2026-02-01' and outcome = 'not_run'"
    assert rows(folder, unscored) == [(0,)]

    before = rows(folder, SCORES)
    said = aligntax(folder, "rescore", "--scorer", "exact", "--benchmark", "arithmetic", "--choose").stdout
    assert "2 of 4 cells keep the score they had: exact@" in said
    assert f"{2 * SIZE} answers keep their scores as they are: their texts were removed" in said
    scorers = "select distinct as_of_date::varchar, scorer from staging.stg_cells where benchmark_id = 'arithmetic'"
    assert rows(folder, f"{scorers} order by all") == [("2026-01-31", "numeric"), ("2026-02-01", "exact")]
    assert set(before) <= set(rows(folder, SCORES))


def test_a_night_applies_the_policy_of_the_configuration(kept, tmp_path, aligntax):
    folder = tmp_path / "night"
    shutil.copytree(kept, folder)
    config = folder / "aligntax.yaml"
    config.write_text(f"keep_texts_days: 30\n{config.read_text()}")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("update raw.generations set finished_at = finished_at - interval 40 days")
        connection.execute("update raw.runs set started_at = started_at - interval 40 days")
    aligntax(folder, "nightly", "--as-of", "2026-02-01")
    logged = "select kind, sum(count_texts)::integer, any_value(policy) from raw.text_removals group by kind"
    assert ("answer", 6 * SIZE, "keep_texts_days") in rows(folder, logged)
    texts = "select count(response), count(texts_removed_at) from marts.fct_answers"
    with duckdb.connect(str(folder / "publish" / "aligntax.duckdb"), read_only=True) as connection:
        assert connection.execute(texts).fetchall() == [(6 * SIZE, 6 * SIZE)]
