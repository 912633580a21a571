"""Tables that break a tax down or sum it up: by how answers ended, over benchmarks, in tokens, time and money."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.report.frames import Row, name_of
from tasks.report.tables import Column, Line, Table, pair_title
from tasks.report.wording import (
    dash,
    fixed,
    interval,
    number,
    points,
    probability,
    signed_number,
    signed_points,
    stated,
    whole,
    with_interval,
)

PARTS = {
    "wrong_answer": "Wrong answers",
    "refusal": "Refusals",
    "filter": "Provider filter",
    "truncation": "Cut off",
    "format": "Not found in the text",
}
MEASURES = {
    "tokens_input": "Input tokens",
    "tokens_output": "Output tokens",
    "latency_median_ms": "Latency, median",
    "latency_p95_ms": "Latency, 95th percentile",
    "cost_usd": "Money per answer",
    "cost_per_right_answer_usd": "Money per right answer",
}
DECLARED = {
    "development_hours": "Hours",
    "development_usd": "US dollars",
    "days_to_deployment": "Days later than the reference",
}
REASONS = {
    "usage_unknown": "usage not reported",
    "all_ratios_equal": "the same in every pair",
    "fewer_than_100_pairs": "fewer than 100 pairs",
    "too_few_right_answers": "too few right answers",
    "reference_costs_nothing": "the reference costs nothing",
    "one_cluster": "only one cluster",
    "metric_undefined": "undefined on these answers",
    "resamples_do_not_vary": "the same in every resample",
}


def parts_table(rows: Sequence[Row]) -> Table:
    """One line per comparison: its tax and the parts that add up to it."""
    return Table(
        "table-parts",
        "Where the tax comes from, in points with 95% intervals: the parts add up to the tax, their intervals do not",
        "Aligned against base",
        (Column("Tax"), *(Column(f"{label} [95%]", spanner="Lost to") for label in PARTS.values())),
        tuple(_parts_line(group) for group in _grouped(rows, "comparison_id")),
    )


def _parts_line(rows: Sequence[Row]) -> Line:
    found = {row["component"]: row for row in rows}
    first = rows[0]
    cells = (stated(first["tax_absolute"], signed_points, first["reason"]), *(_part(found.get(name)) for name in PARTS))
    return Line(name_of(first["benchmark_id"]), pair_title(first), cells)


def _part(row: Row | None) -> str:
    if row is None:
        return dash("not computed")
    return with_interval(row["tax_part"], row["tax_part_low"], row["tax_part_high"], signed_points, row["reason"])


def overall_table(rows: Sequence[Row]) -> Table:
    """One line per scope and pair: the tax with every benchmark, and with every item, counting alike."""
    return Table(
        "table-overall",
        "Taxes over several benchmarks, in points with 95% intervals; items that benchmarks share count once",
        "Aligned against base",
        (
            Column("Benchmarks alike [95%]", spanner="Tax"),
            Column("Items alike [95%]", spanner="Tax"),
            Column("p (Holm)"),
            Column("Items"),
            Column("Benchmarks", is_number=False),
        ),
        tuple(_overall_line(group) for group in _grouped(rows, "scope", "pair_id")),
    )


def _overall_line(rows: Sequence[Row]) -> Line:
    found = {row["weighting"]: row for row in rows}
    macro = found.get("macro", rows[0])
    cells = (
        *(_overall_tax(found.get(weighting)) for weighting in ("macro", "weighted")),
        stated(macro["p_value_holm"], probability, macro["reason"]),
        stated(macro["count_paired_items"], whole, macro["reason"]),
        name_of(macro["benchmarks"]),
    )
    return Line(name_of(macro["scope"]).replace(":", ": "), pair_title(macro), cells)


def _overall_tax(row: Row | None) -> str:
    if row is None:
        return dash("not computed")
    limits = (row["tax_absolute_low"], row["tax_absolute_high"])
    reason = REASONS.get(str(row["reason"]), row["reason"])
    return with_interval(row["tax_absolute"], *limits, signed_points, reason)


def metric_table(rows: Sequence[Row]) -> Table:
    """One line per metric and pair: bias scores, BLEU of a corpus, perplexity, pass@k."""
    return Table(
        "table-metrics",
        "Metrics of all answers together, times 100 where they are proportions, with 95% intervals; more tax is more "
        "lost in either direction",
        "Candidate against reference",
        (
            Column("Reference [95%]"),
            Column("Candidate [95%]"),
            Column("Tax [95%]"),
            Column("p (Holm)"),
            Column("Paired items"),
        ),
        tuple(map(_metric_line, rows)),
    )


def _metric_line(row: Row) -> Line:
    reason = REASONS.get(str(row["reason"]), row["reason"])
    sides = ((row[side], row[f"{side}_low"], row[f"{side}_high"]) for side in ("reference_score", "candidate_score"))
    score, change = (points, signed_points) if row["is_proportion"] else (number, signed_number)
    cells = (
        *(with_interval(*side, score, reason) for side in sides),
        with_interval(row["tax"], row["tax_low"], row["tax_high"], change, reason),
        stated(row["p_value_holm"], probability, reason),
        whole(row["count_paired_items"]),
    )
    name = name_of(row["title"]).replace("one of k", f"one of {name_of(row['metric']).rpartition('_')[2]}")
    direction = "" if row["higher_is_better"] else ", lower is better"
    return Line(f"{name_of(row['benchmark_id'])} ({name}{direction})", pair_title(row), cells)


def cost_table(rows: Sequence[Row]) -> Table:
    """One line per comparison: what an answer of the candidate takes, as a multiple of the reference's."""
    return Table(
        "table-costs",
        "What alignment costs to run: candidate over reference on the same requests, with 95% intervals",
        "Candidate against reference",
        tuple(Column(f"{label} [95%]") for label in MEASURES.values()),
        tuple(
            _cost_line(group)
            for group in _grouped(rows, "kind", "reference_model_id", "candidate_model_id", "benchmark_id")
        ),
    )


