"""Scores along a knob with their curve."""

import pytest

from tasks.report.curve_chart import KnobCurve, KnobPoint, curve_chart, score_domain

POINTS = [KnobPoint("base", 0.0, 0.7, 0.6, 0.8), KnobPoint("dpo", 1.0, 0.5, None, None)]


def drawn(**row):
    given = {"window_end": None, "best": None, **row}
    curve = KnobCurve("chart-knob-1-1", "Scores.", POINTS, [(0.0, 0.7), (1.0, 0.5)], colour="#0a84c8", **given)
    return curve_chart(curve, "strength", score_domain([curve])).wide


def test_points_without_limits_have_no_whisker_and_the_scale_holds_all():
    layers = drawn()["layer"]
    values = next(values for values in drawn()["datasets"].values() if "model" in values[0])
    assert [value["low"] for value in values] == [60.0, None]
    assert layers[-1]["encoding"]["y"]["scale"]["domain"] == pytest.approx([48, 82])


def test_the_outermost_strengths_have_room_within_the_frame():
    assert all(layer["encoding"]["x"]["scale"] == {"nice": False, "padding": 10} for layer in drawn()["layer"])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, []),
        ({"window_end": 0.8}, ["rect"]),
        ({"best": (0.4, None, None)}, ["rule"]),
        ({"window_end": 0.8, "best": (0.4, 0.2, 0.6)}, ["rect", "rule"]),
    ],
)
def test_what_pays_is_drawn_where_it_is_known(row, expected):
    marks = [layer["mark"]["type"] for layer in drawn(**row)["layer"]]
    assert marks == [*expected, "line", "rule", "point"]
