"""Trends night by night: one benchmark's scores, and one pair's tax with its interval. A ring marks an alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.report.report_rows import ReportRow, name_of
from tasks.report.vega import GREY, PANEL_WIDTH, Chart, chart_of, layered, limits_in_points, padded, tooltip
from tasks.report.wording import points, signed_points, stated, with_interval

if TYPE_CHECKING:
    import altair as alt

DAYS = 90  # days of the trends that are read
ALARM = "#c0392b"
_RING: dict[str, Any] = {"size": 190, "strokeWidth": 2.5, "color": ALARM, "aria": False, "shape": "circle"}
_LABEL_HEIGHT = 13  # pixels of a number at the end of a line
_LABEL_ROOM = 40  # pixels beside the chart for these numbers


@dataclass(frozen=True, slots=True)
class Trend:
    """The nights of one benchmark. ``labels`` and ``colours`` are by model: what stands at the end of its line."""

    chart_id: str
    description: str
    rows: Sequence[ReportRow]
    labels: Mapping[str, str]
    colours: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TaxTrend:
    """The nights of one pair. ``nights`` and ``domain`` (points) are those of all panels."""

    chart_id: str
    description: str
    rows: Sequence[ReportRow]
    nights: Sequence[str]
    domain: tuple[float, float]
    colour: str


# ------------------------------------------------------------------------------------------------------ scores


def trend_chart(trend: Trend) -> Chart:
    """Draw every model's nights as a line. Squares are reference nights; a cross in a ring is an alarm."""
    return Chart.of(trend.chart_id, _drawn(trend, height=260, most=10), _drawn(trend, height=300, most=4))


def _values(trend: Trend) -> list[dict[str, Any]]:
    """One value per night that has a score."""
    return [
        {
            "night": str(row["as_of_date"]),
            "model": name_of(row["model_id"]),
            "series": row["series_id"],
            "colour": trend.colours.get(name_of(row["model_id"]), GREY),
            "score": 100 * row["score"],
            "state": "alarm" if row["is_alarm"] else str(row["phase"]).replace("_", " "),
            "p": stated(row["p_value_adjusted"], lambda value: f"{value:.3f}", row["reason"]),
            "description": f"{name_of(row['model_id'])}, {row['as_of_date']}: {points(row['score'])}%",
        }
        for row in trend.rows
        if row["score"] is not None
    ]


def _drawn(trend: Trend, *, height: int, most: int) -> Any:
    import altair as alt  # noqa: PLC0415 - takes a second to import

    values = _values(trend)
    low, high = padded([value["score"] for value in values], 0.1)
    x = _nights_axis(sorted({value["night"] for value in values}), most)
    y = alt.Y("score:Q", title="score, %", scale=alt.Scale(domain=[low, high], nice=False, zero=False))
    stroke = alt.Stroke("colour:N", scale=None)
    states = alt.Scale(
        domain=["reference", "monitored", "left out", "alarm"], range=["square", "circle", "triangle-down", "cross"]
    )
    drawn = chart_of(values)
    lines = drawn.mark_line(strokeWidth=1.5, opacity=0.8, aria=False)
    nightly = drawn.mark_point(size=55, filled=True, opacity=1)
    ends = chart_of(_ends(trend, values, (high - low) * _LABEL_HEIGHT / height))
    layers = [
        lines.encode(x=x, y=y, stroke=stroke, detail=alt.Detail("series:N")),
        nightly.encode(
            x=x,
            y=y,
            shape=alt.Shape("state:N", scale=states, legend=None),
            color=alt.Color("colour:N", scale=None),
            description=alt.Description("description:N"),
            tooltip=tooltip(model="model", night="night", state="state", p="p (year)"),
        ),
        drawn.mark_point(**_RING).transform_filter("datum.state === 'alarm'").encode(x=x, y=y),
        ends.mark_text(align="left", dx=10, fontWeight="bold", aria=False).encode(
            x=x, y=alt.Y("label_y:Q"), text=alt.Text("label:N")
        ),
    ]
    room = {"left": 5, "top": 5, "bottom": 5, "right": _LABEL_ROOM}
    return layered(layers, height, trend.description).properties(padding=room)


