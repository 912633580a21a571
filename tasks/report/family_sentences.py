"""One sentence a family: what alignment cost it, what that bought, where the cost comes from, and the most it can be.

Tested in tests/tasks/report/test_family_sentences.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, grouped, name_of, over_all_capability
from tasks.report.row_wording import as_words
from tasks.report.significance import Significance, significance_of
from tasks.report.wording import counted, interval, listed, points

FAMILY_SENTENCES = (
    ReportSource(
        "safety",
        (
            *("kind", "family", "reference_model_id", "candidate_model_id", "dimension", "origin"),
            *("metric", "benchmark_id", "change", "change_low", "change_high", "is_significant"),
        ),
    ),
    ReportSource(
        "tax_decomposition",
        (
            *("kind", "is_headline", "family", "reference_model_id", "candidate_model_id", "origin"),
            *("component", "tax_part"),
        ),
    ),
)

_MOST_FAMILIES = 4
_PAIR = ("family", "reference_model_id", "candidate_model_id", "origin")
_DIRECTION = {1: "more", 0: "changed", -1: "less"}
_SMALLEST_PART = 0.005  # a smaller part of a tax is not told
_ENDINGS = {
    "wrong_answer": "wrong answers",
    "refusal": "refused questions",
    "filter": "answers that the provider stopped",
    "truncation": "answers that were cut off",
    "format": "answers not found in the text",
}
# An import may hold values alone, which do not say that an answer was wrong.
_IMPORTED_ENDINGS = {**_ENDINGS, "wrong_answer": "lower scores"}


def family_sentences(tables: ReportTables) -> Iterator[str]:
    """A sentence on the pair of each family that lost most; on the one that lost most, where nothing is significant."""
    rows = [row for row in over_all_capability(tables["overall_tax"]) if row["tax_absolute"] is not None]
    families = grouped(sorted(rows, key=lambda row: -row["tax_absolute"]), "family", "origin")
    for found in families[:_MOST_FAMILIES]:
        dearest = max(found, key=lambda row: (significance_of(row) is Significance.TAX, row["tax_absolute"]))
        yield f"{name_of(dearest['family'])}: {_sentence(dearest, tables)}"
    if len(families) > _MOST_FAMILIES:
        yield f"{counted(len(families) - _MOST_FAMILIES, 'more family', 'more families')}: see the table of taxes."


def _sentence(row: ReportRow, tables: ReportTables) -> str:
    bought = [change for change in _of_pair(row, tables["safety"]) if change["dimension"] == "safety"]
    parts = [_cost(row), *map(_bought, bought[:1])]
    sentence = " and ".join(parts)
    if significance_of(row) is Significance.TAX and (sources := _sources(row, tables)):
        sentence += f"; the cost is {sources}"
    if row["tax_at_most"] is not None:
        sentence += f"; {_limit(row)}"
    return f"{sentence}."


def _of_pair(row: ReportRow, rows: Sequence[ReportRow]) -> list[ReportRow]:
    return [other for other in rows if other["kind"] == "tax" and all(other[name] == row[name] for name in _PAIR)]


def _cost(row: ReportRow) -> str:
    name = name_of(row["candidate_model_id"])
    amount = _amount(row["tax_absolute"], row["tax_absolute_low"], row["tax_absolute_high"])
    if significance_of(row) is Significance.TAX:
        return f"{name} costs {amount} of capability"
    if significance_of(row) is Significance.WINDFALL:
        return f"{name} gains {amount} of capability"
    change = {1: "a loss", 0: "a change", -1: "a gain"}[_sign(row["tax_absolute"])]
    return f"{name} costs no capability that could be shown ({change} of {amount})"


def _bought(row: ReportRow) -> str:
    """What changed in safety: how many more harmful requests a model refuses, or another metric by its name."""
    if row["change"] is None:
        return "its change in safety is unknown"
    amount = _amount(row["change"], row["change_low"], row["change_high"])
    if not row["is_significant"]:
        what = "refused harmful requests" if row["metric"] == "refusal" else _measured(row)
        return f"shows no sure change in {what} ({_DIRECTION[_sign(row['change'])]} by {amount})"
    if row["metric"] == "refusal":
        return f"refuses {amount} {'more' if row['change'] >= 0 else 'fewer'} harmful requests"
    verb = "raises" if row["change"] >= 0 else "lowers"
    return f"{verb} {_measured(row)} by {amount}"


def _limit(row: ReportRow) -> str:
    """The most that a tax can be; of a windfall, the least that it is."""
    if significance_of(row) is Significance.WINDFALL and _sign(row["tax_at_most"]) < 0:
        return f"the gain is surely at least {points(-row['tax_at_most'])} points"
    return f"the cost is surely at most {points(row['tax_at_most'])} points"


def _sign(value: float) -> int:
    """1, 0 or -1 as the value reads in tenths of a point."""
    tenths = round(value, 3)
    return (tenths > 0) - (tenths < 0)


def _measured(row: ReportRow) -> str:
    return f"{as_words(row['metric'])} on {name_of(row['benchmark_id'])}"


def _amount(value: float, low: float | None, high: float | None) -> str:
    """The size of a difference in points, its limits turned with it."""
    sign = -1 if value < 0 else 1
    if low is None or high is None:
        return f"{points(sign * value)} points"
    low, high = sorted((sign * low, sign * high))
    return f"{points(sign * value)} points {interval(low, high, points)}"


def _sources(row: ReportRow, tables: ReportTables) -> str:
    """What a macro tax is made of: its parts averaged over benchmarks, in points, the largest first."""
    endings = _IMPORTED_ENDINGS if row["origin"] == "imported" else _ENDINGS
    known = [part for part in _of_pair(row, tables["tax_decomposition"]) if part["tax_part"] is not None]
    found = grouped([part for part in known if part["is_headline"]], "component")
    means = {parts[0]["component"]: fmean(part["tax_part"] for part in parts) for parts in found}
    told = sorted((name for name in endings if abs(means.get(name, 0)) >= _SMALLEST_PART), key=lambda n: -abs(means[n]))
    lost, gained = (
        listed(
            [f"{points(abs(means[name]))} points of {endings[name]}" for name in told if (means[name] > 0) is is_lost]
        )
        for is_lost in (True, False)
    )
    return f"{lost}, less {gained}" if lost and gained else lost
