"""The dashboards as Superset's YAML: ``python -m infra.superset.assets`` rewrites the folder ``assets``.

Tables and columns are described by the models' own descriptions, with the types that DuckDB gives them. Names are
uuid5, so that an import replaces what it imported before.
"""

from __future__ import annotations

import shutil
import uuid
import zlib
from pathlib import Path
from typing import Any

import yaml

from infra.superset.charts import Chart, Dashboard, Dataset
from infra.superset.dashboards import DASHBOARDS, DATASETS
from warehouse.build import models
from warehouse.catalog.listing import column_types

FOLDER = Path(__file__).parent / "assets"
DATABASE = "aligntax"
# Without external access SQL reads and writes no file but the tables', and a locked configuration keeps it so.
DUCKDB_READ_ONLY = {"read_only": True, "config": {"enable_external_access": "false", "lock_configuration": "true"}}
_NAMESPACE = uuid.UUID("8d5a3e36-6b52-5c39-9d4b-5c7f1a0f7a10")
_BENCHMARK = "case when attack = 'none' then benchmark_id else benchmark_id || ' + ' || attack end"
# A filter takes one value, the newest or first by default, where several would mix what must not be mixed.
_FILTERS = {
    "night": {"name": "Night", "multiSelect": False, "sortAscending": False},
    "origin": {"name": "Origin", "multiSelect": False, "sortAscending": True},
    "family": {"name": "Family", "multiSelect": True, "sortAscending": True},
    "benchmark": {"name": "Benchmark", "multiSelect": False, "sortAscending": True},
    "model_id": {"name": "Model", "multiSelect": True, "sortAscending": True},
}


def documents() -> dict[str, dict[str, Any]]:
    """Every file by its path below the folder, as what its YAML says."""
    types = column_types()
    found = {
        "metadata.yaml": {"version": "1.0.0", "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"},
        f"databases/{DATABASE}.yaml": _database(),
    }
    for dataset in DATASETS:
        name = dataset.table.replace(".", "_")
        found[f"datasets/{DATABASE}/{name}.yaml"] = _dataset(dataset, types)
    for dashboard in DASHBOARDS:
        for number, chart in enumerate(_charts(dashboard), start=1):
            found[f"charts/{dashboard.slug}_{number}.yaml"] = _chart(chart)
        found[f"dashboards/{dashboard.slug}.yaml"] = _dashboard(dashboard)
    return found


def write(folder: Path) -> None:
    """Replace the folder by what ``documents`` says."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, document in documents().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120))


def identity(*names: str) -> str:
    """The uuid of what these names name, the same each time."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(names)))


def _database() -> dict[str, Any]:
    """The published tables; ``make bi`` puts their place in."""
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": "duckdb:///aligntax.duckdb",
        "cache_timeout": None,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_file_upload": False,
        "extra": {"engine_params": {"connect_args": DUCKDB_READ_ONLY}},
        "uuid": identity("database"),
        "version": "1.0.0",
    }


def _dataset(dataset: Dataset, types: dict[tuple[str, str], str]) -> dict[str, Any]:
    model = next(model for model in models() if model.name == dataset.table)
    schema, name = dataset.table.split(".")
    scaled = dataset.differences | dataset.shares
    titles = dataset.titles | dataset.values
    plain = [
        _column(column, types[dataset.table, column].upper(), titles.get(column), text)
        for column, text in model.columns.items()
    ]
    hundredfold = [
        _column(f"{column}_times_100", "DOUBLE", title, f"{model.columns[column]} Times 100.", f"100.0 * {column}")
        for column, title in scaled.items()
    ]
    return {
        "table_name": name,
        "schema": schema,
        "catalog": None,
        "description": model.comment,
        "main_dttm_col": "as_of_date",
        "columns": [*plain, *hundredfold, *_texts(dataset, model.columns)],
        "metrics": _metrics(dataset, model.columns),
        "uuid": identity(dataset.table),
        "database_uuid": identity("database"),
        "version": "1.0.0",
    }


def _texts(dataset: Dataset, columns: dict[str, str]) -> list[dict[str, Any]]:
    """Columns of text that filters and axes need: the date as people write it, a benchmark with its attack."""
    found = [_column(name, "VARCHAR", None, "Made for the charts.", sql) for name, sql in dataset.texts.items()]
    found += [_column("night", "VARCHAR", "Night", columns["as_of_date"], "cast(as_of_date as varchar)")]
    if "benchmark_id" in columns:
        attacked = _BENCHMARK if "attack" in columns else "benchmark_id"
        found.append(_column("benchmark", "VARCHAR", "Benchmark", columns["benchmark_id"], attacked))
    return found


def _column(name: str, kind: str, title: str | None, description: str, expression: str | None = None) -> dict[str, Any]:
    return {
        "column_name": name,
        "verbose_name": title or name.removesuffix("_id").replace("_", " ").capitalize(),
        "description": description,
        "type": kind,
        "is_dttm": kind in {"DATE", "TIMESTAMP"},
        "expression": expression,
        "groupby": True,
        "filterable": True,
        "is_active": True,
    }


def _metrics(dataset: Dataset, columns: dict[str, str]) -> list[dict[str, Any]]:
    """The value of one row, by its title; a total of one date."""
    one = [
        (title, f"case when count(*) = 1 then max({factor}{column}) end", columns[column], kind)
        for titles, factor, kind in (
            (dataset.differences, "100.0 * ", "+.1f"),
            (dataset.shares, "100.0 * ", ".1f"),
            (dataset.values, "", "SMART_NUMBER"),
        )
        for column, title in titles.items()
    ]
    totals = [
        (
            title,
            f"case when count(distinct as_of_date) = 1 then {sql} end",
            "Over the rows of one date.",
            "SMART_NUMBER",
        )
        for title, sql in dataset.totals.items()
    ]
    return [
        {"metric_name": title, "verbose_name": title, "expression": sql, "description": text, "d3format": form}
        for title, sql, text, form in [*one, *totals]
    ]


