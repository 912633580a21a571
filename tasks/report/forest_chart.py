"""The forest plot: one benchmark's taxes as points with their intervals, beside a line at zero."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Literal

from tasks.report.report_rows import ReportRow, name_of
from tasks.report.significance import Significance, significance_of, verdict_in_words
from tasks.report.symbols import SIGNIFICANCE_SYMBOLS, FamilySymbols
from tasks.report.vega import GREY, Chart, chart_of, domain_with_zero, layered, tooltip
from tasks.report.wording import probability, signed_points, stated, whole, with_interval

if TYPE_CHECKING:
    import altair as alt

_LABEL_LIMIT = 280  # pixels; a longer model name ends in an ellipsis here and is whole in the table
_CHARACTER_WIDTH = 6.7  # pixels of an average character at 12 px
_LONGEST_LABEL = int(_LABEL_LIMIT / _CHARACTER_WIDTH)  # characters


@dataclass(frozen=True, slots=True)
class Forest:
    """One benchmark's taxes in order. ``domain`` (points) and ``label_width`` (pixels) are the same for all forests."""

    chart_id: str
    description: str
    rows: Sequence[ReportRow]
    domain: tuple[float, float]
    label_width: float
    axis_title: str
    symbols: FamilySymbols


def forest_chart(forest: Forest) -> Chart:
    """Draw one benchmark's taxes with their intervals around a zero line."""
    return Chart.of(forest.chart_id, _drawn(forest, is_narrow=False), _drawn(forest, is_narrow=True))


def points_domain(rows: Iterable[ReportRow]) -> tuple[float, float]:
    """Horizontal domain that holds zero, every estimate and every limit, with a margin, in points."""
    keys = ("tax_absolute", "tax_absolute_low", "tax_absolute_high")
    return domain_with_zero(100 * row[key] for row in rows for key in keys if row[key] is not None)


def label_width(groups: Iterable[Sequence[ReportRow]]) -> float:
    """Pixels to keep beside every forest, for the longest label of all."""
    longest = max((len(label) for rows in groups for label in _pair_labels(rows)), default=0)
    return min(max(_CHARACTER_WIDTH * longest, 80.0), _LABEL_LIMIT)


def _pair_labels(rows: Sequence[ReportRow]) -> list[str]:
    """The candidate of each row. Where a name stands twice, prompt styles or a number tell the rows apart."""
    names = [name_of(row["candidate_model_id"]) for row in rows]
    labels: list[str] = []
    for name, row in zip(names, rows, strict=True):
        is_alone = names.count(name) == 1 or "prompt_style_candidate" not in row  # a mean has no prompt style
        label = (
            name if is_alone else f"{name} ({row['prompt_style_candidate']} against {row['prompt_style_reference']})"
        )
        labels.append(_unique(label, labels))
    return _without_shared_start(labels)


def _without_shared_start(labels: Sequence[str]) -> list[str]:
    """The labels, without as much of the start that they share as makes them too long: what differs must be seen."""
    too_much = max(map(len, labels), default=0) - _LONGEST_LABEL
    if too_much <= 0 or len(labels) < 2:
        return list(labels)
    shared = takewhile(lambda characters: len(set(characters)) == 1, zip(*labels, strict=False))
    start = min(len(list(shared)), too_much + 1)
    return [f"\u2026{label[start:]}" for label in labels] if start > 1 else list(labels)


def _unique(label: str, taken: Sequence[str]) -> str:
    number, result = 1, label
    while result in taken:
        number += 1
        result = f"{label} ({number})"
    return result


@dataclass(frozen=True, slots=True)
class _Label:
    """A line of the forest: a pair, or the heading above the pairs of one family."""

    text: str
    is_heading: bool


def _labelled(rows: Sequence[ReportRow], symbols: FamilySymbols) -> tuple[list[dict[str, Any]], list[_Label]]:
    """The values to draw, and all labels from top to bottom. Families are named only where there are several."""
    families = {_family(row) for row in rows}
    values: list[dict[str, Any]] = []
    labels: list[_Label] = []
    heading = None

    def add(text: str, *, is_heading: bool) -> str:
        labels.append(_Label(_unique(text, [label.text for label in labels]), is_heading))
        return labels[-1].text

    for row, label in zip(rows, _pair_labels(rows), strict=True):
        if len(families) > 1 and _family(row) != heading:
            heading = _family(row)
            add(heading, is_heading=True)
        text = add(label, is_heading=False)
        if significance_of(row) is not Significance.NO_ESTIMATE:
            values.append(_value(row, text, symbols.colour(row["family"])))
    return values, labels


def _family(row: ReportRow) -> str:
    return f"{name_of(row['family'])}, against {name_of(row['reference_model_id'])}"


