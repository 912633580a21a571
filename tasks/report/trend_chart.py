"""The trend chart: one benchmark's scores night by night, with a ring around each night on which an alarm stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.report.report_rows import ReportRow, name_of
from tasks.report.vega import GREY, Chart, layered, padded, tooltip
from tasks.report.wording import points, stated

if TYPE_CHECKING:
    pass

ALARM = "#c0392b"


@dataclass(frozen=True, slots=True)
class Trend:
    """The nights of one benchmark."""

    chart_id: str
    description: str
    rows: Sequence[ReportRow]


def trend_chart(trend: Trend) -> Chart:
    """Draw every model's nights as a line. Squares are reference nights; a cross in a ring is an alarm."""
    return Chart.of(trend.chart_id, _drawn(trend, height=260), _drawn(trend, height=300))


def _values(trend: Trend) -> list[dict[str, Any]]:
    """One value per night that has a score."""
    return [
        {
            "night": str(row["as_of_date"]),
            "model": name_of(row["model_id"]),
            "series": row["series_id"],
            "score": 100 * row["score"],
            "state": "alarm" if row["is_alarm"] else str(row["phase"]).replace("_", " "),
            "p": stated(row["p_value_adjusted"], lambda value: f"{value:.3f}", row["reason"]),
            "description": f"{name_of(row['model_id'])}, {row['as_of_date']}: {points(row['score'])}%",
        }
        for row in trend.rows
        if row["score"] is not None
    ]


def _drawn(trend: Trend, *, height: int) -> Any:
    import altair as alt  # noqa: PLC0415 - takes a second to import

    values = _values(trend)
    domain = padded([value["score"] for value in values], 0.1)
    nights = sorted({value["night"] for value in values})
    x = alt.X("night:O", title="night", axis=alt.Axis(labelAngle=-40, values=_shown(nights)))
    y = alt.Y("score:Q", title="score, %", scale=alt.Scale(domain=list(domain), nice=False, zero=False))
    models = list(dict.fromkeys(value["model"] for value in values))
    colour = alt.Color("model:N", scale=alt.Scale(domain=models, scheme="tableau10"), legend=alt.Legend(title=None))
    states = alt.Scale(
        domain=["reference", "monitored", "left out", "alarm"], range=["square", "circle", "triangle-down", "cross"]
    )
    drawn = alt.Chart(alt.InlineData(values=values))
    lines = drawn.mark_line(strokeWidth=1.5, opacity=0.8, aria=False)
    nightly = drawn.mark_point(size=55, filled=True, opacity=1)
    rings = drawn.mark_point(size=190, strokeWidth=2.5, color=ALARM, aria=False, shape="circle")
    layers = [
        lines.encode(x=x, y=y, color=colour, detail="series:N"),
        nightly.encode(
            x=x,
            y=y,
            shape=alt.Shape("state:N", scale=states, legend=None),
            color=colour,
            description=alt.Description("description:N"),
            tooltip=tooltip(model="model", night="night", state="state", p="p (year)"),
        ),
        rings.transform_filter("datum.state === 'alarm'").encode(x=x, y=y),
    ]
    chart = layered(layers, height, trend.description)
    return chart.configure_legend(orient="bottom", labelColor=GREY)


def _shown(nights: Sequence[str]) -> list[str]:
    """At most ten nights to label on the axis, the last one among them."""
    step = max(1, -(-len(nights) // 10))
    return list(reversed(list(nights)[::-1][::step]))
