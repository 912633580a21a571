"""The charts: Vega-Lite specifications for wide and narrow screens, and a static SVG for readers without JavaScript.

Neutral colours are middle greys that read on a light and on a dark page; text takes the page's colour through CSS.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tasks.report.frames import Row, name_of
from tasks.report.frontier import Mean, Place
from tasks.report.verdicts import VERDICT_SYMBOLS, Symbol, Verdict, verdict_of
from tasks.report.wording import (
    interval,
    points,
    probability,
    signed_points,
    stated,
    whole,
    with_interval,
)

if TYPE_CHECKING:
    import altair as alt

Specification = dict[str, Any]  # Vega-Lite, as JSON

GREY = "#808080"
GRID = "#80808040"
STATIC_WIDTH = 720  # pixels of the SVG for readers without JavaScript
LABEL_LIMIT = 280  # pixels; a longer model name ends in an ellipsis and is whole in the table
CHARACTER_WIDTH = 6.7  # pixels of an average character at 12 px, to give all forests the same margin
FONT = "DejaVu Sans, Verdana, sans-serif"  # what vl-convert measures with, then what desktops have


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its two specifications and its static form."""

    chart_id: str
    wide: Specification
    narrow: Specification
    svg: str


@dataclass(frozen=True, slots=True)
class Forest:
    """One benchmark's taxes in order, under the shared horizontal domain (points)."""

    chart_id: str
    description: str
    rows: Sequence[Row]
    domain: tuple[float, float]
    label_width: float
    axis_title: str


@dataclass(frozen=True, slots=True)
class Scatter:
    """Two means of each model, one symbol per family, lines along the knobs."""

    chart_id: str
    description: str
    places: Sequence[Place]
    chains: Sequence[Sequence[str]]
    symbols: dict[str, Symbol]
    y_axis: str  # capability or over_refusal
    x_title: str
    y_title: str


def points_domain(rows: Iterable[Row]) -> tuple[float, float]:
    """Horizontal domain that holds every estimate, limit and zero, with a margin, in points."""
    keys = ("tax_absolute", "tax_absolute_low", "tax_absolute_high")
    values = [0.0, *(100 * row[key] for row in rows for key in keys if row[key] is not None)]
    low, high = min(values), max(values)
    margin = max(0.06 * (high - low), 1.0)
    return (round(low - margin, 2), round(high + margin, 2))


def pair_labels(rows: Sequence[Row]) -> list[str]:
    """The candidate of each row, with prompt styles or a number added where it would not be unique."""
    names = [name_of(row["candidate_model_id"]) for row in rows]
    labels: list[str] = []
    for name, row in zip(names, rows, strict=True):
        styles = f" ({row['prompt_style_candidate']} against {row['prompt_style_reference']})"
        label = name if names.count(name) == 1 else name + styles
        labels.append(_unique(label, labels))
    return labels


def _unique(label: str, taken: Sequence[str]) -> str:
    number, result = 1, label
    while result in taken:
        number += 1
        result = f"{label} ({number})"
    return result


def label_width(labels: Iterable[str]) -> float:
    """Pixels to keep for the longest label."""
    longest = max((len(label) for label in labels), default=0)
    return min(max(CHARACTER_WIDTH * longest, 80.0), LABEL_LIMIT)


# ---------------------------------------------------------------------------------------------------- forest


def forest_chart(forest: Forest) -> Chart:
    """Draw one benchmark's taxes with their intervals around a zero line."""
    wide = _forest_spec(forest, is_narrow=False)
    return Chart(
        chart_id=forest.chart_id,
        wide=responsive(wide),
        narrow=responsive(_forest_spec(forest, is_narrow=True)),
        svg=static_svg(wide),
    )


