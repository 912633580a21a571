"""The summary above the first chart, one sentence after the other, each computed from the rows.

Tested in tests/tasks/report/test_page_opening.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.report.report_rows import ReportRow, ReportTables, headline, name_of
from tasks.report.row_wording import pair_title
from tasks.report.significance import Significance, change_in_words, significance_of
from tasks.report.wording import counted, interval, listed, points, signed_points, whole


def summary_sentences(tables: ReportTables) -> Iterator[str]:
    """What alignment cost, what it bought, and what makes the result less certain."""
    taxes = headline(tables["alignment_tax"], is_tax=True)
    yield from _about_taxes(taxes)
    yield from _about_safety([row for row in tables["safety"] if row["kind"] == "tax"], has_taxes=bool(taxes))
    yield from _about_trust(tables)


# ------------------------------------------------------------------------------------------------------- taxes


def _about_taxes(taxes: Sequence[ReportRow]) -> Iterator[str]:
    if not taxes:
        yield "No base and aligned model were compared on a capability benchmark, so there is no tax to report."
        return
    found = {
        significance: [row for row in taxes if significance_of(row) is significance] for significance in Significance
    }
    costs, gains = found[Significance.TAX], found[Significance.WINDFALL]
    yield _count_sentence(taxes, costs, gains)
    if alike := [row for row in (*costs, *gains) if "one_answer" in (row["flags"] or "")]:
        yield (
            f"In {whole(len(alike))} of them a model gives nearly the same answer whatever is asked. Such a difference "
            "says where the right answers stand, not what the model knows."
        )
    if costs:
        yield f"The largest tax is {_tax_words(max(costs, key=lambda row: row['tax_absolute']))}."
    if gains:
        yield f"The largest windfall is {_tax_words(min(gains, key=lambda row: row['tax_absolute']))}."
    if len(costs) + len(gains) < len(taxes):
        yield from _about_detectable(taxes)
    if silent := len(found[Significance.NO_INTERVAL]) + len(found[Significance.NO_ESTIMATE]):
        yield f"{counted(silent, 'comparison')} could not be assessed; the reason is in the table."


def _count_sentence(taxes: Sequence[ReportRow], costs: Sequence[ReportRow], gains: Sequence[ReportRow]) -> str:
    benchmarks = {row["benchmark_id"] for row in taxes}
    measured = f"{counted(len(taxes), 'comparison')} on {counted(len(benchmarks), 'capability benchmark')}"
    if not costs and not gains:
        return f"Nothing is significant: of {measured}, none shows a tax or a windfall after Holm's correction."
    parts = [
        *([counted(len(costs), "significant tax", "significant taxes")] if costs else []),
        *([counted(len(gains), "significant windfall")] if gains else []),
    ]
    missing = "" if costs and gains else f", and no significant {'windfall' if costs else 'tax'}"
    return f"Of {measured}, Holm's correction leaves {listed(parts)}{missing}."


def _tax_words(row: ReportRow) -> str:
    limits = interval(row["tax_absolute_low"], row["tax_absolute_high"], signed_points)
    base, aligned = row["reference_score"], row["candidate_score"]
    scores = "" if base is None or aligned is None else f", {points(aligned)}% where the base has {points(base)}%"
    place = f"{pair_title(row)} on {name_of(row['benchmark_id'])}"
    return f"{signed_points(row['tax_absolute'])} points {limits}: {place}{scores}"


def _about_detectable(taxes: Sequence[ReportRow]) -> Iterator[str]:
    found = sorted(row["minimum_detectable_tax"] for row in taxes if row["minimum_detectable_tax"] is not None)
    if not found:
        return
    sizes = list(dict.fromkeys((points(found[0]), points(found[-1]))))
    yield (
        "Not significant does not mean zero: before any correction, the smallest tax that these comparisons would find "
        f"four times in five is {' to '.join(sizes)} points."
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
        return f"{subject} {verb} significantly in none of {measured}.{tail}"
    largest = max(wanted, key=lambda row: abs(row["change"]))
    limits = interval(largest["change_low"], largest["change_high"], signed_points)
    size = f"{signed_points(largest['change'])} points {limits}"
    place = f"{name_of(largest['candidate_model_id'])} on {name_of(largest['benchmark_id'])}"
    return f"{subject} {verb} significantly in {whole(len(wanted))} of {measured}, most by {size}: {place}.{tail}"


# ------------------------------------------------------------------------------------------------------- trust


def _about_trust(tables: ReportTables) -> Iterator[str]:
    if unfinished := len([row for row in tables["coverage"] if row["status"] != "complete"]):
        cells = counted(unfinished, "cell is not complete and is", "cells are not complete and are")
        yield f"{cells} left out of every tax."
    gates = [row for row in tables["validations"] if row["severity"] == "gate" and not row["is_success"]]
    if gates:
        guards = counted(len(gates), "expectation that guards", "expectations that guard")
        yield f"{guards} the publication did not hold."
