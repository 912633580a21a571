"""Draw boxes in layers and the lines between them, as SVG: sources left, what they point to right.

Lines that pass a layer have a place of their own between its boxes (Sugiyama, Tagawa and Toda 1981): boxes of a layer
are sorted by the mean place of their neighbours, which is repeated. The same input gives the same text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from statistics import mean
from typing import Literal

import numpy as np

_LINE, _PAD, _BETWEEN, _GAP = 17, 6, 14, 64  # pixels: a row, inside a box, between boxes, between layers
_CHARACTER = 7.0  # width of a character in pixels: the font is 11.5 px monospace, whose characters are 0.6 wide
_SWEEPS = 24
_BAR = "m-6 -5v10"
_ENDS = {"arrow": ("", "m-7 -4l7 4l-7 4"), "many": ("m0 -4l9 4l-9 4m0 -4", _BAR), "one": ("m6 -5v10m-6 -5", _BAR)}
STYLE = """
.drawing { --box: #f5f7f9; --ink: #1d2126; --soft: #57606a; --edge: #b4bcc5; --line: #2a6a9e; }
@media (prefers-color-scheme: dark) {
.drawing { --box: #1e2227; --ink: #e6e9ec; --soft: #a3acb5; --edge: #4b545d; --line: #5b9fd6; }
}
.drawing text { font: 11.5px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: var(--soft); }
.drawing .name { fill: var(--ink); font-weight: 700; }
.drawing rect { fill: var(--box); stroke: var(--edge); }
.drawing .outside rect { stroke-dasharray: 4 3; }
.drawing path { fill: none; stroke: var(--line); stroke-width: 1.2; }
.drawing a text { fill: var(--line); }
.drawing a:hover text, .drawing a:focus text { text-decoration: underline; }
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of text in a box. It may be a name with a link, and lines to other boxes may begin at it.

    The lines end in arrows, or say that ``many`` of these rows or ``one`` belong to one of the target.
    """

    text: str
    link: str = ""
    is_name: bool = False
    targets: tuple[str, ...] = ()
    ends: Literal["arrow", "many", "one"] = "arrow"


@dataclass(slots=True)
class Box:
    """Rows of text in a layer; layer 0 stands at the right. ``is_outside``: drawn with a dashed border."""

    rows: Sequence[Row]
    layer: int
    is_outside: bool = False
    y: float = 0.0
    before: list[tuple[str, float]] = field(default_factory=list)  # boxes to the left, and where their lines begin
    after: list[tuple[str, float]] = field(default_factory=list)

    @property
    def height(self) -> float:
        """In pixels; a place that only a line passes has none."""
        return len(self.rows) * _LINE + 2 * _PAD if self.rows else 0.0

    @property
    def width(self) -> float:
        """In pixels."""
        return max((len(row.text) for row in self.rows), default=0) * _CHARACTER + 2 * _PAD + 4


def drawing(boxes: Mapping[str, Box], title: str) -> str:
    """An SVG element, to be shown where ``STYLE`` is.

    Args:
        boxes: by name; the rows say where lines lead. They are changed.
        title: what the picture shows, for people who do not see it.
    """
    placed = dict(boxes)
    lines = [line for name, box in boxes.items() for line in _routed(name, box, placed)]
    layers = _ordered(placed)
    _place(layers, placed)
    columns = _columns(layers, placed)
    height = max(box.y + box.height for box in placed.values()) + _BETWEEN
    width = max(left + wide for left, wide in columns) + _BETWEEN
    parts = [_drawn_line(line, row.ends, placed, columns) for row, line in lines]
    parts += [_drawn_box(box, *columns[box.layer]) for box in placed.values() if box.rows]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" role="group" aria-label="{escape(title)}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">'
        f"<title>{escape(title)}</title>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def standing_alone(svg: str) -> str:
    """The same as a file of its own."""
    return svg.replace("</title>\n", f"</title>\n<style>{STYLE}</style>\n", 1)


def _routed(name: str, box: Box, placed: dict[str, Box]) -> Iterable[tuple[Row, list[tuple[str, float]]]]:
    """The lines that begin at a box, each as the places it passes; places between boxes are added to ``placed``."""
    begins = [(number, row, target) for number, row in enumerate(box.rows) for target in row.targets]
    for number, row, target in begins:
        line = [(name, _PAD + (number + 0.5) * _LINE)]
        for layer in range(box.layer - 1, placed[target].layer, -1):
            passed = f"{name}/{target}/{layer}"  # lines between the same boxes pass together
            placed.setdefault(passed, Box((), layer))
            line.append((passed, 0.0))
        line.append((target, _PAD + 0.5 * _LINE))
        for (left, left_port), (right, right_port) in pairwise(line):
            placed[left].after.append((right, right_port))
            placed[right].before.append((left, left_port))
        yield row, line


def _ordered(placed: Mapping[str, Box]) -> list[list[str]]:
    """The names of each layer from top to bottom, so that few lines cross."""
    layers: list[list[str]] = [[] for _ in range(1 + max(box.layer for box in placed.values()))]
    for name, box in placed.items():
        layers[box.layer].append(name)
    rank: dict[str, float] = {}  # place in the layer, from 0 to 1
    for names in layers:
        rank |= _ranks(names)
    for sweep in range(_SWEEPS):
        for names in layers if sweep % 2 else reversed(layers):
            near = {name: placed[name].after if sweep % 2 else placed[name].before for name in names}
            means = {name: mean(rank[other] for other, _ in near[name]) if near[name] else rank[name] for name in names}
            names.sort(key=means.__getitem__)
            rank |= _ranks(names)
    return layers


def _ranks(names: Sequence[str]) -> dict[str, float]:
    return {name: number / len(names) for number, name in enumerate(names)}


def _place(layers: Sequence[Sequence[str]], placed: Mapping[str, Box]) -> None:
    """Set the height at which each box stands: as near to its neighbours as the others of its layer allow."""
    from scipy.optimize import isotonic_regression  # noqa: PLC0415 - 37 MB, which a run does without while it asks

    for sweep in range(_SWEEPS):
        for names in layers if sweep % 2 else reversed(layers):
            room = [placed[name].height + _BETWEEN for name in names]
            highest = np.cumsum([0.0, *room[:-1]])
            wished = _wished([placed[name] for name in names], placed)
            for name, y in zip(names, isotonic_regression(wished - highest).x + highest, strict=True):
                placed[name].y = float(y)
    top = min(box.y for box in placed.values()) - _BETWEEN
    for box in placed.values():
        box.y -= top


def _wished(boxes: Sequence[Box], placed: Mapping[str, Box]) -> np.ndarray:
    """Where each box of a layer would stand: level with its neighbours; without neighbours, amid its layer."""
    near = [[placed[name].y + port for name, port in (*box.before, *box.after)] for box in boxes]
    wished = [
        float(np.mean(ports)) - box.height / 2 if ports else np.nan for box, ports in zip(boxes, near, strict=True)
    ]
    return np.nan_to_num(wished, nan=float(np.nanmean(wished)) if np.isfinite(wished).any() else 0.0)


def _columns(layers: Sequence[Sequence[str]], placed: Mapping[str, Box]) -> list[tuple[float, float]]:
    """Left edge and width of each layer; layer 0 is the rightmost."""
    widths = [max(placed[name].width for name in names) for names in layers]
    lefts = [_BETWEEN + sum(widths[layer + 1 :]) + _GAP * (len(widths) - 1 - layer) for layer in range(len(widths))]
    return list(zip(lefts, widths, strict=True))


def _drawn_line(
    line: Sequence[tuple[str, float]], ends: str, placed: Mapping[str, Box], columns: Sequence[tuple[float, float]]
) -> str:
    """A curve from box to box that is level where it passes a layer, with its ends."""
    (first, port), *others = line
    x, y = sum(columns[placed[first].layer]), placed[first].y + port
    begin, end = _ENDS[ends]
    path = f"M{x:.0f} {y:.0f}{begin}"
    for name, port in others:
        left, wide = columns[placed[name].layer]
        below = placed[name].y + port
        path += f"C{x + _GAP / 2:.0f} {y:.0f} {left - _GAP / 2:.0f} {below:.0f} {left:.0f} {below:.0f}"
        x, y = left + wide, below
        if not placed[name].rows:
            path += f"H{x:.0f}"
    return f'<path d="{path}{end}"/>'


def _drawn_box(box: Box, left: float, wide: float) -> str:
    rows = [_drawn_row(row, left, box.y + _PAD + (number + 0.72) * _LINE) for number, row in enumerate(box.rows)]
    frame = f'<rect x="{left:.0f}" y="{box.y:.0f}" width="{wide:.0f}" height="{box.height:.0f}" rx="4"/>'
    kind = ' class="outside"' if box.is_outside else ""
    return f"<g{kind}>{frame}{''.join(rows)}</g>"


def _drawn_row(row: Row, left: float, baseline: float) -> str:
    kind = ' class="name"' if row.is_name else ""
    text = f'<text x="{left + _PAD:.0f}" y="{baseline:.0f}"{kind}>{escape(row.text)}</text>'
    return f'<a href="{escape(row.link)}">{text}</a>' if row.link else text
