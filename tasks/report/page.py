"""The page: the opening, then the sections that have something to show, in one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from tasks.report import page_opening
from tasks.report.blocks import Block, charts_of
from tasks.report.page_section import PageSection
from tasks.report.report_rows import ReportFrames, ReportSource, merged
from tasks.report.sections import SECTIONS
from tasks.report.vega import unchecked
from tasks.report.wording import visible
from warehouse.kept_files import keep, kept
from warehouse.whole_files import swapped_in

# The browser fetches nothing, even if a name in the data should ever escape its quoting.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'"


def sources() -> list[ReportSource]:
    """Every table that the page reads, once: all columns that some part of the page reads, and the most days."""
    return merged([*page_opening.SOURCES, *(source for section in SECTIONS for source in section.sources)])


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
    with unchecked():
        opening = page_opening.opening_of(frames.rows(page_opening.SOURCES), visible(frames.as_of_date))
        sections = list(_made_sections(frames))
    blocks = [*opening.picture, *(block for section in sections for block in section.content)]
    charts = {chart.chart_id: chart for chart in charts_of(blocks)}
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            title=visible(frames.title),
            policy=POLICY,
            opening=opening,
            sections=sections,
            charts={name: {"wide": chart.wide, "narrow": chart.narrow} for name, chart in charts.items()},
            style=asset("report.css"),
            script=asset("report.js"),
            library=_chart_library() if charts else "",
        )
    )


@dataclass(frozen=True, slots=True)
class _MadeSection:
    """A section with what stands in it, and whether a reader finds it unfolded."""

    stated: PageSection
    content: Sequence[Block]
    is_open: bool


def _made_sections(frames: ReportFrames) -> Iterator[_MadeSection]:
    """The sections that have something to show."""
    for section in SECTIONS:
        tables = frames.rows(section.sources)
        if content := section.content(tables):
            yield _MadeSection(section, content, section.is_open(tables))


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


def asset(name: str) -> str:
    """A file that a page holds: a style or a script."""
    return resources.files("tasks.report").joinpath("assets", name).read_text(encoding="utf-8")
