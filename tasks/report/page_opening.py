"""The opening of the page: the answer, one picture, what is wrong tonight, and where the answers come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.report.blocks import Block
from tasks.report.family_sentences import FAMILY_SENTENCES, family_sentences
from tasks.report.place_charts import PLACES, frontier_blocks
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, headline, whole_benchmark
from tasks.report.standing import STANDING, Standing, standing_of
from tasks.report.summary_sentences import TAX_SENTENCES, answer_sentences, summary_sentences
from tasks.report.wording import listed, whole


@dataclass(frozen=True, slots=True)
class OriginBadge:
    """Where the answers come from: a word for the style sheet, a title, and what it means."""

    kind: str
    title: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Opening:
    """The first screen: facts with their names, a badge, the answer, and a picture with the words around it.

    ``families`` has a sentence a family, ``standing`` what is wrong, and ``paragraph`` the rest of the summary.
    """

    facts: tuple[tuple[str, str], ...]
    badge: OriginBadge
    answer: tuple[str, ...]
    families: tuple[str, ...]
    picture: tuple[Block, ...]
    standing: Standing
    paragraph: tuple[str, ...]


SOURCES = (
    *TAX_SENTENCES,
    *FAMILY_SENTENCES,
    *PLACES,
    *STANDING,
    ReportSource(
        "safety",
        (
            *("kind", "reference_model_id", "candidate_model_id", "benchmark_id", "dimension", "higher_is_better"),
            *("change", "change_low", "change_high", "is_significant", "origin"),
        ),
    ),
    ReportSource(
        "model_scores",
        (
            *("model_id", "family", "benchmark_id", "subset", "origin"),
            *("count_answers", "count_failed", "count_not_run", "count_quarantined"),
        ),
    ),
    ReportSource("coverage", ("origin",)),
)

_BADGES = {
    "simulated": OriginBadge(
        "simulated",
        "Simulated answers",
        "No real model was asked: the numbers show how the measurement works, not what a model can do.",
    ),
    "imported": OriginBadge("imported", "Imported answers", "The answers were made by another tool and imported."),
    "endpoint": OriginBadge("real", "Real answers", "The answers come from the configured model endpoints."),
}


def opening_of(tables: ReportTables, as_of_date: str) -> Opening:
    """Everything above the first chart."""
    safety = [row for row in tables["safety"] if row["kind"] == "tax"]
    compared = [*headline(tables["alignment_tax"], is_tax=True), *safety]
    return Opening(
        facts=_facts(tables["model_scores"], compared, as_of_date),
        badge=badge_of(tables),
        answer=tuple(answer_sentences(tables)),
        families=tuple(family_sentences(tables)),
        picture=tuple(frontier_blocks(tables)),
        standing=standing_of(tables),
        paragraph=tuple(summary_sentences(tables)),
    )


def badge_of(tables: ReportTables) -> OriginBadge:
    """The badge of the page. If the answers are of several origins it says so, and each row says which is its own."""
    rows = [*tables["alignment_tax"], *tables["safety"], *tables["model_scores"]] or tables["coverage"]
    origins = sorted({str(row["origin"]) for row in rows})
    if not origins:
        return OriginBadge("empty", "No answers", "There is nothing to report on this date.")
    if len(origins) > 1:
        kinds = listed(sorted(_BADGES[origin].kind if origin in _BADGES else origin for origin in origins))
        return OriginBadge("mixed", f"Mixed answers: {kinds}", "Each row is of one origin; its notes say which.")
    unknown = OriginBadge("unknown", f"Answers of origin {origins[0]}", "This page does not know that origin.")
    return _BADGES.get(origins[0], unknown)


def _facts(scores: Sequence[ReportRow], compared: Sequence[ReportRow], as_of_date: str) -> tuple[tuple[str, str], ...]:
    scores = whole_benchmark(scores)
    pairs = {(row["reference_model_id"], row["candidate_model_id"]) for row in compared}
    counts = {
        "Models": len({row["model_id"] for row in scores}),
        "Families": len({row["family"] for row in scores}),
        "Pairs": len(pairs),
        "Benchmarks": len({row["benchmark_id"] for row in scores}),
        "Answers": sum(_count_answers(row) for row in scores),
    }
    return (("As of", as_of_date), *((name, whole(count)) for name, count in counts.items()))


def _count_answers(row: ReportRow) -> int:
    """Answers that came back and stayed: without failed requests, requests never sent, and quarantined rows."""
    lost = (row["count_failed"], row["count_not_run"], row["count_quarantined"])
    return int(row["count_answers"] or 0) - sum(int(count or 0) for count in lost)
