"""The tables under the charts: what the numbers are, in words and points, rendered by great_tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import polars as pl

from tasks.report.frames import Row, by_pair, model_order, name_of, whole_benchmark
from tasks.report.frontier import Mean, Place
from tasks.report.verdicts import Verdict, verdict_of
from tasks.report.wording import (
    DASH,
    counted,
    dash,
    interval,
    points,
    probability,
    signed_percent,
    signed_points,
    stated,
    whole,
    with_interval,
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its label, how it is aligned, and the spanner it stands under."""

    label: str
    is_number: bool = True
    spanner: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its group (empty = none), its head, one text per column, and remarks for the column that is left."""

    group: str
    head: str
    cells: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready to print."""

    table_id: str
    caption: str
    head: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


def table_html(table: Table) -> str:
    """Render as HTML: caption, scoped headings, and a frame of its own that scrolls sideways.

    great_tables' own style is left out (one sheet serves all tables, light and dark), and so are its element ids: they
    are made from the data and may coincide; ``scope`` says the same.
    """
    from great_tables import GT  # noqa: PLC0415 - needed here only

    table = _with_notes(table)
    keys = [f"c{index}" for index in range(len(table.columns))]
    frame = pl.DataFrame(
        [(line.group, line.head, *line.cells) for line in table.lines],
        schema=dict.fromkeys(["group", "head", *keys], pl.String),
        orient="row",
    )
    has_groups = any(line.group for line in table.lines)
    frame = frame if has_groups else frame.drop("group")
    labels = {key: column.label for key, column in zip(keys, table.columns, strict=True)}
    rendered = GT(frame, rowname_col="head", groupname_col="group" if has_groups else None, id=table.table_id)
    rendered = rendered.tab_stubhead(table.head).cols_label(cases=None, **labels)
    rendered = rendered.cols_align(
        "right", [key for key, column in zip(keys, table.columns, strict=True) if column.is_number]
    )
    for spanner in dict.fromkeys(column.spanner for column in table.columns if column.spanner):
        spanned = [key for key, column in zip(keys, table.columns, strict=True) if column.spanner == spanner]
        rendered = rendered.tab_spanner(spanner, spanned)
    return _framed(rendered.as_raw_html(), table)


def _with_notes(table: Table) -> Table:
    """Move remarks that all lines share to the caption, and give the others a column, if there are any."""
    shared = [note for note in table.lines[0].notes if all(note in line.notes for line in table.lines)]
    shared = shared if len(table.lines) > 1 else []
    rest = [tuple(note for note in line.notes if note not in shared) for line in table.lines]
    caption = f"{table.caption} (in every row: {', '.join(shared)})" if shared else table.caption
    if not any(rest):
        return replace(table, caption=caption)
    lines = (
        replace(line, cells=(*line.cells, "; ".join(notes) or DASH))
        for line, notes in zip(table.lines, rest, strict=True)
    )
    return replace(
        table, caption=caption, columns=(*table.columns, Column("Notes", is_number=False)), lines=tuple(lines)
    )


def _unsaid(reason: str | None, cells: Iterable[str]) -> tuple[str, ...]:
    """The reason as a remark, unless a cell states it already."""
    return () if reason is None or any(reason in cell for cell in cells) else (reason,)


def _framed(markup: str, table: Table) -> str:
    start, end = markup.index("<table"), markup.rindex("</table>")
    inner = markup[markup.index(">", start) + 1 : end]
    # Only inside tags: a "<" in the data is escaped, so no text can look like one.
    inner = re.sub(r"<(t[hd])\b([^>]*)>", lambda tag: f"<{tag[1]}{re.sub(_UNWANTED, '', tag[2])}>", inner)
    inner = re.sub(r">\s+<", "><", inner)
    caption_id = f"{table.table_id}-caption"
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{caption_id}">'
        f'<table id="{table.table_id}" class="gt_table"><caption id="{caption_id}">'
        f"<span>{escape(table.caption)}</span></caption>{inner}</table></div>"
    )


_UNWANTED = re.compile(r' (?:id|headers|rowspan="1"|colspan="1")(?:="[^"]*")?')


# ------------------------------------------------------------------------------------------------------ taxes


