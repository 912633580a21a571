"""The summary above the first chart, one sentence after the other, each computed from the rows.

Tested in tests/tasks/report/test_page_opening.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.report.capability_answers import ANSWERS, capability_answers, holm_correction
from tasks.report.method_answers import METHODS, method_answers
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, headline, name_of
from tasks.report.row_wording import is_pulled, pair_title
from tasks.report.significance import (
    IF_ALIKE,
    Significance,
    change_in_words,
    missing_clause,
    rests_on_missing,
    significance_of,
)
from tasks.report.wording import counted, interval, listed, points, signed_points, whole

# Which tax a pooled tax belongs to.
_POOLED_BY = ("kind", "family", "origin", "reference_model_id", "candidate_model_id", "benchmark_id")
# What the sentences on taxes are made from, on the page and in the terminal.
TAX_SENTENCES = (
    ANSWERS,
    METHODS,
    ReportSource(
        "alignment_tax",
        (
            *("kind", "is_headline", "family", "reference_model_id", "candidate_model_id", "benchmark_id", "origin"),
            *("reference_score", "candidate_score", "tax_absolute", "tax_absolute_low", "tax_absolute_high"),
            *("minimum_detectable_tax", "p_value_holm", "is_significant", "is_significant_whatever_is_missing"),
            *("count_tests_holm", "identified_low", "identified_high", "flags"),
        ),
    ),
    ReportSource("pooled_tax", (*_POOLED_BY, "tax_pooled", "tax_pooled_low", "tax_pooled_high", "count_taxes")),
)


def answer_sentences(tables: ReportTables) -> Iterator[str]:
    """Whether alignment cost capability, the first thing that a reader wants to know; then what a method costs."""
    yield from capability_answers(tables["overall_tax"], headline(tables["alignment_tax"], is_tax=True))
    yield from method_answers(tables["method_tax"])


def summary_sentences(tables: ReportTables) -> Iterator[str]:
    """Single benchmarks, and what alignment bought."""
    taxes = headline(tables["alignment_tax"], is_tax=True)
    yield from benchmark_sentences(tables)
    yield from _about_safety([row for row in tables["safety"] if row["kind"] == "tax"], has_taxes=bool(taxes))


# ----------------------------------------------------------------------------------------------- single benchmarks


def benchmark_sentences(tables: ReportTables) -> Iterator[str]:
    """What stands out on single benchmarks: how many taxes are significant, the largest, and what stays unseen."""
    taxes, pooled = headline(tables["alignment_tax"], is_tax=True), tables["pooled_tax"]
    if not taxes:
        return
    found = {
        significance: [row for row in taxes if significance_of(row) is significance] for significance in Significance
    }
    costs, gains = found[Significance.TAX], found[Significance.WINDFALL]
    if len(taxes) > 1:
        yield _count_sentence(taxes, costs, gains)
        yield from _conditions([*costs, *gains])
    if costs:
        yield from _extreme(
            "largest tax" if len(taxes) > 1 else "tax", max(costs, key=lambda row: row["tax_absolute"]), pooled
        )
    if gains:
        yield from _extreme(
            "largest windfall" if len(taxes) > 1 else "windfall",
            min(gains, key=lambda row: row["tax_absolute"]),
            pooled,
        )
    if len(costs) + len(gains) < len(taxes):
        yield from _about_detectable(taxes)
    if silent := len(found[Significance.NO_INTERVAL]) + len(found[Significance.NO_ESTIMATE]):
        yield f"{counted(silent, 'comparison')} could not be assessed; the reason is in the table."


def _count_sentence(taxes: Sequence[ReportRow], costs: Sequence[ReportRow], gains: Sequence[ReportRow]) -> str:
    benchmarks = {row["benchmark_id"] for row in taxes}
    measured = f"{counted(len(taxes), 'comparison')} on {counted(len(benchmarks), 'capability benchmark')}"
    if not any(row["count_tests_holm"] for row in taxes):
        return f"None of {measured} has a p-value."
    left = [
        counted(len(costs), "significant tax", "significant taxes") if costs else "no significant tax",
        counted(len(gains), "significant windfall") if gains else "no significant windfall",
    ]
    if max(row["count_tests_holm"] or 0 for row in taxes) == 1:
        return f"{measured}, each the only one of its family, show {listed(left)}."
    return f"Of {measured}, {holm_correction(taxes, 'comparison')} leaves {listed(left)}."


def _conditions(significant: Sequence[ReportRow]) -> Iterator[str]:
    """On what some of the significant results rest."""
    if resting := [row for row in significant if rests_on_missing(row)]:
        only = missing_clause(resting[0]) if len(resting) == 1 else IF_ALIKE
        yield f"{counted(len(resting), 'result is', 'results are')} significant only {only}."
    if alike := [row for row in significant if "one_answer" in (row["flags"] or "")]:
        yield (
            f"In {whole(len(alike))} of them a model gives nearly the same answer whatever is asked. Such a difference "
            "says where the right answers stand, not what the model knows."
        )


def _extreme(noun: str, row: ReportRow, pooled: Sequence[ReportRow]) -> Iterator[str]:
    """The largest tax or windfall as measured and, where there are enough to compare, drawn to the others."""
    limits = interval(row["tax_absolute_low"], row["tax_absolute_high"], signed_points)
    base, aligned = row["reference_score"], row["candidate_score"]
    scores = "" if base is None or aligned is None else f", {points(aligned)}% where the base has {points(base)}%"
    place = f"{pair_title(row)} on {name_of(row['benchmark_id'])}"
    yield f"The {noun} is {signed_points(row['tax_absolute'])} points {limits}: {place}{scores}."
    same = [other for other in pooled if all(other[name] == row[name] for name in _POOLED_BY)]
    if same and is_pulled(same[0]):
        limits = interval(same[0]["tax_pooled_low"], same[0]["tax_pooled_high"], signed_points)
        yield (
            f"The largest of {whole(same[0]['count_taxes'])} is on average too large by chance; shrunken towards their "
            f"mean it is {signed_points(same[0]['tax_pooled'])} points {limits}."
        )


def _about_detectable(taxes: Sequence[ReportRow]) -> Iterator[str]:
    found = sorted(row["minimum_detectable_tax"] for row in taxes if row["minimum_detectable_tax"] is not None)
    if not found:
        return
    sizes = list(dict.fromkeys((points(found[0]), points(found[-1]))))
    yield (
        "Not significant does not mean zero: the smallest tax that such a comparison would show as significant, after "
        f"the correction, four times in five is {' to '.join(sizes)} points."
    )


# ------------------------------------------------------------------------------------------------------ safety


def _about_safety(rows: Sequence[ReportRow], *, has_taxes: bool) -> Iterator[str]:
    bought = [row for row in rows if row["dimension"] == "safety"]
    over_refusal = [row for row in rows if row["dimension"] == "over_refusal"]
    if not bought and has_taxes:
        yield "No safety benchmark was compared, so the page cannot say what the tax bought."
        return
    if bought:
        yield _change_sentence("Safety", bought, "improved")
    if over_refusal:
        yield _change_sentence("Over-refusal", over_refusal, "worsened")


_VERBS = {"improved": "better", "worsened": "worse"}


def _change_sentence(subject: str, rows: Sequence[ReportRow], verb: str) -> str:
    """How often a rate changed significantly in the direction asked about, the largest change, and the opposite."""
    other = "worsened" if verb == "improved" else "improved"
    wanted, opposite = ([row for row in rows if change_in_words(row) == _VERBS[way]] for way in (verb, other))
    tail = f" It {other} significantly in {whole(len(opposite))}." if opposite else ""
    measured = counted(len(rows), "comparison")
    if not wanted:
        return f"{subject} {verb} significantly in 0 of {measured}.{tail}"
    largest = max(wanted, key=lambda row: abs(row["change"]))
    limits = interval(largest["change_low"], largest["change_high"], signed_points)
    size = f"{signed_points(largest['change'])} points {limits}"
    place = f"{name_of(largest['candidate_model_id'])} on {name_of(largest['benchmark_id'])}"
    return f"{subject} {verb} significantly in {whole(len(wanted))} of {measured}, most by {size}: {place}.{tail}"
