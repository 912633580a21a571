"""What the method costs, where it was trained several times: a sentence for each method with several checkpoints.

The report and the commands print these sentences after those on single checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tasks.report.report_rows import ALL_CAPABILITY, ReportRow, ReportSource, name_of
from tasks.report.row_wording import reason_in_words
from tasks.report.wording import counted, interval, points, signed_points, whole

METHODS = ReportSource(
    "method_tax",
    (
        *("kind", "family", "reference_model_id", "candidate_model_id", "scope", "benchmark_id", "attack", "subset"),
        *("checkpoints", "count_seeds", "count_benchmarks", "tax_absolute", "tax_absolute_low", "tax_absolute_high"),
        *("tax_at_most", "is_significant", "seed_sd", "share_variance_seeds", "origin", "flags", "reason"),
    ),
)
ONE_CHECKPOINT = "one_checkpoint"
_MOST_SENTENCES = 3  # methods with a sentence each; the table has all


def several_checkpoints(rows: Iterable[ReportRow]) -> list[ReportRow]:
    """The taxes of methods that were trained several times."""
    return [row for row in rows if row["kind"] == "tax" and row["reason"] != ONE_CHECKPOINT]


def method_answers(rows: Iterable[ReportRow]) -> Iterator[str]:
    """What each of a few methods costs over all capability, and how much of it depends on the training seed.

    Args:
        rows: Rows of ``reports.method_tax`` of one date.
    """
    known = [row for row in several_checkpoints(rows) if row["scope"] == ALL_CAPABILITY]
    known.sort(key=lambda row: (row["tax_absolute"] is None, -(row["tax_absolute"] or 0)))
    yield from map(_sentence, known[:_MOST_SENTENCES])
    if len(known) > _MOST_SENTENCES:
        more = counted(len(known) - _MOST_SENTENCES, "more method", "more methods")
        yield f"{more} with several training seeds: reports.method_tax has them."


def _sentence(row: ReportRow) -> str:
    method = f"the method of {name_of(row['candidate_model_id'])} ({row['checkpoints']})"
    if row["tax_absolute_low"] is None:
        return f"What {method} costs whichever the training seed cannot be said: {reason_in_words(row)}."
    seeds, benchmarks = counted(row["count_seeds"], "training seed"), counted(row["count_benchmarks"], "benchmark")
    return f"Over {seeds}, {method} {_verdict(row, f'over {benchmarks}')}. {seeds_in_words(row)}"


def _verdict(row: ReportRow, where: str) -> str:
    tax, low, high = row["tax_absolute"], row["tax_absolute_low"], row["tax_absolute_high"]
    if row["is_significant"] and tax > 0:
        return f"lost {points(tax)} points {interval(low, high, points)} of capability {where}"
    if row["is_significant"]:
        return f"gained {points(-tax)} points {interval(-high, -low, points)} of capability {where}"
    limits = interval(low, high, signed_points)
    return f"lost nothing that could be shown {where}: {signed_points(tax)} points {limits}"


def seeds_in_words(row: ReportRow) -> str:
    """How far seeds lie apart, and what that is of the uncertainty."""
    if not row["seed_sd"]:
        return "Its seeds differ by no more than chance on the items."
    share = f"{whole(100 * row['share_variance_seeds'])}% of this tax's variance is theirs, the rest the items'"
    return f"Taxes of its seeds have a standard deviation of {points(row['seed_sd'])} points; {share}."
