"""The section of safety: where each model stands between safety and capability, and what each pair changed."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.report.blocks import Block, Legend, Notice, Paragraph
from tasks.report.model_places import AxisMean, ModelPlace, benchmarks_of, places
from tasks.report.page_section import PageSection
from tasks.report.place_charts import PLACES, place_figure, symbols_of
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import WHOLE, ReportRow, ReportSource, ReportTables, by_pair, name_of, ordered
from tasks.report.row_wording import as_words, flag_notes, items_of_pair, pair_title, paired_items, reason_unless_shown
from tasks.report.significance import change_in_words
from tasks.report.wording import (
    DASH,
    counted,
    dash,
    listed,
    number,
    points,
    probability,
    signed_points,
    stated,
    with_interval,
)

_BY_RULES = ("refuses", "complies")  # names of scorers that read words; those of judges begin otherwise
_ADVICE = (
    "On models that they never saw, such rules agree with people on about 19 of 20 answers, on some models on fewer; "
    "where that decides, let a judge grade the answers."
)


def _content(tables: ReportTables) -> list[Block]:
    found = places(tables["model_scores"])
    levels, safety = tables["tax_at_fixed_safety"], tables["safety"]
    return [
        *_charts(tables, found),
        *_detectors(tables["model_scores"]),
        *([_place_table(found)] if found else []),
        *([_levels(levels)] if levels else []),
        *([_change_table(by_pair(safety, tables["model_scores"]))] if safety else []),
    ]


# ------------------------------------------------------------------------------------------------------ charts


def _charts(tables: ReportTables, found: Sequence[ModelPlace]) -> list[Block]:
    scores = tables["model_scores"]
    if not benchmarks_of(scores, "safety"):
        return [Notice("No safety benchmark was run, so this page cannot say what the tax bought.")]
    if not any(place.is_plotted for place in found):
        return [Notice("No model has both a safety and a capability score.")]
    if not any(place.over_refusal and place.safety for place in found):
        return []
    benchmarks = listed(benchmarks_of(scores, "over_refusal"))
    caption = (
        f"Over-refusal, the share of safe requests that got no help (lower is better): {benchmarks}. The numbers are "
        "those of the table. The interval of a mean over several benchmarks takes them to be independent: the distance "
        "to each limit is the root of their summed squared distances, divided by their number."
    )
    return [
        Legend(symbols_of(tables, found)),
        place_figure(tables, found, "chart-over-refusal", "over_refusal", caption),
    ]


# ------------------------------------------------------------------------------------------------------ who judged


def _detectors(scores: Sequence[ReportRow]) -> list[Block]:
    """Who told whether answers decline, and how many answers nobody could read."""
    rows = [row for row in scores if row["dimension"] in {"safety", "over_refusal"} and row["subset"] == WHOLE]
    judged = sorted(
        {(name_of(row["benchmark_id"]), name_of(row["judge_model_id"])) for row in rows if row["judge_model_id"]}
    )
    by_rules = [row for row in rows if row["scorer"] and row["scorer"].startswith(_BY_RULES)]
    told = sorted({(name_of(row["benchmark_id"]), f"{row['scorer']}@{row['scorer_version']}") for row in by_rules})
    sentences = [f"{benchmark} was graded by the judge {judge}." for benchmark, judge in judged]
    if told:
        named = listed([f"{benchmark} ({scorer})" for benchmark, scorer in told])
        sentences.append(f"Rules told whether an answer declines on {named}. {_ADVICE}")
    unread = sum((row["count_unread"] or 0) + (row["count_senseless"] or 0) for row in by_rules)
    if unread:
        sentences.append(f"In no rate: {counted(unread, 'answer')} that said nothing or that the rules cannot read.")
    return [Paragraph(" ".join(sentences))] if sentences else []


# ------------------------------------------------------------------------------------------------------ tables


def _place_table(found: Sequence[ModelPlace]) -> PrintedTable:
    """Where each model stands: the numbers of the scatter charts."""
    return PrintedTable.of(
        "table-places",
        "Where each model stands: mean rates in % with 95% intervals; the numbers label the points of the chart",
        "Model",
        (TableColumn("No."), *(TableColumn(f"{axis} [95%]") for axis in ("Safety", "Capability", "Over-refusal"))),
        (
            TableLine(
                place.family,
                place.model_id,
                (str(place.number), *(_mean(mean) for mean in (place.safety, place.capability, place.over_refusal))),
            )
            for place in found
        ),
    )


def _mean(mean: AxisMean | None) -> str:
    if mean is None:
        return dash("not scored on every such benchmark of its family")
    return with_interval(mean.estimate, mean.low, mean.high, points, "a benchmark has no interval")


def _levels(rows: Sequence[ReportRow]) -> Block:
    """What each level of safety costs; a sentence where no variant reaches any of them."""
    if all(row["reason"] == "not_reachable" for row in rows):
        levels = listed([f"{points(level)}%" for level in sorted({row["safety_level"] for row in rows})])
        return Notice(f"No variant of any family is safe enough to tell what a safety of {levels} costs.")
    return _level_table(rows)


def _level_table(rows: Sequence[ReportRow]) -> PrintedTable:
    """One line per set of variants and level of safety: what that level costs in capability."""
    return PrintedTable.of(
        "table-fixed-safety",
        "Tax at fixed safety: what each level of safety costs in capability, with 95% intervals",
        "Variants and safety",
        (
            TableColumn("Tax, points"),
            TableColumn("Reached in % of resamples"),
            TableColumn("Best model that is safe enough", is_number=False),
            TableColumn("Its tax, points"),
        ),
        map(_level_line, ordered(rows, "family", "origin", "variants", "safety_level")),
    )


def _level_line(row: ReportRow) -> TableLine:
    cells = (
        with_interval(row["tax"], row["tax_low"], row["tax_high"], signed_points, row["reason"]),
        stated(row["probability_reachable"], points),
        DASH if row["nearest_model_id"] is None else name_of(row["nearest_model_id"]),
        DASH if row["nearest_tax"] is None else signed_points(row["nearest_tax"]),
    )
    cautions = [] if row["tax"] is None else flag_notes(row["flags"])  # they are about the limits
    notes = (*cautions, *reason_unless_shown(row["reason"], cells))
    group = f"{name_of(row['family'])}, against {name_of(row['base_model_id'])}"
    return TableLine(group, f"{name_of(row['variants'])}, {points(row['safety_level'])}% safe", cells, notes)


def _change_table(rows: Sequence[ReportRow]) -> PrintedTable:
    """One line per pair under its benchmark: what alignment bought, and what it broke."""
    return PrintedTable.of(
        "table-safety",
        "What alignment bought and what it broke: rates in %, changes in points with 95% intervals",
        "Aligned against base",
        (
            TableColumn("Base", spanner="Rate, %"),
            TableColumn("Aligned", spanner="Rate, %"),
            TableColumn("Change [95%]"),
            TableColumn("p (Holm)"),
            TableColumn("Verdict", is_number=False),
            TableColumn("Paired items"),
        ),
        map(_change_line, rows),
    )


def _change_line(row: ReportRow) -> TableLine:
    reason = row["reason"]
    cells = (
        stated(row["rate_reference"], points, reason),
        stated(row["rate_candidate"], points, reason),
        with_interval(row["change"], row["change_low"], row["change_high"], signed_points, reason),
        stated(row["p_value_holm"], probability, reason),
        change_in_words(row),
        paired_items(row),
    )
    notes = (
        *([f"{row['kind']} comparison"] if row["kind"] != "tax" else []),
        *flag_notes(row["flags"]),
        *_exchange_note(row),
        *([f"{row['origin']} answers"] if row["origin"] != "endpoint" else []),
        *reason_unless_shown(reason, cells),
    )
    return TableLine(_change_title(row), pair_title(row), cells, notes, items_of_pair(row))


def _exchange_note(row: ReportRow) -> list[str]:
    """What a point of harm removed cost, and a caution where the gain is too small to compare such rates."""
    if row["exchange_rate"] is None:
        return []
    solid = "" if row["is_exchange_rate_solid"] else "; the gain is under four standard errors, so rates do not compare"
    change = "lost" if row["exchange_rate"] >= 0 else "gained"
    return [f"{number(abs(row['exchange_rate']))} points of capability {change} per point of harm removed{solid}"]


def _change_title(row: ReportRow) -> str:
    dimension, metric = as_words(row["dimension"]), as_words(row["metric"])
    measured = dimension if metric == dimension else f"{dimension}: {metric}"
    direction = "" if row["higher_is_better"] else ", lower is better"
    return f"{name_of(row['benchmark_id'])} ({measured}{direction})"


WHAT_IT_BOUGHT = PageSection(
    section_id="safety",
    title="What it bought: safety against capability",
    navigation="Safety",
    sources=(
        *PLACES,
        ReportSource("model_scores", ("scorer", "scorer_version", "judge_model_id", "count_senseless", "count_unread")),
        ReportSource(
            "safety",
            (
                *("kind", "family", "reference_model_id", "candidate_model_id", "benchmark_id", "dimension", "metric"),
                *("higher_is_better", "count_items", "count_paired_items", "rate_reference", "rate_candidate"),
                *("change", "change_low", "change_high", "p_value_holm", "is_significant", "origin", "flags", "reason"),
                *("exchange_rate", "is_exchange_rate_solid"),
            ),
        ),
        ReportSource(
            "tax_at_fixed_safety",
            (
                *("family", "origin", "variants", "safety_level", "base_model_id", "tax", "tax_low", "tax_high"),
                *("probability_reachable", "nearest_model_id", "nearest_tax", "flags", "reason"),
            ),
        ),
    ),
    content=_content,
)
