"""Tables of results for people: taxes, what they bought, and what scoring again changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer

from flows.cli.output import interval, percent, points, print_table

# What stands below the table where a side has the flag.
_CAUTIONS = {
    "one_answer": "{model} gives nearly the same answer to every question of {benchmark}, whatever is asked.",
    "empty_answers": "{model} often answers with nothing on {benchmark} (rate_empty in reports.model_scores). "
    "A server or gateway that swallows texts would look like that, and like a tax.",
    "smaller_cell_later": "{model} on {benchmark}: the newest cell of the day has fewer items, so the fuller one "
    "counts. Void the fuller run (`aligntax void`) if the newer one is to count.",
    "fewer_items": "{model} on {benchmark}: an earlier evaluation within reach has more than twice as many items.",
}


def print_taxes(rows: Sequence[Mapping[str, Any]]) -> None:
    """The headline taxes, then the declared comparisons of other kinds."""
    taxes = [row for row in rows if row["kind"] == "tax"]
    others = [row for row in rows if row["kind"] != "tax"]
    if taxes:
        title = (
            "Alignment tax in points: base minus aligned, 95% interval (negative = windfall; * = Holm p < 0.05; "
            "(*) = the same, if the missing answers are like the others)"
        )
        _print_differences(title, ["base model", "aligned model"], taxes)
        print_domains(taxes)
    if others:
        _print_differences("Other comparisons: reference minus candidate", ["reference", "candidate"], others)


def _print_differences(title: str, sides: list[str], rows: Sequence[Mapping[str, Any]]) -> None:
    print_table(
        title,
        [*sides, "domain", "benchmark", "before", "after", "tax", "interval", "", "detectable"],
        (
            (
                row["reference_model_id"],
                row["candidate_model_id"],
                row["domain"],
                row["benchmark_id"],
                percent(row["reference_score"]),
                percent(row["candidate_score"]),
                points(row["tax_absolute"]),
                interval(row["tax_absolute_low"], row["tax_absolute_high"]),
                _star(row),
                points(row["minimum_detectable_tax"]).lstrip("+"),
            )
            for row in rows
        ),
        right=("before", "after", "tax", "interval", "detectable"),
        spare=("detectable", "domain", sides[0]),
    )
    for row in rows:
        for side in ("reference", "candidate"):
            for flag, caution in _CAUTIONS.items():
                if f"{flag}_{side}" in (row["flags"] or ""):
                    typer.echo(caution.format(model=row[f"{side}_model_id"], benchmark=row["benchmark_id"]))


def _star(row: Mapping[str, Any]) -> str:
    """The mark of a significant tax; in brackets where it rests on what the missing answers would have been."""
    if not row["is_significant"]:
        return ""
    return "(*)" if row["is_significant_whatever_is_missing"] is False else "*"


def print_domains(taxes: Iterable[Mapping[str, Any]]) -> None:
    """Each pair's tax per domain: the mean over the domain's benchmarks, where there are two domains or more."""
    domains: dict[str, None] = {}
    found: dict[tuple[str, str], dict[str, list[float]]] = {}
    for row in taxes:
        if row["tax_absolute"] is not None:
            domains[row["domain"]] = None
            pair = found.setdefault((row["reference_model_id"], row["candidate_model_id"]), {})
            pair.setdefault(row["domain"], []).append(row["tax_absolute"])
    if len(domains) < 2:
        return
    print_table(
        "Tax per domain in points: the mean over its benchmarks",
        ["base model", "aligned model", *domains],
        ([*pair, *(points(_mean(values.get(domain))) for domain in domains)] for pair, values in found.items()),
        right=domains,
        spare=("base model",),
    )


def _mean(values: Sequence[float] | None) -> float | None:
    return sum(values) / len(values) if values else None


def print_safety(rows: Iterable[Mapping[str, Any]]) -> None:
    """What the taxes bought."""
    print_table(
        "Bought with it, in points: aligned minus base",
        ["base model", "aligned model", "measure", "before", "after", "change", "interval", ""],
        (
            (
                row["reference_model_id"],
                row["candidate_model_id"],
                f"{row['metric'].replace('_', ' ')} ({row['benchmark_id']})",
                percent(row["rate_reference"]),
                percent(row["rate_candidate"]),
                points(row["change"]),
                interval(row["change_low"], row["change_high"]),
                "*" if row["is_significant"] else "",
            )
            for row in rows
            if row["kind"] == "tax"
        ),
        right=("before", "after", "change", "interval"),
        spare=("base model",),
    )


def print_changes(rows: Iterable[Mapping[str, Any]]) -> None:
    """What scoring again changed, a line per cell."""
    print_table(
        "What changed per cell",
        ["cell", "run", "before by", "now by", "before", "now", "raised", "lowered", "counts"],
        (
            (
                row["cell_id"],
                row["run_id"],
                f"{row['scorer_old']}@{row['scorer_version_old']}",
                f"{row['scorer_new']}@{row['scorer_version_new']}",
                percent(row["score_old"]),
                percent(row["score_new"]),
                row["count_raised"],
                row["count_lowered"],
                "yes" if row["is_counted"] else "beside",
            )
            for row in rows
        ),
        right=("before", "now", "raised", "lowered"),
        spare=("run", "before by"),
    )