def tax_table(table_id: str, rows: Sequence[Row], *, is_tax: bool) -> Table:
    """One line per comparison, under its benchmark."""
    names = ("Base", "Aligned") if is_tax else ("Reference", "Candidate")
    return Table(
        table_id,
        f"{'Taxes' if is_tax else 'Other declared comparisons'}: scores and differences in points with 95% intervals",
        f"{names[1]} against {names[0].lower()}",
        (
            Column(names[0], spanner="Score, %"),
            Column(names[1], spanner="Score, %"),
            Column("Points [95%]", spanner="Tax"),
            Column("Relative [95%]", spanner="Tax"),
            Column("p (Holm)"),
            Column("Verdict", is_number=False),
            Column("Paired items"),
            Column("Clusters"),
            Column("Detectable, points"),
        ),
        tuple(_tax_line(row) for row in rows),
    )


def benchmark_title(row: Row) -> str:
    """A benchmark with its metric and, where it would surprise, its direction."""
    direction = ", lower is better" if row["higher_is_better"] is False else ""
    return f"{name_of(row['benchmark_id'])} ({_spaced(row['domain'])}: {_spaced(row['metric'])}{direction})"


def _spaced(name: str | None) -> str:
    """A column's or metric's name as words."""
    return name_of(name).replace("over_refusal", "over-refusal").replace("_", " ")


def pair_title(row: Row) -> str:
    """The two models of a comparison."""
    return f"{name_of(row['candidate_model_id'])} against {name_of(row['reference_model_id'])}"


def _tax_line(row: Row) -> Line:
    reason = row["reason"]
    limits = (row["tax_absolute_low"], row["tax_absolute_high"])
    relative = (row["tax_relative"], row["tax_relative_low"], row["tax_relative_high"])
    cells = (
        stated(row["reference_score"], points, reason),
        stated(row["candidate_score"], points, reason),
        with_interval(row["tax_absolute"], *limits, signed_points, reason),
        with_interval(*relative, signed_percent, row["tax_relative_reason"] or reason),
        stated(row["p_value_holm"], probability, reason),
        verdict_of(row).value,
        _paired(row),
        stated(row["count_clusters"], whole, reason),
        stated(row["minimum_detectable_tax"], points, reason),
    )
    return Line(benchmark_title(row), pair_title(row), cells, (*_tax_notes(row), *_unsaid(reason, cells)))


def _paired(row: Row) -> str:
    paired, asked = row["count_paired_items"], row["count_items"]
    if paired is None or asked is None:
        return dash(row["reason"])
    return whole(paired) if paired == asked else f"{whole(paired)} of {whole(asked)}"


FLAG_WORDS = {
    "few_clusters": "few clusters",
    "few_informative_clusters": "few clusters carry the difference",
}


def _flag_notes(flags: str | None) -> list[str]:
    names = [flag.strip() for flag in (flags or "").split(",")]
    return [FLAG_WORDS.get(name, name) for name in names if name]


def _tax_notes(row: Row) -> Iterable[str]:
    if row["kind"] != "tax":
        yield f"kind: {row['kind']}"
    if verdict_of(row) is Verdict.OPEN and (row["tax_absolute"] or 0) < 0:
        yield "windfall, not significant"
    if row["is_sign_rule_dependent"]:
        yield "sign depends on the rule"
    yield from _flag_notes(row["flags"])
    if row["prompt_style_reference"] != row["prompt_style_candidate"]:
        yield f"{row['prompt_style_candidate']} against {row['prompt_style_reference']}"
    if row["count_paired_items"] != row["count_items"] and None not in (row["bound_low"], row["bound_high"]):
        yield f"missing answers allow {interval(row['bound_low'], row['bound_high'], signed_points)}"
    if row["days_apart"]:
        yield f"{counted(row['days_apart'], 'day')} apart"
    if row["origin"] != "endpoint":
        yield f"{row['origin']} answers"


# ----------------------------------------------------------------------------------------- sign and unparsed rule

RULES = ("wrong", "chance", "exclude")


def _comparison_key(row: Row) -> tuple[Any, ...]:
    names = ("kind", "family", "reference_model_id", "candidate_model_id", "benchmark_id", "benchmark_version")
    return tuple(row[name] for name in (*names, "prompt_style_reference", "prompt_style_candidate"))


def sign_table(taxes: Sequence[Row]) -> Table | None:
    """Headline pairs whose sign changes with the unparsed rule, with the tax under each; None without any."""
    whole_rows = whole_benchmark(taxes)
    headlines = [row for row in whole_rows if row["is_headline"]]
    by_rule = {(_comparison_key(row), row["unparsed_rule"]): row for row in whole_rows}
    depends = {_comparison_key(row) for row in whole_rows if row["is_sign_rule_dependent"]}
    dependent = [row for row in headlines if _comparison_key(row) in depends]
    if not dependent:
        return None
    return Table(
        "table-sign",
        "Tax in points [95%] when an answer that was not found counts as wrong, as a guess, or not at all",
        "Pair",
        (*(Column(label) for label in ("Wrong", "Chance", "Exclude")), Column("Headline rule", is_number=False)),
        tuple(
            Line(
                benchmark_title(row),
                pair_title(row),
                (
                    *(_under_rule(by_rule.get((_comparison_key(row), rule))) for rule in RULES),
                    str(row["unparsed_rule"]),
                ),
            )
            for row in dependent
        ),
    )


