import itertools
import json
import re

import pytest

from tasks.report import render_report
from tasks.report.charts import number_corners, points_domain
from tasks.report.frames import by_pair, printable_rows
from tasks.report.verdicts import FAMILY_SYMBOLS, VERDICT_SYMBOLS, Verdict, family_symbols, verdict_of


def specifications(markup):
    """The charts' data in the page."""
    (data,) = re.findall(r'<script type="application/json" id="chart-data">(.*?)</script>', markup, re.DOTALL)
    return json.loads(data)


@pytest.fixture(scope="module")
def drawn(small_page):
    return specifications(small_page)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, Verdict.TAX),
        ({"tax_absolute": -0.05}, Verdict.WINDFALL),
        ({"is_significant": False}, Verdict.OPEN),
        ({"is_significant": None}, Verdict.OPEN),
        ({"tax_absolute_low": None}, Verdict.NO_INTERVAL),
        ({"tax_absolute_high": float("inf")}, Verdict.NO_INTERVAL),
        ({"tax_absolute": float("nan")}, Verdict.NO_ESTIMATE),
    ],
)
def test_a_row_has_one_verdict(make_frames, row, expected):
    (printable,) = printable_rows(make_frames(taxes=[row])).taxes
    assert verdict_of(printable) is expected


def test_verdicts_and_families_differ_in_shape_as_well_as_in_colour():
    for symbols in (list(VERDICT_SYMBOLS.values()), list(FAMILY_SYMBOLS)):
        assert len({symbol.path for symbol in symbols}) == len(symbols)
    many = family_symbols([str(number) for number in range(2 * len(FAMILY_SYMBOLS))])
    assert len({(symbol.colour, symbol.path, symbol.fill) for symbol in many.values()}) == len(many)


def test_all_benchmarks_are_drawn_on_one_scale_that_holds_zero_and_every_limit(drawn):
    domains = {
        tuple(layer["encoding"]["x"]["scale"]["domain"])
        for name, chart in drawn.items()
        if name.startswith("chart-tax")
        for layer in chart["wide"]["layer"]
        if "scale" in layer["encoding"]["x"]
    }
    assert len(domains) == 1
    ((low, high),) = domains
    assert low < -5.0
    assert high > 9.1


def test_rows_without_limits_are_points_without_a_line(drawn):
    chart = drawn["chart-tax-2"]["wide"]
    (points,) = [layer for layer in chart["layer"] if layer["mark"]["type"] == "point"]
    (value,) = chart["datasets"][points["data"]["name"]]
    assert value["tax"] == pytest.approx(1.1)
    assert value["low"] is value["high"] is None
    assert "only one cluster" in value["points"]
    assert value["verdict"] == "no interval"


def test_rows_stand_in_the_order_of_family_and_knob(make_frames):
    knob = {"method": "dpo", "knob_name": "beta"}
    scores = [{"model_id": f"m{value:g}", **knob, "knob_value": value} for value in (10.0, 9.0, 0.5)]
    taxes = [{"candidate_model_id": f"m{value:g}"} for value in (9.0, 10.0, 0.5)]
    rows = printable_rows(make_frames(scores=scores, taxes=taxes))
    assert [row["candidate_model_id"] for row in by_pair(rows.taxes, rows.scores)] == ["m0.5", "m9", "m10"]


def test_an_empty_or_flat_set_of_taxes_still_has_a_domain(make_frames):
    flat = {"tax_absolute": 0.0, "tax_absolute_low": None, "tax_absolute_high": None}
    assert points_domain([]) == (-1.0, 1.0)
    assert points_domain(printable_rows(make_frames(taxes=[flat])).taxes) == (-1.0, 1.0)


def test_numbers_of_points_close_together_stand_in_different_corners():
    corners = number_corners([(0.0, 0.0), (0.1, 0.0), (0.0, 0.1), (100.0, 100.0)], 600, 400)
    assert all(a != b for a, b in itertools.combinations(corners[:3], 2))
    assert number_corners([(0.0, 0.0), (50.0, 50.0), (100.0, 100.0)], 600, 400) == [0, 0, 0]


def test_a_family_is_named_above_its_rows_only_where_there_are_several(make_frames, small_page):
    other = {"family": "qwen", "reference_model_id": "qwen-base", "candidate_model_id": "qwen-dpo"}
    markup = render_report(make_frames(taxes=[{}, other]))
    domain = specifications(markup)["chart-tax-1"]["wide"]["layer"][1]["encoding"]["y"]["scale"]["domain"]
    assert domain == ["llama, against llama-base", "llama-dpo", "qwen, against qwen-base", "qwen-dpo"]
    assert "llama, against llama-base" not in small_page
