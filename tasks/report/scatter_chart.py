"""The scatter chart: models between two means, one symbol per family, lines along the knobs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tasks.report.model_places import AxisMean, ModelPlace
from tasks.report.symbols import Symbol
from tasks.report.vega import Chart, chart_of, layered, padded, tooltip
from tasks.report.wording import interval, points

if TYPE_CHECKING:
    import altair as alt


@dataclass(frozen=True, slots=True)
class Scatter:
    """Two means of each model; the horizontal one is safety."""

    chart_id: str
    description: str
    places: Sequence[ModelPlace]
    chains: Sequence[Sequence[str]]
    symbols: dict[str, Symbol]
    y_axis: str  # capability or over_refusal
    x_title: str
    y_title: str


@dataclass(frozen=True, slots=True)
class Corner:
    """Where a number stands beside its point, in pixels (y grows downwards)."""

    dx: int
    dy: int
    align: Literal["left", "right", "center"]


CORNERS = (
    Corner(9, -9, "left"),
    Corner(9, 12, "left"),
    Corner(-9, -9, "right"),
    Corner(-9, 12, "right"),
    Corner(0, -16, "center"),
    Corner(0, 18, "center"),
)


def scatter_chart(scatter: Scatter) -> Chart:
    """Draw the models between two means."""
    wide = _drawn(scatter, width=620, height=400)
    narrow = _drawn(scatter, width=310, height=330)
    return Chart.of(scatter.chart_id, wide, narrow)


def number_corners(spots: Sequence[tuple[float, float]], width: int, height: int) -> list[int]:
    """Choose for each point the corner whose number keeps farthest from other points and numbers (greedy, in order).

    Args:
        spots: coordinates of the points, in data units.
        width: approximate width of the plot, pixels.
        height: approximate height of the plot, pixels.
    """
    if not spots:
        return []
    (left, span_x), (bottom, span_y) = (
        (min(axis), max(max(axis) - min(axis), 1e-9)) for axis in zip(*spots, strict=True)
    )
    pixels = [(width * (x - left) / span_x, height * (1 - (y - bottom) / span_y)) for x, y in spots]
    taken = list(pixels)
    chosen = []
    for index, (x, y) in enumerate(pixels):
        centres = [(x + corner.dx * 1.6, y + corner.dy) for corner in CORNERS]  # 1.6: a number is wider than its foot
        others = [spot for place, spot in enumerate(taken) if place != index]
        # Beyond 30 pixels nothing collides; then the first corner wins, so that most numbers stand in the same place.
        room = [min([30.0, *(math.dist(centre, other) for other in others)]) for centre in centres]
        best = max(range(len(CORNERS)), key=lambda corner: (room[corner], -corner))
        taken.append(centres[best])
        chosen.append(best)
    return chosen


def _values(scatter: Scatter) -> list[dict[str, Any]]:
    """One value per model that has both means."""
    values = []
    for place in scatter.places:
        x, y = place.safety, getattr(place, scatter.y_axis)
        if x is None or y is None:
            continue
        texts = (_mean_text(x), _mean_text(y))
        values.append(
            {
                "number": str(place.number),
                "model": place.model_id,
                "family": place.family,
                **_percentages("x", x),
                **_percentages("y", y),
                "x_text": texts[0],
                "y_text": texts[1],
                "refusal_text": _mean_text(place.over_refusal) if place.over_refusal else "not measured",
                "description": f"{place.model_id}: {scatter.x_title} {texts[0]}, {scatter.y_title} {texts[1]}",
            }
        )
    return values


def _percentages(axis: str, mean: AxisMean) -> dict[str, float | None]:
    low, high = (None if limit is None else 100 * limit for limit in (mean.low, mean.high))
    return {axis: 100 * mean.estimate, f"{axis}_low": low, f"{axis}_high": high}


def _mean_text(mean: AxisMean) -> str:
    if mean.low is None or mean.high is None:
        return points(mean.estimate)
    return f"{points(mean.estimate)} {interval(mean.low, mean.high, points)}"


def _chain_values(scatter: Scatter, values: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The points of each line, in the order in which the line runs through them."""
    drawn = {value["model"]: value for value in values}
    return [
        {"chain": str(index), "step": step, "family": value["family"], "x": value["x"], "y": value["y"]}
        for index, chain in enumerate(scatter.chains)
        for step, value in enumerate([drawn[model] for model in chain if model in drawn])
    ]


