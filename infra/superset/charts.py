"""The kinds of charts that the dashboards use, each with Superset's parameters for it. Knows no table.

A metric is the value of one row. Where a chart would merge several rows (two dates, two origins), the metric is empty:
a sum or a mean of taxes is never shown. Tested in tests/infra/superset/test_assets.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_SIGNED = "+.1f"
_COLOURS = "supersetColors"


@dataclass(frozen=True)
class Dataset:
    """A published table as charts see it; titles become the names of its metrics.

    ``differences`` and ``shares`` are proportions, by column, shown times 100: in points with a sign, or in percent.
    ``values`` are shown as they are. ``totals`` are SQL over rows of one date, by title. ``texts`` are new columns
    as SQL, by name. ``titles`` name other columns.
    """

    table: str
    differences: dict[str, str] = field(default_factory=dict)
    shares: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    totals: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chart:
    """One chart of the rows of a table for which ``where`` (SQL) is true."""

    title: str
    table: str
    where: str
    kind: str
    settings: dict[str, Any]
    width: int = 6  # of 12
    height: int = 50  # of 8 pixels
    unfiltered: tuple[str, ...] = ()  # filters that leave it alone


@dataclass(frozen=True)
class Dashboard:
    """Rows of charts, the filters beside them by name, and what to know before reading."""

    slug: str
    title: str
    reading: str
    filters: tuple[str, ...]
    rows: tuple[tuple[Chart, ...], ...]


def table(columns: list[str], sort: str, *, descending: bool = True) -> tuple[str, dict[str, Any]]:
    """The rows as they are."""
    return "table", {
        "query_mode": "raw",
        "all_columns": columns,
        "order_by_cols": [f'["{sort}", {"false" if descending else "true"}]'],
        "row_limit": 1000,
        "page_length": 20,
        "include_search": True,
        "show_cell_bars": False,
        "table_timestamp_format": "%Y-%m-%d",
    }


def bars(
    across: str,
    metrics: list[str],
    *,
    sort: str | None = None,
    series: str | None = None,
    stacked: bool = False,
    number_format: str = ".1f",
) -> tuple[str, dict[str, Any]]:
    """Horizontal bars: the largest on top, or by name where ``sort`` names no metric."""
    return "echarts_timeseries_bar", {
        "x_axis": across,
        "metrics": metrics,
        "groupby": [series] if series else [],
        "orientation": "horizontal",
        "x_axis_sort": sort or across,
        "x_axis_sort_asc": True,
        "stack": "Stack" if stacked else None,
        "y_axis_format": number_format,
        "show_value": not stacked,
        **_FRAME,
    }


def limits(across: str, estimate: str, low: str, high: str) -> tuple[str, dict[str, Any]]:
    """A bar for each estimate, and a mark for each limit of its interval."""
    return "mixed_timeseries", {
        "x_axis": across,
        "metrics": [estimate],
        "groupby": [],
        "seriesType": "bar",
        "timeseries_limit_metric": estimate,
        "order_desc": True,
        "metrics_b": [low, high],
        "groupby_b": [],
        "seriesTypeB": "scatter",
        "timeseries_limit_metric_b": estimate,
        "order_desc_b": True,
        "markerEnabledB": True,
        "markerSizeB": 9,
        "y_axis_format": _SIGNED,
        "xAxisLabelRotation": 45,
        **_FRAME,
    }


def heatmap(across: str, down: str, metric: str, *, number_format: str = ".1f") -> tuple[str, dict[str, Any]]:
    """One coloured cell for each pair of values."""
    return "heatmap_v2", {
        "x_axis": across,
        "groupby": down,
        "metric": metric,
        "sort_x_axis": "alpha_asc",
        "sort_y_axis": "alpha_desc",
        "normalize_across": "heatmap",
        "linear_color_scheme": "oranges",
        "left_margin": "auto",
        "bottom_margin": 50,
        "xscale_interval": 1,
        "show_values": True,
        "show_legend": True,
        "y_axis_format": number_format,
        "value_bounds": [None, None],
        "row_limit": 10000,
    }


def lines(
    metric: str, series: str, *, number_format: str = ".1f", top: float | None = None
) -> tuple[str, dict[str, Any]]:
    """One line for each series over the nights."""
    return "echarts_timeseries_line", {
        "x_axis": "as_of_date",
        "time_grain_sqla": "P1D",
        "metrics": [metric],
        "groupby": [series],
        "markerEnabled": True,
        "markerSize": 6,
        "y_axis_format": number_format,
        "x_axis_time_format": "%Y-%m-%d",
        "truncateYAxis": True,
        "y_axis_bounds": [None, top],
        **_FRAME,
    }


def columns(metric: str) -> tuple[str, dict[str, Any]]:
    """One column for each night."""
    return "echarts_timeseries_bar", {
        "x_axis": "as_of_date",
        "time_grain_sqla": "P1D",
        "metrics": [metric],
        "groupby": [],
        "orientation": "vertical",
        "show_value": True,
        "y_axis_format": ".0f",
        "x_axis_time_format": "%Y-%m-%d",
        **_FRAME,
    }


def bubbles(across: str, up: str, size: str, entity: str, series: str) -> tuple[str, dict[str, Any]]:
    """One circle for each entity."""
    return "bubble_v2", {
        "x": across,
        "y": up,
        "size": size,
        "entity": entity,
        "series": series,
        "xAxisFormat": ".0f",
        "y_axis_format": ".0f",
        "tooltipSizeFormat": ".1f",
        "x_axis_label": across,
        "y_axis_label": up,
        "x_axis_title_margin": 30,
        "y_axis_title_margin": 40,
        "max_bubble_size": "15",
        "opacity": 0.6,
        "xAxisBounds": [0, 100],
        "truncateXAxis": True,
        "truncateYAxis": True,
        **_FRAME,
    }


_FRAME = {
    "show_legend": True,
    "legendType": "scroll",
    "legendOrientation": "top",
    "color_scheme": _COLOURS,
    "rich_tooltip": True,
    "row_limit": 10000,
    "only_total": False,
}
