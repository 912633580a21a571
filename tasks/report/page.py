"""The page: the opening, then the sections that have something to show, in one HTML file that needs no network."""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from tasks.kept_files import keep, kept
from tasks.report import page_opening
from tasks.report.blocks import charts_of
from tasks.report.report_rows import ReportFrames, ReportSource
from tasks.report.sections import SECTIONS
from tasks.report.wording import visible
from warehouse.whole_files import swapped_in

# The browser fetches nothing, even if a name in the data should ever escape its quoting.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'"


def sources() -> list[ReportSource]:
    """Every table that the page reads, once: all columns that some part of the page reads, and the most days."""
    found: dict[str, ReportSource] = {}
    for source in (*page_opening.SOURCES, *(source for section in SECTIONS for source in section.sources)):
        known = found.get(source.table, source)
        columns = tuple(dict.fromkeys((*known.columns, *source.columns)))
        found[source.table] = ReportSource(source.table, columns, max(known.days, source.days))
    return list(found.values())


def write_report(frames: ReportFrames, path: Path) -> Path:
    """Write the report to ``path`` in one step: a reader sees the old page or the new one, never a part.

    Returns:
        The path written.

    Raises:
        InputError: a frame lacks a column that the page reads.
    """
    content = render_report(frames).encode()
    with swapped_in(path) as building:
        building.write_bytes(content)
    return path


def render_report(frames: ReportFrames) -> str:
    """The page as text. The same frames give the same text."""
    made = [(section, section.content(frames.rows(section.sources))) for section in SECTIONS]
    sections = [(section, content) for section, content in made if content]
    charts = {chart.chart_id: chart for _, content in sections for chart in charts_of(content)}
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            title=visible(frames.title),
            policy=_POLICY,
            opening=page_opening.opening_of(frames.rows(page_opening.SOURCES), visible(frames.as_of_date)),
            sections=sections,
            charts={name: {"wide": chart.wide, "narrow": chart.narrow} for name, chart in charts.items()},
            style=_asset("report.css"),
            script=_asset("report.js"),
            library=_chart_library() if charts else "",
        )
    )


@cache
def environment() -> Environment:
    """Jinja2 that escapes every text, and that refuses a name which nobody gave."""
    environment = Environment(
        loader=PackageLoader("tasks.report"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
    return environment


@cache
def _chart_library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, written so that it cannot end its script element.

    It is 0.9 MB and takes a second to bundle, so it is kept for later processes.
    """
    name = f"vega-{version('vl-convert-python')}"
    found = kept(name, ".js")
    if found is None:
        import vl_convert  # noqa: PLC0415 - loads a JavaScript engine

        found = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")).encode()
        keep(name, ".js", found)
    return found.decode().replace("</script", "<\\/script").replace("<!--", "<\\!--")  # the same to JavaScript


def _asset(name: str) -> str:
    return resources.files("tasks.report").joinpath("assets", name).read_text(encoding="utf-8")