def _under_rule(row: Row | None) -> str:
    if row is None:
        return dash("not computed")
    limits = (row["tax_absolute_low"], row["tax_absolute_high"])
    return with_interval(row["tax_absolute"], *limits, signed_points, row["reason"])


# ------------------------------------------------------------------------------------------------------ safety


def place_table(places: Sequence[Place]) -> Table:
    """Where each model stands: the numbers of the scatter charts."""
    axes = ("Safety", "Capability", "Over-refusal")
    return Table(
        "table-places",
        "Where each model stands: mean rates in % with 95% intervals; the numbers label the points of the chart",
        "Model",
        (Column("No."), *(Column(f"{axis} [95%]") for axis in axes)),
        tuple(
            Line(
                place.family,
                place.model_id,
                (str(place.number), *(_mean(mean) for mean in (place.safety, place.capability, place.over_refusal))),
            )
            for place in places
        ),
    )


def _mean(mean: Mean | None) -> str:
    if mean is None:
        return dash("not scored on every such benchmark of its family")
    return with_interval(mean.estimate, mean.low, mean.high, points, "a benchmark has no interval")


def safety_table(rows: Sequence[Row], scores: Sequence[Row]) -> Table:
    """What alignment bought: one line per pair, under its safety benchmark."""
    return Table(
        "table-safety",
        "What alignment bought and what it broke: rates in %, changes in points with 95% intervals",
        "Aligned against base",
        (
            Column("Base", spanner="Rate, %"),
            Column("Aligned", spanner="Rate, %"),
            Column("Change [95%]"),
            Column("p (Holm)"),
            Column("Verdict", is_number=False),
            Column("Paired items"),
        ),
        tuple(_safety_line(row) for row in by_pair(rows, scores)),
    )


def _safety_line(row: Row) -> Line:
    reason = row["reason"]
    dimension, metric = _spaced(row["dimension"]), _spaced(row["metric"])
    measured = dimension if metric == dimension else f"{dimension}: {metric}"
    direction = "" if row["higher_is_better"] else ", lower is better"
    notes = [*([f"kind: {row['kind']}"] if row["kind"] != "tax" else []), *_flag_notes(row["flags"])]
    if row["origin"] != "endpoint":
        notes.append(f"{row['origin']} answers")
    cells = (
        stated(row["rate_reference"], points, reason),
        stated(row["rate_candidate"], points, reason),
        with_interval(row["change"], row["change_low"], row["change_high"], signed_points, reason),
        stated(row["p_value_holm"], probability, reason),
        change_verdict(row),
        _paired(row),
    )
    title = f"{name_of(row['benchmark_id'])} ({measured}{direction})"
    return Line(title, pair_title(row), cells, (*notes, *_unsaid(reason, cells)))


def change_verdict(row: Row) -> str:
    """Whether a rate changed for the better or the worse, and surely."""
    if row["change"] is None:
        return "no estimate"
    if row["change_low"] is None or row["change_high"] is None:
        return "no interval"
    if not row["is_significant"] or row["change"] == 0:
        return "not significant"
    return "better" if (row["change"] > 0) == bool(row["higher_is_better"]) else "worse"


# ------------------------------------------------------------------------------------------------------ scores

OUTCOMES = (
    *("correct", "partial", "incorrect", "refused", "filtered", "truncated", "unparsed"),
    *("failed", "judge_error", "not_run", "quarantined"),
)


def score_table(scores: Sequence[Row]) -> Table:
    """Scores of whole benchmarks with the outcomes that occurred at all."""
    order = model_order(scores)
    rows = sorted(
        whole_benchmark(scores),
        key=lambda row: (name_of(row["benchmark_id"]), order[name_of(row["model_id"])], str(row["prompt_style"])),
    )
    occurred = [outcome for outcome in OUTCOMES if any(row[f"count_{outcome}"] for row in rows)]
    return Table(
        "table-scores",
        "Model scores in % with 95% intervals, and how the answers ended"
        + (f" (no answer was {_others(occurred)})" if rows and len(occurred) < len(OUTCOMES) else ""),
        "Model",
        (
            Column("Style", is_number=False),
            Column("Score [95%]"),
            Column("Coverage, %"),
            Column("Items"),
            *(Column(outcome.replace("_", " "), spanner="Answers that were") for outcome in occurred),
        ),
        tuple(_score_line(row, occurred) for row in rows),
    )


