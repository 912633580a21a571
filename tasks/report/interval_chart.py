"""A small chart of labelled rows: estimates with their intervals beside a line at zero, as bars or as points.

Several of them stand side by side, on one scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tasks.report.blocks import Figure
from tasks.report.vega import GREY, PANEL_WIDTH, Chart, chart_of, domain_with_zero, layered, limits_in_points, tooltip
from tasks.report.wording import signed_points, with_interval

if TYPE_CHECKING:
    import altair as alt

_ROW_HEIGHT = 22  # pixels
_LABEL_LIMIT = 150  # pixels


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One estimate with its limits, as proportions. Rows with one label stand close together."""

    label: str
    estimate: float
    low: float | None
    high: float | None
    said: str  # what it is, for the tooltip
    form: Literal["bar", "filled", "hollow"] = "bar"


@dataclass(frozen=True, slots=True)
class IntervalPanel:
    """One panel: its title, what a screen reader says of it, and its rows in one colour."""

    title: str
    description: str
    rows: Sequence[IntervalRow]
    colour: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all panels share: the horizontal domain in points, and pixels for the labels."""

    domain: tuple[float, float]
    label_width: float


def interval_panels(prefix: str, panels: Sequence[IntervalPanel]) -> tuple[Figure, ...]:
    """Draw panels on one scale. ``prefix`` begins the ids of the charts."""
    rows = [row for panel in panels for row in panel.rows]
    values = (100 * value for row in rows for value in (row.estimate, row.low, row.high) if value is not None)
    frame = _Frame(
        domain_with_zero(values), min(max((6.7 * len(row.label) for row in rows), default=0.0), _LABEL_LIMIT)
    )
    return tuple(
        Figure(Chart.panel(f"{prefix}-{number}", _drawn(panel, frame)), panel.title)
        for number, panel in enumerate(panels, start=1)
    )


def _value(row: IntervalRow, colour: str) -> dict[str, Any]:
    points = with_interval(row.estimate, row.low, row.high, signed_points)
    low, high = limits_in_points(row.low, row.high)
    return {
        "row": row.label,
        "said": row.said,
        "form": row.form,
        "estimate": 100 * row.estimate,
        "low": low,
        "high": high,
        "points": points,
        "fill": "transparent" if row.form == "hollow" else colour,
        "description": f"{row.label}, {row.said}: {points} points",
    }


def _drawn(panel: IntervalPanel, frame: _Frame) -> Any:
    import altair as alt  # noqa: PLC0415 - takes a second to import

    values = [_value(row, panel.colour) for row in panel.rows]
    labels = list(dict.fromkeys(row.label for row in panel.rows))
    axis = alt.Axis(
        labelLimit=_LABEL_LIMIT, minExtent=frame.label_width, maxExtent=frame.label_width, domain=False, ticks=False
    )
    y = alt.Y("row:N", title=None, sort=None, scale=alt.Scale(domain=labels), axis=axis)
    zero = chart_of([{}]).mark_rule(color=GREY, strokeWidth=1.5, aria=False)
    marks = _marks(panel.colour, frame, values, y)
    return layered(
        [zero.encode(x=alt.XDatum(0)), *marks], _ROW_HEIGHT * len(panel.rows), panel.description, PANEL_WIDTH
    )


def _marks(colour: str, frame: _Frame, values: list[dict[str, Any]], y: alt.Y) -> list[alt.Chart]:
    """Bars from zero, then intervals as lines, then estimates as points."""
    import altair as alt  # noqa: PLC0415 - takes a second to import

    scale = alt.Scale(domain=list(frame.domain), nice=False, zero=False)
    x = alt.X("estimate:Q", scale=scale, axis=alt.Axis(grid=True, tickCount=6, title="points"))
    offset = alt.YOffset("said:N", sort=None)
    drawn = chart_of(values)
    bars = drawn.mark_bar(fill=colour, opacity=0.45, height={"band": 0.7}, aria=False)
    whiskers = drawn.mark_rule(color=colour, strokeWidth=2, aria=False).transform_filter("isValid(datum.low)")
    symbols = drawn.mark_point(size=55, stroke=colour, strokeWidth=2, opacity=1)
    several = {"yOffset": offset} if len(values) > len({value["row"] for value in values}) else {}
    return [
        bars.transform_filter("datum.form === 'bar'").encode(x=x, x2=alt.X2Datum(0), y=y),
        whiskers.encode(x=alt.X("low:Q", scale=scale), x2=alt.X2("high:Q"), y=y, **several),
        symbols.encode(
            x=x,
            y=y,
            fill=alt.Fill("fill:N", scale=None),
            description=alt.Description("description:N"),
            tooltip=tooltip(row="row", said="what", points="points"),
            **several,
        ),
    ]