def _cost_line(rows: Sequence[Row]) -> Line:
    found = {row["measure"]: row for row in rows}
    cells = tuple(_ratio(found.get(measure)) for measure in MEASURES)
    return Line(name_of(rows[0]["benchmark_id"]), pair_title(rows[0]), cells)


def _ratio(row: Row | None) -> str:
    if row is None:
        return dash("not computed")
    reason = REASONS.get(str(row["reason"]), row["reason"])
    if row["ratio"] is None:
        return dash(reason)
    if row["ratio_low"] is None or row["ratio_high"] is None:
        return f"{_times(row['ratio'])} [{dash(reason)}]"
    return f"{_times(row['ratio'])} {interval(row['ratio_low'], row['ratio_high'], _times)}"


def _times(ratio: float) -> str:
    return f"\u00d7{fixed(ratio, 2)}"


def declared_table(rows: Sequence[Row]) -> Table:
    """One line per pair: what making the aligned model took, as declared in the configuration."""
    return Table(
        "table-declared",
        "Development and time to deployment, as declared in the configuration, not measured",
        "Aligned against base",
        tuple(Column(label) for label in DECLARED.values()),
        tuple(_declared_line(group) for group in _grouped(rows, "kind", "reference_model_id", "candidate_model_id")),
    )


def _declared_line(rows: Sequence[Row]) -> Line:
    found = {row["measure"]: row for row in rows}
    cells = []
    for measure in DECLARED:
        row = found.get(measure)
        amount = row["candidate_value"] if row else None
        share = f" ({_times(row['ratio'])})" if row and row["ratio"] is not None else ""
        cells.append(dash("not declared") if amount is None else f"{whole(amount)}{share}")
    return Line("", pair_title(rows[0]), tuple(cells))


def _grouped(rows: Sequence[Row], *names: str) -> list[list[Row]]:
    """Rows that agree on some columns, in the order in which each group first appears."""
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return list(groups.values())
