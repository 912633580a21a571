"""What all charts share: their Vega-Lite configuration, and the forms in which the page holds them.

Neutral colours are middle greys, which read well on a light and on a dark page. Text takes the page's colour from CSS.
Channels are objects (``alt.Text("row:N")``): to find the class of a text takes Altair longer than the chart.
Tested in tests/tasks/report/test_forest_chart.py and test_vega.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import altair as alt

Specification = dict[str, Any]  # Vega-Lite, as JSON

GREY = "#808080"
GRID = "#80808040"
STATIC_WIDTH = 720  # pixels of the SVG for readers without JavaScript
PANEL_WIDTH = 360  # pixels of one of several small charts side by side
FONT = "DejaVu Sans, Verdana, sans-serif"  # vl-convert measures with the first; desktops have one of the others

# Charts are drawn while the next ones are made: vl-convert works without Python's lock.
_DRAWING = ThreadPoolExecutor(1, "charts")

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


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its specifications for wide and narrow screens, and an SVG for readers without JavaScript."""

    chart_id: str
    wide: Specification
    narrow: Specification
    drawing: Future[str]

    @property
    def svg(self) -> str:
        """The drawing, once it is done."""
        return self.drawing.result()

    @classmethod
    def panel(cls, chart_id: str, drawn: Any) -> Self:
        """A small chart, which looks the same on wide and on narrow screens."""
        return cls.of(chart_id, drawn, drawn)

    @classmethod
    def of(cls, chart_id: str, wide: Any, narrow: Any) -> Self:
        """Take the specifications out of Altair's charts, and draw the wide one as SVG."""
        import vl_convert  # noqa: PLC0415 - loads a JavaScript engine

        drawn = specification(wide)
        drawing = _DRAWING.submit(vl_convert.vegalite_to_svg, drawn)
        return cls(chart_id, _as_wide_as_the_page(drawn), _as_wide_as_the_page(specification(narrow)), drawing)


def specification(chart: Any) -> Specification:
    """The chart as JSON, without the address of its schema: the renderer does not need it, and the page names none."""
    # Altair's own check against its schema takes longer than drawing, and an invalid chart cannot be drawn anyway.
    kept = {name: value for name, value in chart.to_dict(validate=False).items() if name != "$schema"}
    return {**kept, "config": _CONFIGURATION, "autosize": {"type": "fit-x", "contains": "padding"}}


@contextmanager
def unchecked() -> Iterator[None]:
    """Make charts without Altair's checks of each part against its schema; our tests draw every chart with them."""
    from altair.utils.schemapi import debug_mode  # noqa: PLC0415 - takes a second to import

    with debug_mode(arg=False):
        yield


def _as_wide_as_the_page(specification: Specification) -> Specification:
    return {**specification, "width": "container"}


def chart_of(values: Sequence[Mapping[str, Any]]) -> alt.Chart:
    """A chart of some values. As a tuple they are shared by its copies, of which Altair makes one at each step."""
    import altair as alt  # noqa: PLC0415 - takes a second to import

    return alt.Chart(alt.InlineData(values=tuple(values)))


def layered(layers: list[Any], height: int, description: str, width: int = STATIC_WIDTH) -> Any:
    """Put layers over each other. ``description`` is what a screen reader says of the chart."""
    import altair as alt  # noqa: PLC0415 - takes a second to import

    return alt.layer(*layers).properties(width=width, height=height, description=description)


def tooltip(**titles: str) -> list[alt.Tooltip]:
    """A tooltip that shows the named fields under titles."""
    import altair as alt  # noqa: PLC0415 - takes a second to import

    return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]


def padded(values: list[float], share: float) -> tuple[float, float]:
    """An axis' domain with a margin on both sides: a share of the range, at least two units."""
    margin = max(share * (max(values) - min(values)), 2.0)
    return round(min(values) - margin, 2), round(max(values) + margin, 2)


def domain_with_zero(values: Iterable[float]) -> tuple[float, float]:
    """An axis' domain that holds zero and every value, with a margin: 6% of the range, at least one unit."""
    known = [0.0, *values]
    margin = max(0.06 * (max(known) - min(known)), 1.0)
    return round(min(known) - margin, 2), round(max(known) + margin, 2)


def limits_in_points(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    """Two limits in points, or None twice where one of them is unknown: half an interval is not drawn."""
    return (None, None) if low is None or high is None else (100 * low, 100 * high)