def _chart(chart: Chart) -> dict[str, Any]:
    where = {"clause": "WHERE", "expressionType": "SQL", "sqlExpression": chart.where}
    params = {"viz_type": chart.kind, "adhoc_filters": [where], **chart.settings}
    if chart.kind == "mixed_timeseries":
        params["adhoc_filters_b"] = [where]
    if chart.kind == "table":
        params["column_config"] = _number_formats(chart)
    return {
        "slice_name": chart.title,
        "viz_type": chart.kind,
        "params": params,
        "cache_timeout": None,
        "uuid": _chart_identity(chart),
        "dataset_uuid": identity(chart.table),
        "version": "1.0.0",
    }


def _number_formats(chart: Chart) -> dict[str, Any]:
    dataset = next(dataset for dataset in DATASETS if dataset.table == chart.table)
    formats = {f"{column}_times_100": "+.1f" for column in dataset.differences}
    formats |= {f"{column}_times_100": ".1f" for column in dataset.shares}
    formats |= dict.fromkeys(dataset.values, ".3~f")
    return {
        column: {"d3NumberFormat": formats[column]} for column in chart.settings["all_columns"] if column in formats
    }


def _dashboard(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "dashboard_title": dashboard.title,
        "slug": f"aligntax-{dashboard.slug}",
        "published": True,
        "css": "",
        "position": _position(dashboard),
        "metadata": {
            "native_filter_configuration": [_filter(dashboard, name) for name in dashboard.filters],
            "cross_filters_enabled": False,
            "refresh_frequency": 0,
            "expanded_slices": {},
            "timed_refresh_immune_slices": [],
        },
        "uuid": identity("dashboard", dashboard.slug),
        "version": "1.0.0",
    }


def _position(dashboard: Dashboard) -> dict[str, Any]:
    """Where the text and the charts stand: rows of a grid that is 12 wide."""
    text = {
        "type": "MARKDOWN",
        "id": "MARKDOWN-reading",
        "children": [],
        "parents": ["ROOT_ID", "GRID_ID", "ROW-reading"],
        "meta": {"code": dashboard.reading, "width": 12, "height": 10},
    }
    rows = [_row("ROW-reading", ["MARKDOWN-reading"])]
    parts = [text]
    for number, charts in enumerate(dashboard.rows, start=1):
        name = f"ROW-{number}"
        parts += [_place(chart, name) for chart in charts]
        rows.append(_row(name, [_place_name(chart) for chart in charts]))
    grid = {"type": "GRID", "id": "GRID_ID", "children": [row["id"] for row in rows], "parents": ["ROOT_ID"]}
    return {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": grid,
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": dashboard.title}},
        **{part["id"]: part for part in [*rows, *parts]},
    }


def _row(name: str, children: list[str]) -> dict[str, Any]:
    return {
        "type": "ROW",
        "id": name,
        "children": children,
        "parents": ["ROOT_ID", "GRID_ID"],
        "meta": {"background": "BACKGROUND_TRANSPARENT"},
    }


def _place(chart: Chart, row: str) -> dict[str, Any]:
    return {
        "type": "CHART",
        "id": _place_name(chart),
        "children": [],
        "parents": ["ROOT_ID", "GRID_ID", row],
        "meta": {
            "uuid": _chart_identity(chart),
            "chartId": _number(chart),
            "sliceName": chart.title,
            "width": chart.width,
            "height": chart.height,
        },
    }


def _filter(dashboard: Dashboard, column: str) -> dict[str, Any]:
    """A list of the column's values in the first table that has it; it filters every chart that has the column."""
    said = _FILTERS[column]
    is_single = not said["multiSelect"]
    charts = _charts(dashboard)
    source = next(chart.table for chart in charts if column in _filtered(chart.table))
    return {
        "id": f"NATIVE_FILTER-{dashboard.slug}-{column}",
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "name": said["name"],
        "description": "",
        "targets": [{"datasetUuid": identity(source), "column": {"name": column}}],
        "controlValues": {
            "multiSelect": said["multiSelect"],
            "sortAscending": said["sortAscending"],
            "enableEmptyFilter": is_single,
            "defaultToFirstItem": is_single,
            "inverseSelection": False,
            "searchAllOptions": False,
        },
        "requiredFirst": is_single,
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "cascadeParentIds": [],
        "scope": {
            "rootPath": ["ROOT_ID"],
            "excluded": [_number(chart) for chart in charts if column in chart.unfiltered],
        },
    }


def _charts(dashboard: Dashboard) -> list[Chart]:
    return [chart for row in dashboard.rows for chart in row]


def _chart_identity(chart: Chart) -> str:
    return identity("chart", chart.table, chart.title)


def _number(chart: Chart) -> int:
    """What stands for the chart inside the file; an import replaces it by its own."""
    return zlib.crc32(_place_name(chart).encode())


def _filtered(table: str) -> set[str]:
    """Columns of a table that a filter can name, those made for the charts included."""
    model = next(model for model in models() if model.name == table)
    return {*model.columns, "night", *(["benchmark"] if "benchmark_id" in model.columns else [])}


def _place_name(chart: Chart) -> str:
    return f"CHART-{_chart_identity(chart)}"


if __name__ == "__main__":
    write(FOLDER)
