"""The trend chart: one benchmark's scores night by night, the nights since a fall marked where an alarm stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tasks.report.charts import GREY, STATIC_WIDTH, Chart, Specification, responsive, specification, static_svg
from tasks.report.frames import Row, name_of
from tasks.report.wording import points, stated

ALARM = "#c0392b"


@dataclass(frozen=True, slots=True)
class Trend:
    """The nights of one benchmark."""

    chart_id: str
    description: str
    rows: Sequence[Row]


def trend_chart(trend: Trend) -> Chart:
    """Draw every model's nights as a line; squares are reference nights, crosses alarms."""
    wide = _trend_spec(trend, height=260)
    return Chart(trend.chart_id, responsive(wide), responsive(_trend_spec(trend, height=300)), static_svg(wide))


def _values(trend: Trend) -> list[dict[str, Any]]:
    """One value per night that has a score."""
    return [
        {
            "night": str(row["as_of_date"]),
            "model": name_of(row["model_id"]),
            "series": row["series_id"],
            "score": 100 * row["score"],
            "state": "alarm" if row["is_alarm"] else str(row["phase"]).replace("_", " "),
            "p": stated(row["p_value_holm"], lambda value: f"{value:.3f}", row["reason"]),
            "description": f"{name_of(row['model_id'])}, {row['as_of_date']}: {points(row['score'])}%",
        }
        for row in trend.rows
        if row["score"] is not None
    ]


def _trend_spec(trend: Trend, *, height: int) -> Specification:
    import altair as alt  # noqa: PLC0415 - 1 s to import

    values = _values(trend)
    scores = [value["score"] for value in values]
    margin = max(0.1 * (max(scores) - min(scores)), 2.0)
    scale = alt.Scale(domain=[round(min(scores) - margin, 2), round(max(scores) + margin, 2)], nice=False, zero=False)
    nights = sorted({value["night"] for value in values})
    x = alt.X("night:O", title="night", axis=alt.Axis(labelAngle=-40, values=_shown(nights)))
    y = alt.Y("score:Q", title="score, %", scale=scale)
    models = list(dict.fromkeys(value["model"] for value in values))
    colour = alt.Color("model:N", scale=alt.Scale(domain=models, scheme="tableau10"), legend=alt.Legend(title=None))
    states = alt.Scale(
        domain=["reference", "monitored", "left out", "alarm"], range=["square", "circle", "triangle-down", "cross"]
    )
    drawn = alt.Chart(alt.InlineData(values=values))
    chart = alt.layer(
        drawn.mark_line(strokeWidth=1.5, opacity=0.8, aria=False).encode(x=x, y=y, color=colour, detail="series:N"),
        drawn.mark_point(size=55, filled=True, opacity=1).encode(
            x=x,
            y=y,
            shape=alt.Shape("state:N", scale=states, legend=None),
            color=colour,
            description=alt.Description("description:N"),
            tooltip=[
                alt.Tooltip(f"{field}:N", title=title)
                for field, title in (("model", "model"), ("night", "night"), ("state", "state"), ("p", "p (Holm)"))
            ],
        ),
        drawn.mark_point(size=190, strokeWidth=2.5, color=ALARM, aria=False, shape="circle")
        .transform_filter("datum.state === 'alarm'")
        .encode(x=x, y=y),
    ).properties(width=STATIC_WIDTH, height=height, description=trend.description)
    return specification(chart.configure_legend(orient="bottom", labelColor=GREY).to_dict())


def _shown(nights: Sequence[str]) -> list[str]:
    """At most ten labels, the last night among them."""
    step = max(1, -(-len(nights) // 10))
    return list(reversed(list(nights)[::-1][::step]))
