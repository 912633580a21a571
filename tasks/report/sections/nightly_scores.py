"""The section of the scores of each benchmark with two nights or more, night after night."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.report.blocks import Block, Figure, Paragraph
from tasks.report.model_places import model_numbers
from tasks.report.page_section import PageSection
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, grouped, name_of, ordered
from tasks.report.row_wording import as_words
from tasks.report.symbols import FamilySymbols
from tasks.report.tax_comparisons import MODEL_ORDER
from tasks.report.trend_chart import DAYS, Trend, trend_chart

_SCORES = (
    "Squares are reference nights; a ring marks a night on which an alarm stands. Where the served model or the "
    "benchmark changed, a line ends and another begins. The numbers at the ends of the lines are the models:"
)


def _content(tables: ReportTables) -> list[Block]:
    figures = list(_figures(tables))
    numbers = model_numbers(tables["model_scores"])
    said = f"{_SCORES} {', '.join(f'{number} {model}' for model, number in numbers.items())}."
    return [Paragraph(said), *figures] if figures else []


def _figures(tables: ReportTables) -> Iterator[Figure]:
    nights = ordered(tables["trend"], "benchmark_id", "model_id", "prompt_style", "origin", "as_of_date")
    symbols = FamilySymbols.of(tables["model_scores"])
    families = {name_of(row["model_id"]): row["family"] for row in tables["model_scores"]}
    colours = {model: symbols.colour(family) for model, family in families.items()}
    titles = {name_of(row["benchmark_id"]): _measured(row) for row in tables["model_scores"]}
    labels = {model: str(number) for model, number in model_numbers(tables["model_scores"]).items()}
    scored = grouped([row for row in nights if row["score"] is not None], "benchmark_id")
    counts = [(rows, len({row["as_of_date"] for row in rows})) for rows in scored]
    for index, (rows, count) in enumerate([found for found in counts if found[1] > 1], start=1):
        name = name_of(rows[0]["benchmark_id"])
        trend = Trend(f"chart-trend-{index}", f"Scores on {name} over {count} nights.", rows, labels, colours)
        yield Figure(trend_chart(trend), f"Scores on {titles.get(name, name)}.")


def _measured(row: ReportRow) -> str:
    """A benchmark with what its score counts, because a higher score is not always more of its name."""
    return f"{name_of(row['benchmark_id'])} ({as_words(row['metric'])})"


NIGHTLY_SCORES = PageSection(
    section_id="nightly-scores",
    title="Scores, night after night",
    navigation="Nightly scores",
    sources=(
        MODEL_ORDER,
        ReportSource("model_scores", ("benchmark_id", "metric")),
        ReportSource(
            "trend",
            (
                *("as_of_date", "series_id", "model_id", "benchmark_id", "prompt_style", "origin", "phase", "score"),
                *("p_value_adjusted", "is_alarm", "reason"),
            ),
            days=DAYS,
        ),
    ),
    content=_content,
)