def _forest_values(forest: Forest) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Values of the drawn rows, and all labels in order with the family headings among them."""
    groups = {_group(row) for row in forest.rows}
    values: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    taken: list[str] = []
    heading = None
    for row, label in zip(forest.rows, pair_labels(forest.rows), strict=True):
        if len(groups) > 1 and _group(row) != heading:
            heading = _group(row)
            taken.append(_unique(heading, taken))
            labels.append({"row": taken[-1], "is_heading": True})
        taken.append(_unique(label, taken))
        labels.append({"row": taken[-1], "is_heading": False})
        if verdict_of(row) is not Verdict.NO_ESTIMATE:
            values.append(_forest_value(row, taken[-1]))
    return values, labels


def _group(row: Row) -> str:
    return f"{name_of(row['family'])}, against {name_of(row['reference_model_id'])}"


def _forest_value(row: Row, label: str) -> dict[str, Any]:
    verdict = verdict_of(row)
    limits = (row["tax_absolute_low"], row["tax_absolute_high"])
    has_limits = verdict is not Verdict.NO_INTERVAL
    tax = with_interval(row["tax_absolute"], *limits, signed_points, row["reason"])
    return {
        "row": label,
        "tax": 100 * row["tax_absolute"],
        "low": 100 * limits[0] if has_limits else None,
        "high": 100 * limits[1] if has_limits else None,
        "verdict": verdict.value,
        "candidate": name_of(row["candidate_model_id"]),
        "reference": name_of(row["reference_model_id"]),
        "points": tax,
        "holm": stated(row["p_value_holm"], probability, row["reason"]),
        "items": stated(row["count_paired_items"], whole),
        "description": f"{label}: {tax} points, {verdict.value}",
    }


def _forest_spec(forest: Forest, *, is_narrow: bool) -> Specification:
    import altair as alt  # noqa: PLC0415 - 1 s to import

    values, labels = _forest_values(forest)
    headings = [label["row"] for label in labels if label["is_heading"]]
    order = [label["row"] for label in labels]
    axis = None if is_narrow else _row_axis(headings, forest.label_width)
    y = alt.Y("row:N", title=None, sort=None, scale=alt.Scale(domain=order), axis=axis)
    x_scale = alt.Scale(domain=list(forest.domain), nice=False, zero=False)
    x_axis = alt.Axis(grid=True, tickCount=5 if is_narrow else 9, title=forest.axis_title)
    drawn = alt.Chart(alt.InlineData(values=values))
    zero = alt.Chart(alt.InlineData(values=[{}])).mark_rule(color=GREY, strokeWidth=1.5, aria=False)
    whisker = drawn.mark_rule(strokeWidth=2.5, aria=False).transform_filter("isValid(datum.low)")
    layers = [
        zero.encode(x=alt.XDatum(0)),
        whisker.encode(x=alt.X("low:Q", scale=x_scale, axis=x_axis), x2="high:Q", y=y, color=_stroke()),
        drawn.mark_point(size=110, strokeWidth=2, opacity=1).encode(
            x=alt.X("tax:Q", scale=x_scale, axis=x_axis),
            y=y,
            stroke=_stroke(),
            fill=_verdict_scale(alt.Fill, [symbol.fill for symbol in VERDICT_SYMBOLS.values()]),
            shape=_verdict_scale(alt.Shape, [symbol.path for symbol in VERDICT_SYMBOLS.values()]),
            description=alt.Description("description:N"),
            tooltip=_tooltip(
                candidate="aligned or candidate",
                reference="base or reference",
                points="tax, points",
                verdict="verdict",
                holm="p (Holm)",
                items="paired items",
            ),
        ),
    ]
    if is_narrow:
        layers.extend(_labels_above(labels, y, are_headings=kind) for kind in (True, False))
    height = (44 if is_narrow else 26) * len(order)
    chart = alt.layer(*layers).properties(width=STATIC_WIDTH, height=height, description=forest.description)
    return specification(chart.to_dict())


def _row_axis(headings: Sequence[str], width: float) -> alt.Axis:
    """Row labels in a margin of one width for all benchmarks; the headings among them are bold."""
    import altair as alt  # noqa: PLC0415 - see above

    is_heading = alt.FieldOneOfPredicate(field="value", oneOf=list(headings))
    return alt.Axis(
        labelLimit=LABEL_LIMIT,
        minExtent=width,
        maxExtent=width,
        domain=False,
        ticks=False,
        labelPadding=8,
        labelFontWeight={"condition": {"test": is_heading, "value": "bold"}, "value": "normal"},
    )


def _labels_above(labels: Sequence[dict[str, Any]], y: alt.Y, *, are_headings: bool) -> alt.Chart:
    """On a phone a label stands above its interval instead of beside it."""
    import altair as alt  # noqa: PLC0415 - see above

    values = [{"row": label["row"]} for label in labels if label["is_heading"] is are_headings]
    weight: Literal["bold", "normal"] = "bold" if are_headings else "normal"
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_text(
            align="left", dy=0 if are_headings else -14, aria=False, limit=alt.ExprRef("width"), fontWeight=weight
        )
        .encode(x=alt.value(0), y=y, text="row:N")
    )
    return chart


def _stroke() -> Any:
    import altair as alt  # noqa: PLC0415 - see above

    return _verdict_scale(alt.Stroke, [symbol.colour for symbol in VERDICT_SYMBOLS.values()])


def _verdict_scale(channel: Any, drawn: list[str]) -> Any:
    import altair as alt  # noqa: PLC0415 - see above

    domain = [verdict.value for verdict in VERDICT_SYMBOLS]
    return channel("verdict:N", scale=alt.Scale(domain=domain, range=drawn), legend=None)


# --------------------------------------------------------------------------------------------------- scatter


def scatter_chart(scatter: Scatter) -> Chart:
    """Draw the models between two means."""
    wide = _scatter_spec(scatter, width=620, height=400)
    narrow = _scatter_spec(scatter, width=310, height=330)
    return Chart(scatter.chart_id, responsive(wide), responsive(narrow), static_svg(wide))


def _scatter_values(scatter: Scatter) -> list[dict[str, Any]]:
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


def _percentages(axis: str, mean: Mean) -> dict[str, float | None]:
    low, high = (None if limit is None else 100 * limit for limit in (mean.low, mean.high))
    return {axis: 100 * mean.estimate, f"{axis}_low": low, f"{axis}_high": high}


def _mean_text(mean: Mean) -> str:
    if mean.low is None or mean.high is None:
        return points(mean.estimate)
    return f"{points(mean.estimate)} {interval(mean.low, mean.high, points)}"


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


def _lines(scatter: Scatter, values: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    drawn = {value["model"]: value for value in values}
    return [
        {"chain": str(index), "step": step, "family": value["family"], "x": value["x"], "y": value["y"]}
        for index, chain in enumerate(scatter.chains)
        for step, value in enumerate([drawn[model] for model in chain if model in drawn])
    ]


def _axis_scale(values: Sequence[dict[str, Any]], axis: str) -> alt.Scale:
    import altair as alt  # noqa: PLC0415 - see above

    keys = (axis, f"{axis}_low", f"{axis}_high")
    found = [value[key] for value in values for key in keys if value[key] is not None]
    margin = max(0.08 * (max(found) - min(found)), 2.0)
    return alt.Scale(domain=[round(min(found) - margin, 2), round(max(found) + margin, 2)], nice=False, zero=False)


def _scatter_spec(scatter: Scatter, *, width: int, height: int) -> Specification:
    import altair as alt  # noqa: PLC0415 - see above

    values = _scatter_values(scatter)
    spots = [(value["x"], value["y"]) for value in values]
    for value, corner in zip(values, number_corners(spots, width, height), strict=True):
        value["corner"] = corner
    scales = {axis: _axis_scale(values, axis) for axis in ("x", "y")}
    x = alt.X("x:Q", scale=scales["x"], title=scatter.x_title, axis=alt.Axis(tickCount=6))
    y = alt.Y("y:Q", scale=scales["y"], title=scatter.y_title, axis=alt.Axis(tickCount=6))
    families = list(scatter.symbols)
    symbols = list(scatter.symbols.values())

    def by_family(channel: Any, drawn: list[str]) -> Any:
        return channel("family:N", scale=alt.Scale(domain=families, range=drawn), legend=None)

    stroke = by_family(alt.Stroke, [symbol.colour for symbol in symbols])
    models = alt.Chart(alt.InlineData(values=values))
    lines = alt.Chart(alt.InlineData(values=_lines(scatter, values)))
    whiskers = models.mark_rule(opacity=0.45, strokeWidth=1.5, aria=False)
    layers = [
        lines.mark_line(strokeWidth=1.5, strokeDash=[5, 3], opacity=0.8, aria=False).encode(
            x=x, y=y, detail="chain:N", order="step:Q", stroke=stroke
        ),
        whiskers.transform_filter("isValid(datum.x_low)").encode(
            x=alt.X("x_low:Q", scale=scales["x"]), x2="x_high:Q", y=y, stroke=stroke
        ),
        whiskers.transform_filter("isValid(datum.y_low)").encode(
            y=alt.Y("y_low:Q", scale=scales["y"]), y2="y_high:Q", x=x, stroke=stroke
        ),
        models.mark_point(size=130, strokeWidth=2, opacity=1).encode(
            x=x,
            y=y,
            stroke=stroke,
            fill=by_family(alt.Fill, [symbol.fill for symbol in symbols]),
            shape=by_family(alt.Shape, [symbol.path for symbol in symbols]),
            description=alt.Description("description:N"),
            tooltip=_tooltip(
                number="row",
                model="model",
                family="family",
                x_text=scatter.x_title,
                y_text=scatter.y_title,
                refusal_text="over-refusal, %",
            ),
        ),
        *(
            models.mark_text(fontWeight="bold", aria=False, align=corner.align, dx=corner.dx, dy=corner.dy)
            .transform_filter(f"datum.corner === {index}")
            .encode(x=x, y=y, text="number:N")
            for index, corner in enumerate(CORNERS)
        ),
    ]
    chart = alt.layer(*layers).properties(width=STATIC_WIDTH, height=height, description=scatter.description)
    return specification(chart.to_dict())


# -------------------------------------------------------------------------------------------------- both


def _tooltip(**titles: str) -> list[alt.Tooltip]:
    import altair as alt  # noqa: PLC0415 - see above

    return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]


_CONFIGURATION: dict[str, Any] = {
    "font": FONT,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "gridColor": GRID,
        "domainColor": GREY,
        "tickColor": GREY,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": "#333333",
        "titleColor": "#333333",
    },
    "text": {"fontSize": 12, "color": "#333333"},
}


def specification(chart: dict[str, Any]) -> Specification:
    """Without the schema's address, the only one in the data, which the renderer does not need."""
    kept = {name: value for name, value in chart.items() if name != "$schema"}
    return {**kept, "config": _CONFIGURATION, "autosize": {"type": "fit-x", "contains": "padding"}}


def responsive(specification: Specification) -> Specification:
    """The same at the width of the page."""
    return {**specification, "width": "container"}


def static_svg(specification: Specification) -> str:
    """The chart for readers without JavaScript."""
    import vl_convert  # noqa: PLC0415 - loads a JavaScript engine

    return str(vl_convert.vegalite_to_svg(specification))
