"""The page itself: sections in the order they are read, and the one public step that writes the file."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from html import escape
from importlib import resources
from importlib.metadata import version
from pathlib import Path

from tasks.kept_files import keep, kept
from tasks.report.breakdown import cost_table, declared_table, metric_table, overall_table, parts_table
from tasks.report.charts import (
    Chart,
    Forest,
    Scatter,
    forest_chart,
    label_width,
    pair_labels,
    points_domain,
    scatter_chart,
)
from tasks.report.choices import alert_table, fixed_safety_table, mitigation_table, sweep_table
from tasks.report.frames import ReportFrames, ReportRows, Row, by_pair, headline, name_of, printable_rows
from tasks.report.frontier import Place, benchmarks_of, chains, places
from tasks.report.summary import Head, head_of
from tasks.report.tables import (
    Table,
    benchmark_title,
    coverage_table,
    place_table,
    safety_table,
    score_table,
    sign_table,
    table_html,
    tax_table,
    validation_table,
)
from tasks.report.trend import Trend, trend_chart
from tasks.report.verdicts import VERDICT_SYMBOLS, Symbol, Verdict, family_symbols, verdict_of
from tasks.report.wording import counted, listed

# Nothing may be fetched, even if a name in the data should ever escape its quoting.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'"


def write_report(frames: ReportFrames, path: Path) -> Path:
    """Write the report to ``path`` in one step: a reader sees the old page or the new one, never a part.

    Returns:
        The path written.

    Raises:
        InputError: a frame that lacks a column the page reads.
    """
    content = render_report(frames).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)  # mkstemp's own mode would hide the page from a web server
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def render_report(frames: ReportFrames) -> str:
    """The page as text; the same frames give the same text."""
    rows = printable_rows(frames)
    charts: list[Chart] = []
    sections = [
        _tax_section(rows, charts),
        _parts_section(rows),
        _metric_section(rows),
        _sign_section(rows),
        _safety_section(rows, charts),
        _mitigation_section(rows),
        _sweep_section(rows),
        _night_section(rows, charts),
        _other_section(rows, charts),
        _cost_section(rows),
        _section("scores", "Model scores", _table_or("No model was scored.", score_table, rows.scores)),
        _section("coverage", "Coverage", _table_or("No cell was run.", coverage_table, rows.coverage)),
        _section(
            "validations", "Validations", _table_or("No validation was recorded.", validation_table, rows.validations)
        ),
        _section("reading", "How to read this", _asset("reading.html")),
    ]
    return _document(rows.title, _head(rows.title, head_of(rows)), [part for part in sections if part], charts)


# ---------------------------------------------------------------------------------------------------- sections


def _section(section_id: str, title: str, content: str, style: str = "") -> str:
    attribute = f' class="{style}"' if style else ""
    return (
        f'<section id="{section_id}"{attribute} aria-labelledby="{section_id}-title">'
        f'<h2 id="{section_id}-title">{escape(title)}</h2>{content}</section>'
    )


def _table_or(sentence: str, build: Callable[[Sequence[Row]], Table], rows: Sequence[Row]) -> str:
    return table_html(build(rows)) if rows else f'<p class="empty">{escape(sentence)}</p>'


def _head(title: str, head: Head) -> str:
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in head.facts)
    return (
        f'<header class="page"><h1>{escape(title)}</h1>'
        '<p class="what">What aligning language models cost in capability, what it bought in safety, '
        "and how sure we are.</p>"
        f'<p class="badge {escape(head.badge.kind)}"><strong>{escape(head.badge.title)}.</strong> '
        f"{escape(head.badge.meaning)}</p>"
        f"<dl>{facts}</dl>"
        f'<p id="summary" class="summary">{escape(" ".join(head.paragraph))}</p></header>'
    )


def _tax_section(rows: ReportRows, charts: list[Chart]) -> str:
    taxes = by_pair(headline(rows.taxes, is_tax=True), rows.scores)
    if not taxes:
        sentence = "There is no tax to show: no pair of a base and an aligned model was scored on the same benchmark."
        return _section("taxes", "What alignment cost", f'<p class="empty">{sentence}</p>')
    content = _forests("tax", taxes, charts) + table_html(tax_table("table-taxes", taxes, is_tax=True))
    return _section("taxes", "What alignment cost", content)


def _parts_section(rows: ReportRows) -> str:
    """What the taxes are made of, and what they come to over benchmarks."""
    tables = [
        *([table_html(overall_table(rows.overall))] if rows.overall else []),
        *([table_html(parts_table(rows.parts))] if rows.parts else []),
    ]
    return _section("parts", "Where it comes from", "".join(tables)) if tables else ""


def _metric_section(rows: ReportRows) -> str:
    """What is measured over all answers of a model at once."""
    return _section("metrics", "Other metrics", table_html(metric_table(rows.metrics))) if rows.metrics else ""


def _cost_section(rows: ReportRows) -> str:
    """The cost of running, making and waiting for the aligned models."""
    performance = [row for row in rows.costs if row["tax"] == "performance"]
    declared = [row for row in rows.costs if row["tax"] != "performance"]
    tables = [
        *([table_html(cost_table(performance))] if performance else []),
        *([table_html(declared_table(declared))] if declared else []),
    ]
    return _section("costs", "What it costs in tokens, time and money", "".join(tables)) if tables else ""


def _other_section(rows: ReportRows, charts: list[Chart]) -> str:
    others = by_pair(headline(rows.taxes, is_tax=False), rows.scores)
    if not others:
        return ""
    content = _forests("other", others, charts) + table_html(tax_table("table-others", others, is_tax=False))
    return _section("others", "Other declared comparisons", content)


def _forests(prefix: str, rows: Sequence[Row], charts: list[Chart]) -> str:
    """One figure per benchmark, all on the same scale, under one legend."""
    grouped: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        grouped.setdefault((name_of(row["benchmark_id"]), benchmark_title(row)), []).append(row)
    domain, width = (
        points_domain(rows),
        label_width(label for group in grouped.values() for label in pair_labels(group)),
    )
    shown = {verdict_of(row) for row in rows}
    figures = [_legend({verdict.value: symbol for verdict, symbol in VERDICT_SYMBOLS.items() if verdict in shown})]
    for index, ((_, title), group) in enumerate(grouped.items(), start=1):
        drawn = [row for row in group if verdict_of(row) is not Verdict.NO_ESTIMATE]
        caption = _forest_caption(group, len(group) - len(drawn))
        figures.append(f"<h3>{escape(title)}</h3>")
        if not drawn:
            figures.append(f'<p class="empty">{escape(caption)}</p>')
            continue
        description = f"Forest plot of {counted(len(drawn), 'comparison')} on {title}, in points with 95% intervals."
        axis_title = "points; right of zero: alignment cost, left: windfall" if prefix == "tax" else "points"
        forest = Forest(f"chart-{prefix}-{index}", description, drawn, domain, width, axis_title)
        charts.append(forest_chart(forest))
        figures.append(_figure(charts[-1], caption))
    return "".join(figures)


def _forest_caption(rows: Sequence[Row], count_missing: int) -> str:
    references = list(dict.fromkeys(name_of(row["reference_model_id"]) for row in rows))
    against = f"Against {references[0]}. " if len(references) == 1 else ""
    missing = f"{counted(count_missing, 'comparison')} without an estimate: see the table. " if count_missing else ""
    return f"{against}{missing}Lines are 95% intervals.".strip()


def _sign_section(rows: ReportRows) -> str:
    table = sign_table(rows.taxes)
    if table is None:
        return ""
    text = (
        "<p>For the pairs below, what an answer that was not found in the text is worth decides whether alignment "
        "appears to cost or to help. Read none of these taxes without saying which rule it is under; the cause is "
        "mostly a model that answers in another form than the one asked for.</p>"
    )
    return _section("sign", "Warning: the sign depends on the rule", text + table_html(table), "warning")


def _safety_section(rows: ReportRows, charts: list[Chart]) -> str:
    found = places(rows.scores)
    parts = [_safety_charts(rows, found, charts)]
    if found:
        parts.append(table_html(place_table(found)))
    if rows.fixed_safety:
        parts.append(table_html(fixed_safety_table(rows.fixed_safety)))
    if rows.safety:
        parts.append(table_html(safety_table(rows.safety, rows.scores)))
    return _section("safety", "What it bought: safety against capability", "".join(parts))


def _mitigation_section(rows: ReportRows) -> str:
    if not rows.mitigations:
        return ""
    return _section("mitigations", "Did the mitigation help", table_html(mitigation_table(rows.mitigations)))


def _sweep_section(rows: ReportRows) -> str:
    return _section("strengths", "Which strength pays", table_html(sweep_table(rows.sweeps))) if rows.sweeps else ""


def _night_section(rows: ReportRows, charts: list[Chart]) -> str:
    """A trend per benchmark with two nights or more, under the alarms that stand."""
    grouped: dict[str, list[Row]] = {}
    for row in rows.nights:
        if row["score"] is not None:
            grouped.setdefault(name_of(row["benchmark_id"]), []).append(row)
    several = {name: group for name, group in grouped.items() if len({row["as_of_date"] for row in group}) > 1}
    if not several:
        return ""
    alarms = table_html(alert_table(rows.alerts)) if rows.alerts else '<p class="empty">No alarm stands.</p>'
    figures = []
    for index, (name, group) in enumerate(several.items(), start=1):
        count = len({row["as_of_date"] for row in group})
        charts.append(trend_chart(Trend(f"chart-trend-{index}", f"Scores on {name} over {count} nights.", group)))
        caption = f"{name}: squares are reference nights; a ring marks a night on which an alarm stands."
        figures.append(_figure(charts[-1], caption))
    return _section("nights", "Night after night", alarms + "".join(figures))


def _safety_charts(rows: ReportRows, found: Sequence[Place], charts: list[Chart]) -> str:
    safety = benchmarks_of(rows.scores, "safety")
    capability = benchmarks_of(rows.scores, "capability")
    plotted = [place for place in found if place.is_plotted]
    if not safety:
        return '<p class="empty">No safety benchmark was run, so this page cannot say what the tax bought.</p>'
    if not plotted:
        return '<p class="empty">No model has both a safety and a capability score.</p>'
    symbols = family_symbols(list(dict.fromkeys(place.family for place in plotted)))
    lines = chains(rows.scores, [*rows.taxes, *rows.safety])
    titles = {"capability": "capability, %", "over_refusal": "over-refusal, %"}

    def figure(chart_id: str, y_axis: str, caption: str) -> str:
        description = f"Scatter chart of {counted(len(plotted), 'model')}: safety against {y_axis.replace('_', '-')}."
        scatter = Scatter(chart_id, description, found, lines, symbols, y_axis, "safety, %", titles[y_axis])
        charts.append(scatter_chart(scatter))
        return _figure(charts[-1], caption)

    caption = (
        f"Safety is the mean over {listed(safety)}; capability the mean over {listed(capability)}. Numbers are those "
        "of the table; dashed lines run from the base along the knob. Whiskers are 95% intervals; those of a mean over "
        "several benchmarks combine the benchmarks' own limits as independent (root of the summed squares of the "
        f"distances, over their number).{_unplotted(found)}"
    )
    figures = [figure("chart-frontier", "capability", caption)]
    over_refusal = benchmarks_of(rows.scores, "over_refusal")
    if any(place.over_refusal and place.safety for place in found):
        small = f"Over-refusal, the share of safe requests that got no help (lower is better): {listed(over_refusal)}."
        figures.append(figure("chart-over-refusal", "over_refusal", small))
    return _legend(symbols) + f'<div class="pair">{"".join(figures)}</div>'


def _unplotted(found: Iterable[Place]) -> str:
    missing = [place.model_id for place in found if not place.is_plotted]
    return f" Not drawn, for want of a score on one of the benchmarks: {listed(missing)}." if missing else ""


def _figure(chart: Chart, caption: str) -> str:
    return (
        f'<figure><div class="chart" id="{chart.chart_id}"></div><noscript>{chart.svg}</noscript>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _legend(symbols: dict[str, Symbol]) -> str:
    entries = "".join(
        '<li><svg viewBox="-1.4 -1.4 2.8 2.8" width="14" height="14" aria-hidden="true">'
        f'<path d="{symbol.path}" fill="{symbol.fill}" stroke="{symbol.colour}" stroke-width=".3"/></svg> '
        f"{escape(name)}</li>"
        for name, symbol in symbols.items()
    )
    return f'<ul class="legend" aria-label="Legend">{entries}</ul>'


# ---------------------------------------------------------------------------------------------------- document


def _document(title: str, head: str, sections: Sequence[str], charts: Sequence[Chart]) -> str:
    data = {chart.chart_id: {"wide": chart.wide, "narrow": chart.narrow} for chart in charts}
    scripts = (
        f"<script>{_inline(_bundle())}</script>"
        f'<script type="application/json" id="chart-data">{_inline_json(data)}</script>'
        f"<script>{_asset('report.js')}</script>"
        if charts
        else ""
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title><style>{_asset('report.css')}</style></head><body>"
        '<a class="skip" href="#main">Skip to the results</a>'
        f'{head}{_navigation(sections)}<main id="main" tabindex="-1">{"".join(sections)}</main>'
        "<footer><p>Written by aligntax from the tables of the reports schema. This page needs no network.</p></footer>"
        f"{scripts}</body></html>\n"
    )


_NAMES = {
    "taxes": "Taxes",
    "parts": "Where from",
    "metrics": "Other metrics",
    "sign": "Sign warning",
    "safety": "Safety",
    "mitigations": "Mitigations",
    "strengths": "Strengths",
    "nights": "Nights",
    "others": "Other comparisons",
    "costs": "Costs",
    "scores": "Scores",
    "coverage": "Coverage",
    "validations": "Validations",
    "reading": "How to read this",
}


def _navigation(sections: Sequence[str]) -> str:
    present = [name for name in _NAMES if any(section.startswith(f'<section id="{name}"') for section in sections)]
    links = "".join(f'<li><a href="#{name}">{_NAMES[name]}</a></li>' for name in present)
    return f'<nav aria-label="Sections"><ul>{links}</ul></nav>'


@cache
def _bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script (0.9 MB), which takes a second to bundle and is kept."""
    import vl_convert  # noqa: PLC0415 - loads a JavaScript engine

    name = f"vega-{version('vl-convert-python')}"
    found = kept(name, ".js")
    if found is None:
        found = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")).encode()
        keep(name, ".js", found)
    return found.decode()


def _asset(name: str) -> str:
    return resources.files("tasks.report").joinpath("assets", name).read_text(encoding="utf-8")


def _inline(script: str) -> str:
    """Keep the HTML parser inside the script element: both sequences mean the same to JavaScript."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _inline_json(data: object) -> str:
    """JSON that no HTML parser can leave: without "<", and ASCII only."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")
