"""The section of knobs: how scores follow the strength of an alignment, and which strength pays most."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from tasks.report.blocks import Block, Figure, Panels
from tasks.report.curve_chart import KnobCurve, KnobPoint, curve_chart, score_domain
from tasks.report.model_places import chains, upwards
from tasks.report.page_section import PageSection
from tasks.report.place_charts import PLACES
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, grouped, name_of, ordered, whole_benchmark
from tasks.report.row_wording import reason_unless_shown
from tasks.report.symbols import FamilySymbols
from tasks.report.wording import DASH, points, signed_points, stated, with_interval

_STEPS = 40  # straight pieces that a curve is drawn with
_CAPTION = (
    "Points are scores in % with 95% intervals; the curve is the form that fits the items answered at every strength. "
    "Where the data show a strength that pays most, a dashed line marks it, and grey areas are its 95% interval and "
    "the window of strengths that pay."
)


def _content(tables: ReportTables) -> list[Block]:
    rows = ordered(
        # The forms that were chosen, and knobs to which none could be fitted. Fewer than four strengths are no sweep.
        (
            row
            for row in tables["sweep_fit"]
            if row["is_shown"] or (row["form"] == "none" and row["reason"] != "fewer_than_four_strengths")
        ),
        *("family", "origin", "method", "knob_name", "axis", "benchmark_id"),
    )
    if not rows:
        return []
    table = PrintedTable.of(
        "table-sweep",
        "Along a knob: how scores follow its strength",
        "Benchmark",
        (
            TableColumn("Axis", is_number=False),
            TableColumn("Form and shape", is_number=False),
            TableColumn("Slope, points per unit"),
            TableColumn("Largest residual, points"),
            TableColumn("Strength that pays most"),
        ),
        map(_line, rows),
    )
    return [*_panels(tables, rows), table]


def _panels(tables: ReportTables, rows: Sequence[ReportRow]) -> Iterator[Panels]:
    """For each knob, a panel a benchmark with the scores along it and the curve that fits."""
    symbols = FamilySymbols.of(tables["model_scores"])
    for number, fits in enumerate(grouped(rows, "family", "origin", "method", "knob_name"), start=1):
        models = _along_the_knob(tables, fits[0])
        curves = [
            KnobCurve(
                chart_id=f"chart-knob-{number}-{place}",
                description=f"Scores on {name_of(fit['benchmark_id'])} along {name_of(fit['knob_name'])}, in %.",
                points=_points(tables["model_scores"], fit["benchmark_id"], models),
                curve=_curve(fit),
                window_end=fit["window_end"],
                best=None if fit["optimum"] is None else (fit["optimum"], fit["optimum_low"], fit["optimum_high"]),
                colour=symbols.colour(fit["family"]),
            )
            for place, fit in enumerate(fits, start=1)
        ]
        if any(curve.points for curve in curves):
            knob, domain = name_of(fits[0]["knob_name"]), score_domain(curves)
            panels = tuple(
                Figure(curve_chart(curve, knob, domain), f"{name_of(fit['benchmark_id'])} ({fit['axis']})")
                for fit, curve in zip(fits, curves, strict=True)
            )
            yield Panels(_knob_title(fits[0]), panels, _CAPTION)


def _along_the_knob(tables: ReportTables, fit: ReportRow) -> dict[str, float]:
    """The models of a knob with their strengths; the base, where there is one, has strength 0."""
    keys = ("family", "method", "knob_name")
    found = {
        name_of(row["model_id"]): float(row["knob_value"])
        for row in tables["model_scores"]
        if row["knob_value"] is not None and all(name_of(row[key]) == name_of(fit[key]) for key in keys)
    }
    lines = chains(tables["model_scores"], [*tables["alignment_tax"], *tables["safety"]])
    return {line[0]: 0.0 for line in lines if set(line[1:]) & set(found) and line[0] not in found} | found


def _points(scores: Sequence[ReportRow], benchmark_id: str, models: Mapping[str, float]) -> list[KnobPoint]:
    """The score of each model at its strength. A metric of which less is better is turned, as the fit turns it."""
    rows = [
        row
        for row in whole_benchmark(scores)
        if row["benchmark_id"] == benchmark_id
        and row["is_primary_style"]
        and row["score"] is not None
        and row["model_id"] in models
    ]
    found = {row["model_id"]: upwards(row) for row in rows}
    return [KnobPoint(model, models[model], rate.estimate, rate.low, rate.high) for model, rate in found.items()]


def _curve(fit: ReportRow) -> list[tuple[float, float]]:
    """The curve that was chosen, from the weakest to the strongest strength; nothing where none was."""
    from tasks.stats.sweep import curve_at  # noqa: PLC0415 - loads NumPy

    if not fit["parameters_json"]:
        return []
    parameters = [parameter["estimate"] for parameter in json.loads(fit["parameters_json"]).values()]
    low, high = fit["knob_low"], fit["knob_high"]
    strengths = [low + (high - low) * step / _STEPS for step in range(_STEPS + 1)]
    return list(zip(strengths, curve_at(fit["form"], parameters, strengths).tolist(), strict=True))


def _knob_title(row: ReportRow) -> str:
    return f"{name_of(row['family'])}: {name_of(row['method'])}, {name_of(row['knob_name'])}"


def _line(row: ReportRow) -> TableLine:
    optimum = (row["optimum"], row["optimum_low"], row["optimum_high"])
    cells = (
        str(row["axis"]),
        f"{row['form']}, {row['shape']}" if row["shape"] else DASH,
        with_interval(row["slope"], row["slope_low"], row["slope_high"], signed_points, row["reason"]),
        stated(row["largest_residual"], points),
        with_interval(*optimum, lambda strength: f"{strength:.3g}", row["optimum_reason"]),
    )
    notes = (
        *reason_unless_shown(row["reason"], cells),
        *(["forms cannot be told apart"] if row["is_clear"] is False else []),
    )
    return TableLine(_knob_title(row), name_of(row["benchmark_id"]), cells, notes)


STRENGTHS = PageSection(
    section_id="strengths",
    title="Which strength pays",
    navigation="Strengths",
    sources=(
        *PLACES,
        ReportSource(
            "sweep_fit",
            (
                *("family", "origin", "method", "knob_name", "axis", "benchmark_id", "form", "is_shown", "is_clear"),
                *("shape", "slope", "slope_low", "slope_high", "largest_residual", "optimum", "optimum_low"),
                *("optimum_high", "optimum_reason", "reason"),
                *("parameters_json", "knob_low", "knob_high", "window_end"),
            ),
        ),
    ),
    content=_content,
)