def _scale(values: Sequence[dict[str, Any]], axis: str) -> alt.Scale:
    import altair as alt  # noqa: PLC0415 - takes a second to import

    keys = (axis, f"{axis}_low", f"{axis}_high")
    found = [value[key] for value in values for key in keys if value[key] is not None]
    return alt.Scale(domain=list(padded(found, 0.08)), nice=False, zero=False)


def _drawn(scatter: Scatter, *, width: int, height: int) -> Any:
    import altair as alt  # noqa: PLC0415 - takes a second to import

    values = _values(scatter)
    spots = [(value["x"], value["y"]) for value in values]
    for value, corner in zip(values, number_corners(spots, width, height), strict=True):
        value["corner"] = corner
    x = alt.X("x:Q", scale=_scale(values, "x"), title=scatter.x_title, axis=alt.Axis(tickCount=6))
    y = alt.Y("y:Q", scale=_scale(values, "y"), title=scatter.y_title, axis=alt.Axis(tickCount=6))
    layers = [
        *_lines(_chain_values(scatter, values), scatter, x, y),
        *_whiskers(values, scatter, x, y),
        _points(values, scatter, x, y),
        *_numbers(values, x, y),
    ]
    return layered(layers, height, scatter.description)


def _by_family(channel: Any, scatter: Scatter, drawn: list[str]) -> Any:
    """A channel of the chart that draws each family its own way."""
    import altair as alt  # noqa: PLC0415 - takes a second to import

    return channel("family:N", scale=alt.Scale(domain=list(scatter.symbols), range=drawn), legend=None)


def _stroke(scatter: Scatter) -> Any:
    import altair as alt  # noqa: PLC0415 - takes a second to import

    return _by_family(alt.Stroke, scatter, [symbol.colour for symbol in scatter.symbols.values()])


def _lines(values: list[dict[str, Any]], scatter: Scatter, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    import altair as alt  # noqa: PLC0415 - takes a second to import

    marks = chart_of(values).mark_line(strokeWidth=1.5, strokeDash=[5, 3], opacity=0.8, aria=False)
    detail, order = alt.Detail("chain:N"), alt.Order("step:Q")
    return [marks.encode(x=x, y=y, detail=detail, order=order, stroke=_stroke(scatter))]


def _whiskers(values: list[dict[str, Any]], scatter: Scatter, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The intervals of both means."""
    import altair as alt  # noqa: PLC0415 - takes a second to import

    marks = chart_of(values).mark_rule(opacity=0.45, strokeWidth=1.5, aria=False)
    stroke = _stroke(scatter)
    return [
        marks.transform_filter("isValid(datum.x_low)").encode(
            x=alt.X("x_low:Q", scale=_scale(values, "x")), x2=alt.X2("x_high:Q"), y=y, stroke=stroke
        ),
        marks.transform_filter("isValid(datum.y_low)").encode(
            y=alt.Y("y_low:Q", scale=_scale(values, "y")), y2=alt.Y2("y_high:Q"), x=x, stroke=stroke
        ),
    ]


def _points(values: list[dict[str, Any]], scatter: Scatter, x: alt.X, y: alt.Y) -> alt.Chart:
    import altair as alt  # noqa: PLC0415 - takes a second to import

    symbols = scatter.symbols.values()
    chart: alt.Chart = (
        chart_of(values)
        .mark_point(size=130, strokeWidth=2, opacity=1)
        .encode(
            x=x,
            y=y,
            stroke=_stroke(scatter),
            fill=_by_family(alt.Fill, scatter, [symbol.fill for symbol in symbols]),
            shape=_by_family(alt.Shape, scatter, [symbol.path for symbol in symbols]),
            description=alt.Description("description:N"),
            tooltip=tooltip(
                number="row",
                model="model",
                family="family",
                x_text=scatter.x_title,
                y_text=scatter.y_title,
                refusal_text="over-refusal, %",
            ),
        )
    )
    return chart


def _numbers(values: list[dict[str, Any]], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The number of each model, in the corner of its point that was chosen for it."""
    import altair as alt  # noqa: PLC0415 - takes a second to import

    marks = chart_of(values)
    return [
        marks.mark_text(fontWeight="bold", aria=False, align=corner.align, dx=corner.dx, dy=corner.dy)
        .transform_filter(f"datum.corner === {index}")
        .encode(x=x, y=y, text=alt.Text("number:N"))
        for index, corner in enumerate(CORNERS)
    ]
