"""The head of the page: what was compared, with which answers, and the result in a paragraph computed from the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.report.frames import ReportRows, Row, headline, name_of, whole_benchmark
from tasks.report.tables import change_verdict, pair_title
from tasks.report.verdicts import Verdict, verdict_of
from tasks.report.wording import counted, interval, listed, points, signed_points, whole


@dataclass(frozen=True, slots=True)
class Badge:
    """Where the answers come from: a word for the style sheet, a title, and what it means."""

    kind: str
    title: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Head:
    """Facts in the order they are read."""

    facts: tuple[tuple[str, str], ...]
    badge: Badge
    paragraph: tuple[str, ...]


_BADGES = {
    "simulated": Badge(
        "simulated",
        "Simulated answers",
        "No real model was asked: the numbers show how the measurement works, not what a model can do.",
    ),
    "imported": Badge("imported", "Imported answers", "The answers were made by another tool and imported."),
    "endpoint": Badge("real", "Real answers", "The answers come from the configured model endpoints."),
}


def head_of(rows: ReportRows) -> Head:
    """Everything above the first chart."""
    taxes = headline(rows.taxes, is_tax=True)
    safety = [row for row in rows.safety if row["kind"] == "tax"]
    sentences = (
        *_tax_sentences(taxes),
        *_safety_sentences(safety, has_taxes=bool(taxes)),
        *_trust_sentences(rows),
    )
    return Head(_facts(rows, taxes), badge_of(rows), sentences)


def badge_of(rows: ReportRows) -> Badge:
    """One badge for the page; a page of several origins says so, because its rows do."""
    found = {row["origin"] for row in (*rows.taxes, *rows.safety, *rows.scores)} or {
        row["origin"] for row in rows.coverage
    }
    if not found:
        return Badge("empty", "No answers", "There is nothing to report on this date.")
    if len(found) == 1:
        origin = str(found.pop())
        return _BADGES.get(origin, Badge("unknown", f"Answers of origin {origin}", "The origin is not a known one."))
    origins = listed(sorted(_BADGES[o].kind if o in _BADGES else str(o) for o in found))
    return Badge("mixed", f"Mixed answers: {origins}", "Each row is of one origin; its notes say which.")


def _facts(rows: ReportRows, taxes: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    scores = whole_benchmark(rows.scores)
    models = {row["model_id"] for row in scores}
    benchmarks = {row["benchmark_id"] for row in scores}
    families = {row["family"] for row in scores}
    pairs = {(row["reference_model_id"], row["candidate_model_id"]) for row in taxes}
    return (
        ("As of", rows.as_of_date),
        ("Models", whole(len(models))),
        ("Families", whole(len(families))),
        ("Pairs", whole(len(pairs))),
        ("Benchmarks", whole(len(benchmarks))),
        ("Answers", whole(sum(_count_answers(row) for row in scores))),
    )


def _count_answers(row: Row) -> int:
    """Answers that came back: without the requests that brought none and the rows taken out."""
    lost = (row["count_failed"], row["count_not_run"], row["count_quarantined"])
    return int(row["count_answers"] or 0) - sum(int(count or 0) for count in lost)


# ------------------------------------------------------------------------------------------------------- taxes


def _tax_sentences(taxes: Sequence[Row]) -> list[str]:
    if not taxes:
        return ["No base and aligned model were compared on a capability benchmark, so there is no tax to report."]
    verdicts = [verdict_of(row) for row in taxes]
    costs = [row for row, verdict in zip(taxes, verdicts, strict=True) if verdict is Verdict.TAX]
    gains = [row for row, verdict in zip(taxes, verdicts, strict=True) if verdict is Verdict.WINDFALL]
    silent = [verdict for verdict in verdicts if verdict in (Verdict.NO_INTERVAL, Verdict.NO_ESTIMATE)]
    return [
        *_count_sentence(taxes, costs, gains),
        *([f"The largest tax is {_tax_words(max(costs, key=lambda row: row['tax_absolute']))}."] if costs else []),
        *([f"The largest windfall is {_tax_words(min(gains, key=lambda row: row['tax_absolute']))}."] if gains else []),
        *(_detectable_sentence(taxes) if len(costs) + len(gains) < len(taxes) else []),
        *([f"{counted(len(silent), 'comparison')} could not be judged; the reason is in the table."] if silent else []),
    ]


def _count_sentence(taxes: Sequence[Row], costs: Sequence[Row], gains: Sequence[Row]) -> list[str]:
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


def _tax_words(row: Row) -> str:
    limits = interval(row["tax_absolute_low"], row["tax_absolute_high"], signed_points)
    base, aligned = row["reference_score"], row["candidate_score"]
    scores = "" if base is None or aligned is None else f", {points(aligned)}% where the base has {points(base)}%"
    place = f"{pair_title(row)} on {name_of(row['benchmark_id'])}"
    return f"{signed_points(row['tax_absolute'])} points {limits}: {place}{scores}"


def _detectable_sentence(taxes: Sequence[Row]) -> list[str]:
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


def _safety_sentences(rows: Sequence[Row], *, has_taxes: bool) -> list[str]:
    bought = [row for row in rows if row["dimension"] == "safety"]
    over = [row for row in rows if row["dimension"] == "over_refusal"]
    if not bought and has_taxes:
        return ["No safety benchmark was compared, so the page cannot say what the tax bought."]
    return [*_change_sentence("Safety", bought, "improved"), *_change_sentence("Over-refusal", over, "worsened")]


def _change_sentence(subject: str, rows: Sequence[Row], verb: str) -> list[str]:
    """How often a rate changed significantly in the direction asked about, the largest change, and the opposite."""
    if not rows:
        return []
    verdicts = {"improved": "better", "worsened": "worse"}
    wanted = [row for row in rows if change_verdict(row) == verdicts[verb]]
    opposite = [row for row in rows if change_verdict(row) in set(verdicts.values()) - {verdicts[verb]}]
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


def _trust_sentences(rows: ReportRows) -> list[str]:
    unfinished = [row for row in rows.coverage if row["status"] != "complete"]
    gates = [row for row in rows.validations if not row["is_success"] and row["severity"] == "gate"]
    return [
        *(
            [f"{counted(len(unfinished), 'cell is', 'cells are')} not complete and left out of every tax."]
            if unfinished
            else []
        ),
        *([f"{counted(len(gates), 'expectation')} that guard publication did not hold."] if gates else []),
    ]
