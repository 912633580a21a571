import json
import re

import pytest

from tasks.report import render_report
from tasks.report.forest_chart import points_domain
from tasks.report.tax_comparisons import TAXES


def specifications(markup):
    """The charts' data in the page."""
    (data,) = re.findall(r'<script type="application/json" id="chart-data">(.*?)</script>', markup, re.DOTALL)
    return json.loads(data)


@pytest.fixture(scope="module")
def drawn(small_page):
    return specifications(small_page)


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


def test_an_empty_or_flat_set_of_taxes_still_has_a_domain(make_frames):
    flat = {"tax_absolute": 0.0, "tax_absolute_low": None, "tax_absolute_high": None}
    assert points_domain([]) == (-1.0, 1.0)
    assert points_domain(make_frames(alignment_tax=[flat]).rows([TAXES])["alignment_tax"]) == (-1.0, 1.0)


def test_long_names_that_start_alike_differ_in_what_is_shown_of_them(make_frames):
    names = [f"{'organisation-' * 5}dpo-{strength}" for strength in ("050", "100")]
    markup = render_report(make_frames(alignment_tax=[{"candidate_model_id": name} for name in names]))
    domain = specifications(markup)["chart-tax-1"]["wide"]["layer"][1]["encoding"]["y"]["scale"]["domain"]
    assert [label[-7:] for label in domain] == ["dpo-050", "dpo-100"]
    assert all(label.startswith("\u2026") and len(label) <= 41 for label in domain)


def test_a_family_is_named_above_its_rows_only_where_there_are_several(make_frames, small_page):
    other = {"family": "qwen", "reference_model_id": "qwen-base", "candidate_model_id": "qwen-dpo"}
    markup = render_report(make_frames(alignment_tax=[{}, other]))
    domain = specifications(markup)["chart-tax-1"]["wide"]["layer"][1]["encoding"]["y"]["scale"]["domain"]
    assert domain == ["llama, against llama-base", "llama-dpo", "qwen, against qwen-base", "qwen-dpo"]
    assert "llama, against llama-base" not in small_page
