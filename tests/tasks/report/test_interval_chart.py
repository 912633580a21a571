"""Panels of rows with intervals."""

from tasks.report.interval_chart import IntervalPanel, IntervalRow, interval_panels

ROWS = [IntervalRow("Tax", 0.145, 0.105, 0.184, "all parts"), IntervalRow("Refusals", -0.02, None, None, "a part")]


def panels(*rows):
    made = [IntervalPanel(f"pair {number}", "Bars.", [row], "#0a84c8") for number, row in enumerate(rows, start=1)]
    return interval_panels("chart-parts", made)


def test_panels_are_drawn_on_one_scale_that_holds_zero_and_every_limit():
    drawn = panels(*ROWS)
    domains = {tuple(panel.chart.wide["layer"][1]["encoding"]["x"]["scale"]["domain"]) for panel in drawn}
    assert [panel.chart.chart_id for panel in drawn] == ["chart-parts-1", "chart-parts-2"]
    ((low, high),) = domains
    assert low < -2.0
    assert high > 18.4


def test_an_estimate_without_limits_has_no_line():
    (panel,) = panels(ROWS[1])
    (value,) = next(values for values in panel.chart.wide["datasets"].values() if "row" in values[0])
    assert value["low"] is value["high"] is None
    assert value["estimate"] == -2.0


def test_no_row_is_no_panel():
    assert interval_panels("chart-parts", []) == ()
