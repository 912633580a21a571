import math

import pytest

from tasks.report.model_places import AxisMean, axis_means, chains, mean_of_independent, places
from tasks.report.sections.what_it_bought import WHAT_IT_BOUGHT


@pytest.fixture
def score_rows(make_frames):
    return lambda *rows: make_frames(model_scores=rows).rows(WHAT_IT_BOUGHT.sources)["model_scores"]


def test_the_mean_of_one_benchmark_keeps_its_own_limits():
    (mean,) = [mean_of_independent([AxisMean(0.7, 0.6, 0.75)])]
    assert (mean.estimate, mean.low, mean.high) == pytest.approx((0.7, 0.6, 0.75))


def test_limits_of_a_mean_add_as_squares_on_each_side():
    mean = mean_of_independent([AxisMean(0.5, 0.4, 0.6), AxisMean(0.7, 0.67, 0.9)])
    assert mean.estimate == pytest.approx(0.6)
    assert mean.low == pytest.approx(0.6 - math.hypot(0.1, 0.03) / 2)
    assert mean.high == pytest.approx(0.6 + math.hypot(0.1, 0.2) / 2)


def test_a_benchmark_without_limits_leaves_the_mean_without_limits():
    assert mean_of_independent([AxisMean(0.5, 0.4, 0.6), AxisMean(0.7, None, 0.9)]) == AxisMean(0.6, None, None)


def test_a_model_that_lacks_a_benchmark_of_its_family_has_no_mean(score_rows):
    rows = score_rows({}, {"benchmark_id": "mmlu"}, {"model_id": "llama-dpo"}, {"model_id": "qwen", "family": "qwen"})
    assert set(axis_means(rows, "capability")) == {"llama-base", "qwen"}


def test_subsets_control_styles_and_other_dimensions_stay_out_of_the_mean(score_rows):
    rows = score_rows(
        {"score": 0.5},
        {"score": 0.9, "subset": "algebra"},
        {"score": 0.9, "is_primary_style": False, "prompt_style": "chat"},
        {"score": 0.9, "dimension": "instruction_following", "benchmark_id": "ifeval"},
    )
    assert axis_means(rows, "capability")["llama-base"].estimate == 0.5


@pytest.mark.parametrize(
    ("dimension", "higher_is_better", "expected"),
    [
        ("safety", True, (0.8, 0.7, 0.85)),
        ("safety", False, (0.2, 0.15, 0.3)),
        ("over_refusal", True, (0.2, 0.15, 0.3)),
    ],
)
def test_rates_grow_with_the_name_of_the_axis(score_rows, dimension, higher_is_better, expected):
    row = {"dimension": dimension, "higher_is_better": higher_is_better}
    mean = axis_means(score_rows({**row, "score": 0.8, "score_low": 0.7, "score_high": 0.85}), dimension)["llama-base"]
    assert (mean.estimate, mean.low, mean.high) == pytest.approx(expected)


def test_models_are_numbered_along_the_knob_and_lines_run_from_the_base(make_frames):
    knob = {"method": "dpo", "knob_name": "beta"}
    scores = [
        {"model_id": "llama-strong", **knob, "knob_value": 10.0},
        {"model_id": "llama-weak", **knob, "knob_value": 9.0},
        {"model_id": "llama-merged", "method": "merge"},
        {},
    ]
    taxes = [{"candidate_model_id": name} for name in ("llama-strong", "llama-weak", "llama-merged", "not-scored")]
    taxes.append({"candidate_model_id": "llama-base", "reference_model_id": "llama-strong", "kind": "version"})
    tables = make_frames(model_scores=scores, alignment_tax=taxes).rows(WHAT_IT_BOUGHT.sources)
    assert [place.model_id for place in places(tables["model_scores"])] == [
        "llama-base",
        "llama-weak",
        "llama-strong",
        "llama-merged",
    ]
    assert chains(tables["model_scores"], tables["alignment_tax"]) == [
        ("llama-base", "llama-weak", "llama-strong"),
        ("llama-base", "llama-merged"),
    ]
