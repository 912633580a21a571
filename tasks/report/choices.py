"""Tables of what a family offers and of nights: tax at fixed safety, strengths, mitigations, alarms."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tasks.report.frames import Row, name_of
from tasks.report.tables import Column, Line, Table
from tasks.report.wording import DASH, counted, points, probability, signed_points, stated, with_interval


def fixed_safety_table(rows: Sequence[Row]) -> Table:
    """One line per set of variants and level of safety."""
    lines = []
    for row in rows:
        tax = with_interval(row["tax"], row["tax_low"], row["tax_high"], signed_points, row["reason"])
        nearest = DASH if row["nearest_model_id"] is None else name_of(row["nearest_model_id"])
        notes = [note for note in (row["flags"], row["reason"]) if note is not None and note not in tax]
        lines.append(
            Line(
                group=f"{name_of(row['family'])}, against {name_of(row['base_model_id'])}",
                head=f"{name_of(row['variants'])}, {points(row['safety_level'])}% safe",
                cells=(
                    tax,
                    stated(row["probability_reachable"], points),
                    nearest,
                    stated(row["nearest_tax"], signed_points),
                ),
                notes=tuple(notes),
            )
        )
    columns = (
        Column("Tax, points"),
        Column("Reached in, % of draws"),
        Column("Nearest model that is as safe", is_number=False),
        Column("Its tax, points"),
    )
    caption = "Tax at fixed safety: what each level of safety costs in capability, with 95% intervals"
    return Table("table-fixed-safety", caption, "Variants and safety", columns, tuple(lines))


def sweep_table(rows: Sequence[Row]) -> Table:
    """One line per knob and benchmark: the form shown, its shape, and the strength that pays."""
    lines = []
    for row in rows:
        best = with_interval(row["optimum"], row["optimum_low"], row["optimum_high"], _strength, row["optimum_reason"])
        notes = [] if row["reason"] is None else [row["reason"]]
        if row["is_clear"] is False:
            notes.append("forms cannot be told apart")
        lines.append(
            Line(
                group=f"{name_of(row['family'])}: {name_of(row['method'])}, {name_of(row['knob_name'])}",
                head=name_of(row["benchmark_id"]),
                cells=(
                    str(row["axis"]),
                    f"{row['form']}, {row['shape']}" if row["shape"] else DASH,
                    with_interval(row["slope"], row["slope_low"], row["slope_high"], signed_points, row["reason"]),
                    stated(row["largest_residual"], points),
                    best,
                ),
                notes=tuple(notes),
            )
        )
    columns = (
        Column("Axis", is_number=False),
        Column("Form and shape", is_number=False),
        Column("Slope, points per unit"),
        Column("Largest residual, points"),
        Column("Strength that pays most"),
    )
    return Table("table-sweep", "Along a knob: how scores follow its strength", "Benchmark", columns, tuple(lines))


def mitigation_table(rows: Sequence[Row]) -> Table:
    """One line per mitigation and benchmark."""
    lines = []
    for row in rows:
        share = with_interval(
            row["recovery"], row["recovery_low"], row["recovery_high"], points, row["recovery_reason"]
        )
        notes = []
        if row["recovery"] is not None and not row["is_recovery_solid"]:
            notes.append("tax too small to compare recoveries")
        if row["is_safety_lower"]:
            notes.append("less safe than the aligned model")
        if row["safety_reason"] is not None:
            notes.append("safety not measured")
        lines.append(
            Line(
                group=f"{name_of(row['benchmark_id'])}, against {name_of(row['aligned_model_id'])}",
                head=name_of(row["mitigated_model_id"]),
                cells=(
                    with_interval(row["gained"], row["gained_low"], row["gained_high"], signed_points, row["reason"]),
                    with_interval(
                        row["remaining"], row["remaining_low"], row["remaining_high"], signed_points, row["reason"]
                    ),
                    share,
                    DASH if row["better_than"] is None else str(row["better_than"]),
                ),
                notes=tuple(notes),
            )
        )
    columns = (
        Column("Given back, points"),
        Column("Tax that remains, points"),
        Column("Recovered, % of the tax"),
        Column("Surely better than", is_number=False),
    )
    caption = "Mitigations: what they gave back of the tax, with 95% intervals"
    return Table("table-mitigation", caption, "Mitigated model", columns, tuple(lines))


def alert_table(rows: Sequence[Row]) -> Table:
    """One line per alarm that stands on the date."""
    lines = []
    for row in rows:
        items = json.loads(row["items_fallen_json"]) if row["items_fallen_json"] else []
        lines.append(
            Line(
                group=name_of(row["benchmark_id"]),
                head=name_of(row["model_id"]),
                cells=(
                    str(row["since_date"]),
                    with_interval(row["fall"], row["fall_low"], row["fall_high"], points),
                    stated(row["p_value_holm"], probability),
                    ", ".join(str(item["item_id"]) for item in items[:3]) or DASH,
                ),
                notes=("new",) if row["is_new"] else (),
            )
        )
    columns = (
        Column("Since", is_number=False),
        Column("Fall, points"),
        Column("p, any night (Holm)"),
        Column("Items that fell most", is_number=False),
    )
    caption = f"{counted(len(lines), 'alarm')}: models that have become worse than their reference nights"
    return Table("table-alerts", caption, "Model", columns, tuple(lines))


def _strength(value: float) -> str:
    return f"{value:.3g}"