def _others(occurred: Sequence[str]) -> str:
    return ", ".join(outcome.replace("_", " ") for outcome in OUTCOMES if outcome not in occurred)


def _score_line(row: Row, occurred: Sequence[str]) -> Line:
    reason = row["reason"]
    notes = [*([] if row["is_primary_style"] else ["control style"]), *_flag_notes(row["flags"])]
    cells = (
        name_of(row["prompt_style"]),
        with_interval(row["score"], row["score_low"], row["score_high"], points, reason),
        stated(row["coverage"], points, reason),
        stated(row["count_items"], whole, reason),
        *(stated(row[f"count_{outcome}"], whole, reason) for outcome in occurred),
    )
    title = f"{name_of(row['benchmark_id'])} ({_spaced(row['dimension'])}: {_spaced(row['metric'])})"
    return Line(title, name_of(row["model_id"]), cells, (*notes, *_unsaid(reason, cells)))


# ------------------------------------------------------------------------------------ coverage and validations


def coverage_table(rows: Sequence[Row]) -> Table:
    """What was planned and what came back; cells that are not complete first."""
    return Table(
        "table-coverage",
        "Coverage: what was planned, what came back, and what it took; unfinished cells first",
        "Cell",
        (
            Column("Status", is_number=False),
            *(Column(label) for label in ("Planned", "Answered", "Failed", "Quarantined", "Pending", "Reused")),
            Column("Coverage, %"),
            Column("in", spanner="Tokens"),
            Column("out", spanner="Tokens"),
            Column("Cost, US$"),
            Column("median", spanner="Latency, ms"),
            Column("95th percentile", spanner="Latency, ms"),
        ),
        tuple(_coverage_line(row) for row in sorted(rows, key=_coverage_key)),
    )


def _coverage_key(row: Row) -> tuple[Any, ...]:
    names = ("run_id", "benchmark_id", "model_id", "prompt_style")
    return (row["status"] == "complete", *(str(row[name]) for name in names))


def _coverage_line(row: Row) -> Line:
    unreported = "not reported"
    counts = ("planned", "answered", "failed", "quarantined", "pending", "reused")
    cells = (
        name_of(row["status"]),
        *(stated(row[f"count_{name}"], whole, row["reason"]) for name in counts),
        stated(row["coverage"], points, row["reason"] or "nothing was planned"),
        *(stated(row[f"tokens_{way}"], whole, unreported) for way in ("input", "output")),
        stated(row["cost_usd"], lambda value: f"{value:,.4f}", unreported),
        *(stated(row[f"latency_{name}_ms"], whole, unreported) for name in ("median", "p95")),
    )
    head = " / ".join(name_of(row[name]) for name in ("model_id", "benchmark_id", "prompt_style"))
    group = f"Run {name_of(row['run_id'])} ({name_of(row['run_kind'])}, {name_of(row['origin'])})"
    return Line(group, head, cells, _unsaid(row["reason"], cells))


_SEVERITIES = {"gate": 0, "quarantine": 1, "warning": 2}


def validation_table(rows: Sequence[Row]) -> Table:
    """Verdicts of the expectations; what did not hold first, the most serious of it on top."""

    def key(row: Row) -> tuple[Any, ...]:
        names = ("run_id", "stage", "table_name", "expectation")
        return (
            bool(row["is_success"]),
            _SEVERITIES.get(str(row["severity"]), len(_SEVERITIES)),
            *(str(row[name]) for name in names),
        )

    return Table(
        "table-validations",
        "Validations: what was expected of the data, and whether it held; broken expectations first",
        "Expectation",
        (
            Column("Verdict", is_number=False),
            Column("Severity", is_number=False),
            Column("Stage", is_number=False),
            Column("Table", is_number=False),
            Column("Broken rows"),
            Column("Checked rows"),
            Column("Detail", is_number=False),
            Column("Run", is_number=False),
        ),
        tuple(_validation_line(row) for row in sorted(rows, key=key)),
    )


def _validation_line(row: Row) -> Line:
    uncounted = "not counted"
    cells = (
        "held" if row["is_success"] else "BROKEN",
        *(name_of(row[name]) for name in ("severity", "stage", "table_name")),
        stated(row["count_unexpected"], whole, uncounted),
        stated(row["count_checked"], whole, uncounted),
        row["detail"] or DASH,
        name_of(row["run_id"]),
    )
    return Line("", name_of(row["expectation"]), cells)
