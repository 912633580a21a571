"""The dashboards in git are those that the generator makes, and every chart names what its table has."""

from __future__ import annotations

from itertools import chain

import pytest
import yaml

from infra.superset.assets import FOLDER, documents, identity
from infra.superset.dashboards import DASHBOARDS, DATASETS

CHARTS = [chart for dashboard in DASHBOARDS for row in dashboard.rows for chart in row]


@pytest.fixture(scope="module")
def made():
    return documents()


@pytest.fixture(scope="module")
def datasets(made):
    """What charts may name of each table: its columns and its metrics."""
    found = {}
    for document in made.values():
        if "table_name" in document:
            names = {column["column_name"] for column in document["columns"]}
            titles = {metric["metric_name"] for metric in document["metrics"]}
            found[f"{document['schema']}.{document['table_name']}"] = (names, titles)
    return found


def test_the_files_in_git_are_what_the_generator_makes(made):
    kept = {str(path.relative_to(FOLDER)): yaml.safe_load(path.read_text()) for path in FOLDER.rglob("*.yaml")}
    assert kept == made, "run python -m infra.superset.assets"


def test_every_chart_names_columns_and_metrics_of_its_table(datasets):
    unknown = []
    for chart in CHARTS:
        columns, metrics = datasets[chart.table]
        shown = chart.settings
        named = [*shown.get("all_columns", []), shown.get("x_axis"), shown.get("entity"), shown.get("series")]
        groups = shown.get("groupby", [])
        named += groups if isinstance(groups, list) else [groups]
        asked = [
            *shown.get("metrics", []),
            *shown.get("metrics_b", []),
            *(shown.get(key) for key in ("x", "y", "size")),
        ]
        asked += [shown.get("metric"), shown.get("timeseries_limit_metric")]
        unknown += [(chart.title, name) for name in named if name and name not in columns]
        unknown += [(chart.title, name) for name in asked if name and name not in metrics]
    assert unknown == []


def test_every_table_and_title_is_shown_once(made):
    assert {chart.table for chart in CHARTS} == {dataset.table for dataset in DATASETS}
    titles = [(chart.table, chart.title) for chart in CHARTS]
    assert len(set(titles)) == len(titles)
    uuids = [document["uuid"] for document in made.values() if "uuid" in document]
    assert len(set(uuids)) == len(uuids)


def test_tables_and_columns_carry_the_models_own_descriptions(made):
    safety = made["datasets/aligntax/reports_safety.yaml"]
    described = {column["column_name"]: column for column in safety["columns"]}
    assert "Grain: one row per" in safety["description"]
    assert described["change"]["description"] == "Candidate minus reference."
    assert described["change_times_100"]["expression"] == "100.0 * change"
    assert (described["as_of_date"]["type"], described["as_of_date"]["is_dttm"]) == ("DATE", True)


def test_no_metric_merges_rows_of_several_dates(made):
    expressions = list(chain.from_iterable(document.get("metrics", []) for document in made.values()))
    assert expressions
    for metric in expressions:
        guard = metric["expression"].removeprefix("case when ").split(" then ")[0]
        assert guard in {"count(*) = 1", "count(distinct as_of_date) = 1"}


def test_a_filter_of_one_value_starts_with_the_newest_night(made):
    for dashboard in DASHBOARDS:
        filters = made[f"dashboards/{dashboard.slug}.yaml"]["metadata"]["native_filter_configuration"]
        night = next(said for said in filters if said["targets"][0]["column"]["name"] == "night")
        assert night["controlValues"]["defaultToFirstItem"]
        assert not night["controlValues"]["sortAscending"]
        assert night["requiredFirst"]


def test_the_database_reads_and_writes_no_other_file(made):
    database = made["databases/aligntax.yaml"]
    arguments = database["extra"]["engine_params"]["connect_args"]
    assert arguments == {
        "read_only": True,
        "config": {"enable_external_access": "false", "lock_configuration": "true"},
    }
    assert not any(database[name] for name in database if name.startswith("allow_"))


def test_an_identity_is_the_same_each_time():
    assert identity("chart", "a") == identity("chart", "a") != identity("chart", "b")