def _value(row: ReportRow, label: str, colour: str) -> dict[str, Any]:
    significance = significance_of(row)
    limits = (row["tax_absolute_low"], row["tax_absolute_high"])
    has_limits = significance is not Significance.NO_INTERVAL
    tax = with_interval(row["tax_absolute"], *limits, signed_points, row["reason"])
    return {
        "row": label,
        "tax": 100 * row["tax_absolute"],
        "low": 100 * limits[0] if has_limits else None,
        "high": 100 * limits[1] if has_limits else None,
        "verdict": significance.value,
        "colour": colour,
        "fill": colour if SIGNIFICANCE_SYMBOLS[significance].is_filled else "transparent",
        "said": verdict_in_words(row),
        "candidate": name_of(row["candidate_model_id"]),
        "reference": name_of(row["reference_model_id"]),
        "points": tax,
        "holm": stated(row["p_value_holm"], probability, row["reason"]),
        "items": stated(row["count_paired_items"], whole),
        "description": f"{label}: {tax} points, {verdict_in_words(row)}",
    }


def _drawn(forest: Forest, *, is_narrow: bool) -> Any:
    import altair as alt  # noqa: PLC0415 - takes a second to import

    values, labels = _labelled(forest.rows, forest.symbols)
    axis = None if is_narrow else _label_axis(labels, forest.label_width)
    y = alt.Y("row:N", title=None, sort=None, scale=alt.Scale(domain=[label.text for label in labels]), axis=axis)
    zero = chart_of([{}]).mark_rule(color=GREY, strokeWidth=1.5, aria=False)
    layers = [zero.encode(x=alt.XDatum(0)), *_marks(forest, values, y, count_ticks=5 if is_narrow else 9)]
    if is_narrow:
        layers.extend(_labels_above(labels, y, are_headings=kind) for kind in (True, False))
    return layered(layers, (44 if is_narrow else 26) * len(labels), forest.description)


def _marks(forest: Forest, values: list[dict[str, Any]], y: alt.Y, count_ticks: int) -> list[alt.Chart]:
    """The intervals as lines, and the estimates as symbols on top of them."""
    import altair as alt  # noqa: PLC0415 - takes a second to import

    scale = alt.Scale(domain=list(forest.domain), nice=False, zero=False)
    axis = alt.Axis(grid=True, tickCount=count_ticks, title=forest.axis_title)
    shapes = alt.Scale(
        domain=[significance.value for significance in SIGNIFICANCE_SYMBOLS],
        range=[symbol.path for symbol in SIGNIFICANCE_SYMBOLS.values()],
    )
    stroke = alt.Stroke("colour:N", scale=None)
    drawn = chart_of(values)
    whiskers = drawn.mark_rule(strokeWidth=2.5, aria=False).transform_filter("isValid(datum.low)")
    points = drawn.mark_point(size=110, strokeWidth=2, opacity=1)
    return [
        whiskers.encode(x=alt.X("low:Q", scale=scale, axis=axis), x2=alt.X2("high:Q"), y=y, stroke=stroke),
        points.encode(
            x=alt.X("tax:Q", scale=scale, axis=axis),
            y=y,
            stroke=stroke,
            fill=alt.Fill("fill:N", scale=None),
            shape=alt.Shape("verdict:N", scale=shapes, legend=None),
            description=alt.Description("description:N"),
            tooltip=tooltip(
                candidate="aligned or candidate",
                reference="base or reference",
                points="tax, points",
                said="verdict",
                holm="p (Holm)",
                items="paired items",
            ),
        ),
    ]


def _label_axis(labels: Sequence[_Label], width: float) -> alt.Axis:
    """Labels in a margin of one width for all benchmarks; the headings among them are bold."""
    import altair as alt  # noqa: PLC0415 - takes a second to import

    headings = [label.text for label in labels if label.is_heading]
    is_heading = alt.FieldOneOfPredicate(field="value", oneOf=headings)
    return alt.Axis(
        labelLimit=_LABEL_LIMIT,
        minExtent=width,
        maxExtent=width,
        domain=False,
        ticks=False,
        labelPadding=8,
        labelFontWeight={"condition": {"test": is_heading, "value": "bold"}, "value": "normal"},
    )


def _labels_above(labels: Sequence[_Label], y: alt.Y, *, are_headings: bool) -> alt.Chart:
    """On a phone a label stands above its interval instead of beside it."""
    import altair as alt  # noqa: PLC0415 - takes a second to import

    values = [{"row": label.text} for label in labels if label.is_heading is are_headings]
    weight: Literal["bold", "normal"] = "bold" if are_headings else "normal"
    chart: alt.Chart = (
        chart_of(values)
        .mark_text(
            align="left", dy=0 if are_headings else -14, aria=False, limit=alt.ExprRef("width"), fontWeight=weight
        )
        .encode(x=alt.XValue(0), y=y, text=alt.Text("row:N"))  # type: ignore[no-untyped-call]
    )
    return chart