def _ends(trend: Trend, values: Sequence[dict[str, Any]], room: float) -> list[dict[str, Any]]:
    """The label of each model beside its last night; those of the chart's last night keep ``room`` (points) apart."""
    last = {value["model"]: value for value in values}
    ends: list[dict[str, Any]] = []
    for model, value in sorted(last.items(), key=lambda end: end[1]["score"]):
        below = [end["label_y"] + room for end in ends if end["night"] == value["night"]]
        height = max([value["score"], *below])
        ends.append({"night": value["night"], "label": trend.labels.get(model, model), "label_y": height})
    return ends


def _nights_axis(nights: Sequence[str], most: int) -> alt.X:
    """The nights in order; at most ``most`` of them are labelled, the last one among them."""
    import altair as alt  # noqa: PLC0415 - takes a second to import

    step = max(1, -(-len(nights) // most))
    shown = list(reversed(list(nights)[::-1][::step]))
    scale = alt.Scale(domain=list(nights))
    return alt.X("night:O", title="night", scale=scale, axis=alt.Axis(labelAngle=-40, values=shown))


# ------------------------------------------------------------------------------------------------------ taxes


def tax_trend_chart(trend: TaxTrend) -> Chart:
    """Draw one pair's tax as a line in the band of its nights' intervals; filled points are significant."""
    return Chart.panel(trend.chart_id, _tax_drawn(trend))


def _tax_drawn(trend: TaxTrend) -> Any:
    import altair as alt  # noqa: PLC0415 - takes a second to import

    drawn = chart_of([_tax_value(row, trend.colour) for row in trend.rows])
    x = _nights_axis(trend.nights, 5)
    scale = alt.Scale(domain=list(trend.domain), nice=False, zero=False)
    y = alt.Y("tax:Q", title="tax, points", scale=scale, axis=alt.Axis(tickCount=5))
    zero = chart_of([{}]).mark_rule(color=GREY, strokeWidth=1.5, aria=False)
    band = drawn.mark_area(fill=trend.colour, opacity=0.2, aria=False).transform_filter("isValid(datum.low)")
    symbols = drawn.mark_point(size=45, stroke=trend.colour, strokeWidth=1.5, opacity=1)
    layers = [
        zero.encode(y=alt.YDatum(0)),
        # Nights over other benchmarks are another line.
        band.encode(x=x, y=alt.Y("low:Q", scale=scale), y2=alt.Y2("high:Q"), detail=alt.Detail("benchmarks:N")),
        drawn.mark_line(stroke=trend.colour, strokeWidth=1.5, aria=False).encode(
            x=x, y=y, detail=alt.Detail("benchmarks:N")
        ),
        symbols.encode(
            x=x,
            y=y,
            fill=alt.Fill("fill:N", scale=None),
            description=alt.Description("description:N"),
            tooltip=tooltip(night="night", points="tax, points", alarms="alarms", benchmarks="benchmarks"),
        ),
        drawn.mark_point(**_RING).transform_filter("datum.alarms > 0").encode(x=x, y=y),
    ]
    return layered(layers, 180, trend.description, PANEL_WIDTH)


def _tax_value(row: ReportRow, colour: str) -> dict[str, Any]:
    limits = (row["tax_absolute_low"], row["tax_absolute_high"])
    said = with_interval(row["tax_absolute"], *limits, signed_points, row["reason"])
    low, high = limits_in_points(*limits)
    return {
        "night": str(row["as_of_date"]),
        "tax": 100 * row["tax_absolute"],
        "low": low,
        "high": high,
        "fill": colour if row["is_significant"] else "transparent",
        "benchmarks": name_of(row["benchmarks"]),
        "alarms": row["count_alarms"],
        "points": said,
        "description": f"{row['as_of_date']}: {said} points",
    }
