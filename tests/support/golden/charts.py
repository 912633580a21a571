"""The charts of a report as the golden record keeps them: a hash of every chart, and one of each kind as SVG.

Coordinates are rounded, because their last digits depend on the processor.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

FOLDER = Path(__file__).parent / "charts"
_HASHES = FOLDER / "hashes.txt"
_WHOLE = ("chart-frontier", "chart-answers", "chart-tax-1", "chart-parts-1", "chart-mitigation-1", "chart-knob-1-1")
_CHART = re.compile(r'<div class="chart" id="([^"]+)"></div><noscript>(.*?)</noscript>', re.DOTALL)
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")


def charts(report: Path) -> dict[Path, str]:
    """What the record holds of the charts of a report, by file."""
    drawn = {name: _reviewable(svg) for name, svg in _CHART.findall(report.read_text())}
    hashes = (f"{name}: {hashlib.sha256(svg.encode()).hexdigest()[:12]}\n" for name, svg in drawn.items())
    return {_HASHES: "".join(hashes), **{FOLDER / f"{name}.svg": drawn[name] for name in _WHOLE if name in drawn}}


def _reviewable(svg: str) -> str:
    """One element a line, and coordinates with one digit."""
    rounded = _LONG_NUMBER.sub(lambda number: f"{float(number.group()):.1f}", svg)
    return rounded.strip().replace("><", ">\n<").replace("-0.0", "0.0") + "\n"
