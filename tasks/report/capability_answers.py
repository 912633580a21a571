"""The answer to "did alignment cost capability?", for each pair from its mean tax over all capability benchmarks.

The report, the commands and the gate print these sentences. Tested in tests/tasks/report/test_capability_answers.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from tasks.report.report_rows import ReportRow, ReportSource, grouped, name_of, ordered, over_all_capability
from tasks.report.row_wording import pair_title, reason_in_words
from tasks.report.significance import Significance, missing_clause, rests_on_missing, significance_of
from tasks.report.wording import counted, interval, listed, points, signed_points, whole

ANSWERS = ReportSource(
    "overall_tax",
    (
        *("kind", "family", "reference_model_id", "candidate_model_id", "scope", "weighting", "count_benchmarks"),
        *("benchmarks", "tax_absolute", "tax_absolute_low", "tax_absolute_high", "p_value_holm", "is_significant"),
        *("is_significant_whatever_is_missing", "identified_low", "identified_high", "tax_at_most", "margin"),
        *("is_below_margin", "is_every_benchmark_below_margin", "count_tests_holm", "minimum_detectable_tax"),
        *("origin", "flags", "reason"),
    ),
)

_MOST_SENTENCES = 3  # pairs with a sentence each; more are told together
_MOST_NAMED = 6  # pairs named for one verdict; the table has all

_Words = Callable[[ReportRow], str]
_SILENT = {Significance.NO_INTERVAL, Significance.NO_ESTIMATE}


def capability_answers(overall: Iterable[ReportRow], taxes: Sequence[ReportRow]) -> Iterator[str]:
    """A sentence for each pair or, of many pairs, one for each verdict; then losses that a mean hides.

    Args:
        overall: Rows of ``reports.overall_tax`` of one date.
        taxes: Headline taxes of the same date.
    """
    rows = over_all_capability(overall)
    if not taxes:
        yield "No base and aligned model share a capability benchmark, so there is no tax to report."
        return
    if not rows:
        yield "No mean over all capability benchmarks exists, because each of them was asked under an attack."
        return
    rows = sorted(rows, key=lambda row: (row["tax_absolute"] is None, -(row["tax_absolute"] or 0)))
    yield from map(_sentence, rows) if len(rows) <= _MOST_SENTENCES else _by_verdict(rows)
    yield from _correction(rows)
    yield from _hidden_losses(rows, taxes)


# ------------------------------------------------------------------------------------------------------ few pairs


def _sentence(row: ReportRow) -> str:
    """The answer for one pair."""
    candidate = name_of(row["candidate_model_id"])
    against = f"{_over([row])} against {name_of(row['reference_model_id'])}"
    match significance_of(row):
        case Significance.TAX:
            return f"{candidate} lost {_loss(row)} of capability {against}{_condition(row)}{_below_margin(row)}."
        case Significance.WINDFALL:
            return f"{candidate} gained {_gain(row)} of capability {against}{_condition(row)}."
        case Significance.OPEN:
            return f"{candidate} lost nothing that could be shown {against}: {_open(row)}{_below_margin(row)}."
        case _:
            return f"Whether {candidate} lost capability {against} cannot be said: {_reason(row)}."


def _over(rows: Sequence[ReportRow]) -> str:
    """Which benchmarks a mean goes over: how many, or the name of the only one."""
    counts = sorted({row["count_benchmarks"] for row in rows})
    names = {row["benchmarks"] for row in rows}
    if counts == [1] and len(names) == 1:
        return f"on {name_of(names.pop())}"
    if len(counts) == 1:
        return f"over {counted(counts[0], 'benchmark')}"
    return f"over {whole(counts[0])} to {counted(counts[-1], 'benchmark')}"


def _loss(row: ReportRow) -> str:
    return f"{points(row['tax_absolute'])} points {interval(row['tax_absolute_low'], row['tax_absolute_high'], points)}"


def _gain(row: ReportRow) -> str:
    limits = interval(-row["tax_absolute_high"], -row["tax_absolute_low"], points)
    return f"{points(-row['tax_absolute'])} points {limits}"


def _open(row: ReportRow) -> str:
    low, high = row["tax_absolute_low"], row["tax_absolute_high"]
    is_corrected_away = low > 0 or high < 0
    return f"{signed_points(row['tax_absolute'])} points {interval(low, high, signed_points)}{_at_most(row)}" + (
        ", not significant after Holm's correction" if is_corrected_away else ""
    )


def _at_most(row: ReportRow) -> str:
    """The one-sided limit; where answers are missing it holds whatever they would have been."""
    if row["tax_at_most"] is None:
        return ""
    has_missing = row["identified_high"] is not None and row["identified_high"] > row["tax_absolute_high"]
    return f", at most {points(row['tax_at_most'])}" + (" whatever the missing answers are" if has_missing else "")


def _condition(row: ReportRow) -> str:
    """On what a verdict rests where answers are missing, with the interval that rests on nothing."""
    return f", {missing_clause(row)}" if rests_on_missing(row) else ""


def _below_margin(row: ReportRow) -> str:
    """What can surely be said of the margin: by the mean and, where there are several, by every benchmark."""
    if not row["is_below_margin"]:
        return ""
    each = ", on each benchmark too" if row["is_every_benchmark_below_margin"] and row["count_benchmarks"] > 1 else ""
    return f", surely less than the margin of {_margin(row)}{each}"


def _margin(row: ReportRow) -> str:
    return f"{points(row['margin']).removesuffix('.0')} points"


def _reason(row: ReportRow) -> str:
    return reason_in_words(row) or "the interval of its tax is unknown"


# ----------------------------------------------------------------------------------------------------- many pairs


def _by_verdict(rows: Sequence[ReportRow]) -> Iterator[str]:
    """Pairs that lost, that gained, of which neither could be shown, and that have no answer."""
    lost, gained, still = (
        [row for row in rows if significance_of(row) is verdict]
        for verdict in (Significance.TAX, Significance.WINDFALL, Significance.OPEN)
    )
    silent = [row for row in rows if significance_of(row) in _SILENT]
    named = _naming(rows)
    many = "aligned models" if len({row["candidate_model_id"] for row in rows}) == len(rows) else "pairs"
    told = f"{whole(len(lost)) if lost else 'None'} of {whole(len(rows))} {many} lost capability {_over(rows)}"
    yield f"{told}{_against(rows)}: {_several(lost, named, _loss)}." if lost else f"{told}{_against(rows)}."
    if gained:
        yield f"{whole(len(gained))} gained: {_several(gained, named, _gain)}."
    if still:
        yield f"{whole(len(still))} lost nothing that could be shown: {_several(still, named, _open)}."
    if silent:
        yield f"Of {whole(len(silent))} it cannot be said: {_several(silent, named, _reason)}."
    if below := [row for row in rows if row["is_below_margin"]]:
        yield f"Surely less than the margin of {_margin(below[0])}: {listed(list(map(named, below)))}."


def _against(rows: Sequence[ReportRow]) -> str:
    bases = {row["reference_model_id"] for row in rows}
    return f" against {name_of(bases.pop())}" if len(bases) == 1 else " against their base"


def _naming(rows: Sequence[ReportRow]) -> _Words:
    """How a pair is called: by its aligned model, and by its base and origin too where a model has several."""
    names = [row["candidate_model_id"] for row in rows]
    pairs = [pair_title(row) for row in rows]

    def name(row: ReportRow) -> str:
        if names.count(row["candidate_model_id"]) == 1:
            return name_of(row["candidate_model_id"])
        title = pair_title(row)
        return title if pairs.count(title) == 1 else f"{title} on {row['origin']} answers"

    return name


def _several(rows: Sequence[ReportRow], named: _Words, number: _Words) -> str:
    """Pairs with their numbers, the largest change first; of very many, the range of the others."""
    ranked = sorted(rows, key=lambda row: -abs(row["tax_absolute"] or 0))
    parts = [f"{named(row)} {number(row)}{_condition(row)}" for row in ranked[:_MOST_NAMED]]
    rest = [row["tax_absolute"] for row in ranked[_MOST_NAMED:]]
    known = [tax for tax in rest if tax is not None]
    taxes = f" with taxes of {signed_points(min(known))} to {signed_points(max(known))} points" if known else ""
    return "; ".join([*parts, *([f"and {whole(len(rest))} more{taxes}"] if rest else [])])


# ------------------------------------------------------------------------------------------- behind the answers


def _correction(rows: Sequence[ReportRow]) -> Iterator[str]:
    """Over which pairs Holm's correction goes; nothing where no pair has another one beside it."""
    if any((row["count_tests_holm"] or 0) > 1 for row in rows):
        yield f"These verdicts allow for {holm_correction(rows, 'pair')}."


