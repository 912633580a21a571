"""The opening of the page: what was compared, where the answers come from, and the result in a paragraph.

Every sentence is computed from the rows. Tested in tests/tasks/report/test_content.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, headline, name_of, whole_benchmark
from tasks.report.row_wording import pair_title
from tasks.report.significance import Significance, change_in_words, significance_of
from tasks.report.wording import counted, interval, listed, points, signed_points, whole


@dataclass(frozen=True, slots=True)
class OriginBadge:
    """Where the answers come from: a word for the style sheet, a title, and what it means."""

    kind: str
    title: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands above the first chart: facts with their names, a badge, and the sentences of the summary."""

    facts: tuple[tuple[str, str], ...]
    badge: OriginBadge
    paragraph: tuple[str, ...]


SOURCES = (
    ReportSource(
        "alignment_tax",
        (
            *("kind", "is_headline", "reference_model_id", "candidate_model_id", "benchmark_id", "origin"),
            *("reference_score", "candidate_score", "tax_absolute", "tax_absolute_low", "tax_absolute_high"),
            *("minimum_detectable_tax", "is_significant"),
        ),
    ),
    ReportSource(
        "safety",
        (
            *("kind", "candidate_model_id", "benchmark_id", "dimension", "higher_is_better", "change", "change_low"),
            *("change_high", "is_significant", "origin"),
        ),
    ),
    ReportSource(
        "model_scores",
        (
            *("model_id", "family", "benchmark_id", "subset", "origin"),
            *("count_answers", "count_failed", "count_not_run", "count_quarantined"),
        ),
    ),
    ReportSource("coverage", ("status", "origin")),
    ReportSource("validations", ("is_success", "severity")),
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
    taxes = headline(tables["alignment_tax"], is_tax=True)
    safety = [row for row in tables["safety"] if row["kind"] == "tax"]
    sentences = (
        *_tax_sentences(taxes),
        *_safety_sentences(safety, has_taxes=bool(taxes)),
        *_trust_sentences(tables),
    )
    return Opening(_facts(tables["model_scores"], taxes, as_of_date), badge_of(tables), sentences)


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


def _facts(scores: Sequence[ReportRow], taxes: Sequence[ReportRow], as_of_date: str) -> tuple[tuple[str, str], ...]:
    scores = whole_benchmark(scores)
    pairs = {(row["reference_model_id"], row["candidate_model_id"]) for row in taxes}
    counts = {
        "Models": len({row["model_id"] for row in scores}),
        "Families": len({row["family"] for row in scores}),
        "Pairs": len(pairs),
        "Benchmarks": len({row["benchmark_id"] for row in scores}),
        "Answers": sum(_count_answers(row) for row in scores),
    }
    return (("As of", as_of_date), *((name, whole(count)) for name, count in counts.items()))


def _count_answers(row: ReportRow) -> int:
    """Answers that came back: without the requests that brought none and the rows taken out."""
    lost = (row["count_failed"], row["count_not_run"], row["count_quarantined"])
    return int(row["count_answers"] or 0) - sum(int(count or 0) for count in lost)


# ------------------------------------------------------------------------------------------------------- taxes


def _tax_sentences(taxes: Sequence[ReportRow]) -> list[str]:
    if not taxes:
        return ["No base and aligned model were compared on a capability benchmark, so there is no tax to report."]
    verdicts = [significance_of(row) for row in taxes]
    costs = [row for row, verdict in zip(taxes, verdicts, strict=True) if verdict is Significance.TAX]
    gains = [row for row, verdict in zip(taxes, verdicts, strict=True) if verdict is Significance.WINDFALL]
    silent = [verdict for verdict in verdicts if verdict in (Significance.NO_INTERVAL, Significance.NO_ESTIMATE)]
    return [
        *_count_sentence(taxes, costs, gains),
        *([f"The largest tax is {_tax_words(max(costs, key=lambda row: row['tax_absolute']))}."] if costs else []),
        *([f"The largest windfall is {_tax_words(min(gains, key=lambda row: row['tax_absolute']))}."] if gains else []),
        *(_detectable_sentence(taxes) if len(costs) + len(gains) < len(taxes) else []),
        *([f"{counted(len(silent), 'comparison')} could not be judged; the reason is in the table."] if silent else []),
    ]


def _count_sentence(taxes: Sequence[ReportRow], costs: Sequence[ReportRow], gains: Sequence[ReportRow]) -> list[str]:
    benchmarks = {row["benchmark_id"] for row in taxes}
    measured = f"{counted(len(taxes), 'comparison')} on {counted(len(benchmarks), 'capability benchmark')}"
    if not costs and not gains:
        return [f"Nothing is significant: of {measured}, none shows a tax or a windfall after Holm's correction."]
    parts = [
        *([counted(len(costs), "significant tax", "significant taxes")] if costs else []),
        *([counted(len(gains), "significant windfall")] if gains else []),
    ]
    missing = "" if costs and gains else f", and no significant {'windfall' if costs else 'tax'}"
    return [f"Of {measured}, Holm's correction leaves {listed(parts)}{missing}."]


def _tax_words(row: ReportRow) -> str:
    limits = interval(row["tax_absolute_low"], row["tax_absolute_high"], signed_points)
    base, aligned = row["reference_score"], row["candidate_score"]
    scores = "" if base is None or aligned is None else f", {points(aligned)}% where the base has {points(base)}%"
    place = f"{pair_title(row)} on {name_of(row['benchmark_id'])}"
    return f"{signed_points(row['tax_absolute'])} points {limits}: {place}{scores}"


def _detectable_sentence(taxes: Sequence[ReportRow]) -> list[str]:
    found = sorted(row["minimum_detectable_tax"] for row in taxes if row["minimum_detectable_tax"] is not None)
    if not found:
        return []
    sizes = points(found[0]) if points(found[0]) == points(found[-1]) else f"{points(found[0])} to {points(found[-1])}"
    sentence = (
        "Not significant does not mean zero: before any correction, the smallest tax these comparisons would find "
        f"four times in five is {sizes} points."
    )
    return [sentence]


# ------------------------------------------------------------------------------------------------------ safety


def _safety_sentences(rows: Sequence[ReportRow], *, has_taxes: bool) -> list[str]:
    bought = [row for row in rows if row["dimension"] == "safety"]
    over = [row for row in rows if row["dimension"] == "over_refusal"]
    if not bought and has_taxes:
        return ["No safety benchmark was compared, so the page cannot say what the tax bought."]
    return [*_change_sentence("Safety", bought, "improved"), *_change_sentence("Over-refusal", over, "worsened")]


def _change_sentence(subject: str, rows: Sequence[ReportRow], verb: str) -> list[str]:
    """How often a rate changed significantly in the direction asked about, the largest change, and the opposite."""
    if not rows:
        return []
    verdicts = {"improved": "better", "worsened": "worse"}
    wanted = [row for row in rows if change_in_words(row) == verdicts[verb]]
    opposite = [row for row in rows if change_in_words(row) in set(verdicts.values()) - {verdicts[verb]}]
    other = "worsened" if verb == "improved" else "improved"
    tail = f" It {other} significantly in {whole(len(opposite))}." if opposite else ""
    measured = counted(len(rows), "comparison")
    if not wanted:
        return [f"{subject} {verb} significantly in none of {measured}.{tail}"]
    largest = max(wanted, key=lambda row: abs(row["change"]))
    limits = interval(largest["change_low"], largest["change_high"], signed_points)
    size = f"{signed_points(largest['change'])} points {limits}"
    place = f"{name_of(largest['candidate_model_id'])} on {name_of(largest['benchmark_id'])}"
    count = f"{whole(len(wanted))} of {measured}"
    return [f"{subject} {verb} significantly in {count}, most by {size}: {place}.{tail}"]


# ------------------------------------------------------------------------------------------------------- trust


def _trust_sentences(tables: ReportTables) -> list[str]:
    unfinished = [row for row in tables["coverage"] if row["status"] != "complete"]
    gates = [row for row in tables["validations"] if not row["is_success"] and row["severity"] == "gate"]
    return [
        *(
            [f"{counted(len(unfinished), 'cell is', 'cells are')} not complete and left out of every tax."]
            if unfinished
            else []
        ),
        *([f"{counted(len(gates), 'expectation')} that guard publication did not hold."] if gates else []),
    ]
