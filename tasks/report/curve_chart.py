"""A small chart of scores along a knob: points with intervals, the fitted curve, and the strengths that pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.report.vega import GREY, PANEL_WIDTH, Chart, chart_of, layered, limits_in_points, padded, tooltip
from tasks.report.wording import points, with_interval

if TYPE_CHECKING:
    import altair as alt

_HEIGHT, _ROOM = 180, 10  # pixels


@dataclass(frozen=True, slots=True)
class KnobPoint:
    """The score of one model at its strength, as a proportion."""

    model_id: str
    strength: float
    score: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class KnobCurve:
    """The scores of one benchmark along a knob, the curve [(strength, score)] through them, and what pays.

    ``window_end`` is the strength at which the gain is used up, ``best`` the strength that pays most with its limits.
    Each is None where the data show none. ``measure`` is what the vertical axis shows.
    """

    chart_id: str
    description: str
    points: Sequence[KnobPoint]
    curve: Sequence[tuple[float, float]]
    window_end: float | None
    best: tuple[float, float | None, float | None] | None
    colour: str
    measure: str = "score, %"


def curve_chart(drawn: KnobCurve, knob: str, domain: tuple[float, float]) -> Chart:
    """Draw one benchmark. ``domain`` is the vertical one of all panels, in percent."""
    return Chart.panel(drawn.chart_id, _drawn(drawn, knob, domain))


def score_domain(curves: Sequence[KnobCurve]) -> tuple[float, float]:
    """Vertical domain that holds all points, limits and curves, in percent."""
    limits = [limit for curve in curves for point in curve.points for limit in (point.low, point.high)]
    scores = [point.score for curve in curves for point in curve.points]
    fitted = [score for curve in curves for _, score in curve.curve]
    return padded([100 * value for value in (*limits, *scores, *fitted) if value is not None], 0.05)


def _drawn(curve: KnobCurve, knob: str, domain: tuple[float, float]) -> Any:
    import altair as alt  # noqa: PLC0415 - takes a second to import

    values = [_value(point) for point in curve.points]
    # Room at both ends, or the outermost points lie on the frame and their numbers run into those beside them.
    room = alt.Scale(padding=_ROOM, nice=False)
    x = alt.X("strength:Q", title=knob, axis=alt.Axis(tickCount=6), scale=room)
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    y = alt.Y("score:Q", title=curve.measure, scale=scale, axis=alt.Axis(tickCount=5))
    drawn = chart_of(values)
    line = [{"strength": strength, "score": 100 * score} for strength, score in curve.curve]
    layers = [
        *_paying(curve),
        chart_of(line).mark_line(stroke=curve.colour, strokeWidth=1.5, aria=False).encode(x=x, y=y),
        drawn.mark_rule(stroke=curve.colour, opacity=0.5, strokeWidth=1.5, aria=False)
        .transform_filter("isValid(datum.low)")
        .encode(x=x, y=alt.Y("low:Q", scale=scale), y2=alt.Y2("high:Q")),
        drawn.mark_point(size=60, filled=True, opacity=1, color=curve.colour).encode(
            x=x,
            y=y,
            description=alt.Description("description:N"),
            tooltip=tooltip(model="model", at=knob, points=curve.measure),
        ),
    ]
    return layered(layers, _HEIGHT, curve.description, PANEL_WIDTH)


def _value(point: KnobPoint) -> dict[str, Any]:
    said = with_interval(point.score, point.low, point.high, points)
    low, high = limits_in_points(point.low, point.high)
    return {
        "model": point.model_id,
        "strength": point.strength,
        "at": f"{point.strength:g}",
        "score": 100 * point.score,
        "low": low,
        "high": high,
        "points": said,
        "description": f"{point.model_id} at {point.strength:g}: {said}%",
    }


def _paying(curve: KnobCurve) -> list[alt.Chart]:
    """The strengths that are a gain as an area, and the best one as a dashed line with its interval."""
    import altair as alt  # noqa: PLC0415 - takes a second to import

    areas = [] if curve.window_end is None else [{"from": 0.0, "to": curve.window_end}]
    best, low, high = curve.best or (None, None, None)
    if low is not None and high is not None:
        areas.append({"from": low, "to": high})
    layers = []
    if areas:
        rects = chart_of(areas).mark_rect(fill=GREY, opacity=0.18, aria=False)
        layers.append(rects.encode(x=alt.X("from:Q"), x2=alt.X2("to:Q")))
    if best is not None:
        rule = chart_of([{"best": best}]).mark_rule(color=GREY, strokeDash=[4, 3], strokeWidth=2, aria=False)
        layers.append(rule.encode(x=alt.X("best:Q")))
    return layers
