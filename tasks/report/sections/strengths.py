"""The section of knobs: how scores follow the strength of an alignment, and which strength pays most."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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

_KNOB = ("family", "origin", "method", "knob_name")
_TOO_FAR = (
    " The last panel has the share of answers that are senseless or loop: what turning a knob too far looks like."
)
_STEPS = 40  # straight pieces that a curve is drawn with
_CAPTION = (
    "Points are scores in % with 95% intervals; the curve is the form that fits the items answered at every strength. "
    "Where the data show a strength that pays most, a dashed line marks it, and grey areas are its 95% interval and "
    "the window of strengths that pay."
)


@dataclass(frozen=True, slots=True)
class _Senseless:
    """The senseless answers of one model at its strength of a knob."""

    knob: Mapping[str, str]
    model_id: str
    strength: float
    count_senseless: int
    count_texts: int

    @property
    def share(self) -> tuple[float, float, float]:
        """Their share of the answers with its 95% interval (Wilson), as proportions."""
        from tasks.stats.levels import t_critical  # noqa: PLC0415 - loads NumPy
        from tasks.stats.score_intervals import wilson  # noqa: PLC0415 - loads NumPy

        share = self.count_senseless / self.count_texts
        low, high = wilson(share, self.count_texts, t_critical(float("inf")))
        return share, float(low), float(high)


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
    return [*_panels(tables, rows), table, *_senseless_table(tables["sweep_points"])]


def _panels(tables: ReportTables, rows: Sequence[ReportRow]) -> Iterator[Panels]:
    """For each knob, a panel a benchmark with the scores along it and the curve that fits."""
    symbols = FamilySymbols.of(tables["model_scores"])
    for number, fits in enumerate(grouped(rows, *_KNOB), start=1):
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
        titles = [f"{name_of(fit['benchmark_id'])} ({fit['axis']})" for fit in fits]
        if too_far := _senseless_curve(tables["sweep_points"], fits[0], number, symbols):
            curves.append(too_far)
            titles.append("senseless or looping answers")
        if any(curve.points for curve in curves):
            knob, domain = name_of(fits[0]["knob_name"]), score_domain(curves)
            drawn = zip(titles, curves, strict=True)
            panels = tuple(Figure(curve_chart(curve, knob, domain), title) for title, curve in drawn)
            yield Panels(_knob_title(fits[0]), panels, _CAPTION + (_TOO_FAR if too_far else ""))


def _senseless_curve(
    rows: Sequence[ReportRow], fit: ReportRow, number: int, symbols: FamilySymbols
) -> KnobCurve | None:
    """The share of senseless answers along a knob, over all benchmarks; None where every answer made sense."""
    found = [point for point in _senseless(rows) if all(point.knob[key] == name_of(fit[key]) for key in _KNOB)]
    if not any(point.count_senseless for point in found):
        return None
    return KnobCurve(
        chart_id=f"chart-knob-{number}-senseless",
        description=f"Senseless or looping answers along {name_of(fit['knob_name'])}, in % of the answers.",
        points=[KnobPoint(point.model_id, point.strength, *point.share) for point in found],
        curve=[(point.strength, point.share[0]) for point in found],
        window_end=None,
        best=None,
        colour=symbols.colour(fit["family"]),
        measure="answers, %",
    )


def _senseless(rows: Sequence[ReportRow]) -> list[_Senseless]:
    """What was senseless at each strength of each knob, from weak to strong."""
    ranked = ordered((row for row in rows if row["count_texts"]), *_KNOB, "strength")
    return [
        _Senseless(
            {key: name_of(group[0][key]) for key in _KNOB},
            name_of(group[0]["model_id"]),
            float(group[0]["strength"]),
            sum(row["count_senseless"] for row in group),
            sum(row["count_texts"] for row in group),
        )
        for group in grouped(ranked, *_KNOB, "strength")
    ]


def _senseless_table(rows: Sequence[ReportRow]) -> Iterator[PrintedTable]:
    """The numbers of the charts of senseless answers."""
    found = _senseless(rows)
    odd = {tuple(point.knob.values()) for point in found if point.count_senseless}
    lines = [
        TableLine(
            _knob_title(point.knob),
            point.model_id,
            (f"{point.strength:g}", str(point.count_texts), with_interval(*point.share, points)),
            (),
        )
        for point in found
        if tuple(point.knob.values()) in odd
    ]
    if lines:
        columns = (TableColumn("Strength"), TableColumn("Answers"), TableColumn("Senseless or looping, %"))
        yield PrintedTable.of("table-senseless", "Senseless or looping answers along a knob", "Model", columns, lines)


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
    from tasks.stats.curves import curve_at  # noqa: PLC0415 - loads NumPy

    if not fit["parameters_json"]:
        return []
    parameters = [parameter["estimate"] for parameter in json.loads(fit["parameters_json"]).values()]
    low, high = fit["knob_low"], fit["knob_high"]
    strengths = [low + (high - low) * step / _STEPS for step in range(_STEPS + 1)]
    return list(zip(strengths, curve_at(fit["form"], parameters, strengths).tolist(), strict=True))


def _knob_title(row: Mapping[str, Any]) -> str:
    return f"{name_of(row['family'])}: {name_of(row['method'])}, {name_of(row['knob_name'])}"


def _line(row: ReportRow) -> TableLine:
    optimum = (row["optimum"], row["optimum_low"], row["optimum_high"])
    why_exact = row["reason"] or "all_differences_equal"  # why the slope lacks an interval
    cells = (
        str(row["axis"]),
        f"{row['form']}, {row['shape']}" if row["shape"] else DASH,
        with_interval(row["slope"], row["slope_low"], row["slope_high"], signed_points, why_exact),
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
        ReportSource("sweep_points", (*_KNOB, "strength", "model_id", "count_senseless", "count_texts")),
    ),
    content=_content,
)