def holm_correction(rows: Sequence[ReportRow], noun: str) -> str:
    """Over how many comparisons of which family of models Holm's correction went.

    >>> tested = {"p_value_holm": 0.01, "count_tests_holm": 5, "family": "harbor", "origin": "endpoint"}
    >>> holm_correction([tested, {**tested, "count_tests_holm": 1, "family": "meadow"}], "pair")
    "Holm's correction over the 5 pairs of family harbor and the 1 pair of family meadow"
    """
    tested = ordered([row for row in rows if row["count_tests_holm"]], "family", "origin")
    families = [group[0] for group in grouped(tested, "family", "origin")]
    if len(families) > _MOST_SENTENCES:
        sizes = sorted(row["count_tests_holm"] for row in families)
        each = counted(sizes[-1], noun) if sizes[0] == sizes[-1] else f"{whole(sizes[0])} to {counted(sizes[-1], noun)}"
        return f"Holm's correction within each of {whole(len(families))} families, over {each}"
    parts = [f"the {counted(row['count_tests_holm'], noun)} of family {name_of(row['family'])}" for row in families]
    return f"Holm's correction over {listed(parts)}"


def _hidden_losses(rows: Sequence[ReportRow], taxes: Sequence[ReportRow]) -> Iterator[str]:
    """Losses on single benchmarks of pairs whose mean shows none."""
    pairs = {_pair(row) for row in rows if significance_of(row) in {Significance.OPEN, Significance.WINDFALL}}
    losses = [row for row in taxes if significance_of(row) is Significance.TAX and _pair(row) in pairs]
    if losses:
        told = _several(losses, _naming(rows), lambda row: f"lost {_loss(row)} on {name_of(row['benchmark_id'])}")
        yield f"A loss on one benchmark can hide in a mean: {told}."


def _pair(row: ReportRow) -> tuple[object, ...]:
    return (row["family"], row["reference_model_id"], row["candidate_model_id"], row["origin"])
