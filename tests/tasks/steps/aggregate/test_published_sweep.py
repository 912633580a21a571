"""The published sweep of a steering vector goes the way of our own sweeps, and its figures stay what they were."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tasks.stats.sweep import optimum, sweep_means
from tasks.steps.aggregate.families import Family, Member
from tasks.steps.aggregate.sweep_rows import sweep_rows
from tests.support.published_sweep import steering_sweep

DIMENSIONS = {"in_distribution": "safety", "truthful_qa": "truthfulness"}


@pytest.fixture(scope="module")
def published(shared_data):
    return {kind: steering_sweep(shared_data, kind) for kind in DIMENSIONS}


@pytest.fixture(scope="module")
def shown(published):
    """The shown row of each benchmark, from the answers as a family of models that a run evaluated."""
    frames, members = [], {}
    for kind, (strengths, scores) in published.items():
        for strength, values in zip(strengths, scores.T, strict=True):
            name = f"llama@{strength:g}"
            knob = ("llama@0", "steered", "strength", float(strength)) if strength else (None, "none", None, None)
            members[name] = Member(name, *knob)
            items = [f"{kind}-{number}" for number in range(len(values))]
            frames.append(
                pl.DataFrame({"item_id": items, "cluster_id": items, "value": values}).with_columns(
                    model_id=pl.lit(name),
                    benchmark_id=pl.lit(kind),
                    benchmark_version=pl.lit("1"),
                    dimension=pl.lit(DIMENSIONS[kind]),
                )
            )
    family = Family("2026-01-31", "llama", "run", tuple(members.values()), pl.concat(frames))
    return {row["benchmark_id"]: row for row in sweep_rows(family, 1.0) if row["is_shown"]}


def test_behaviour_moves_along_a_line_and_truthfulness_bends_as_published(shown):
    behaviour, truth = shown["in_distribution"], shown["truthful_qa"]
    assert (behaviour["form"], behaviour["shape"], behaviour["count_strengths"]) == ("line", "rising", 11)
    assert behaviour["slope"] == pytest.approx(0.02565, abs=1e-5)
    assert (behaviour["small_strength_from"], behaviour["small_strength_to"]) == (-3.0, 3.0)
    assert (truth["form"], truth["shape"], truth["count_strengths"]) == ("parabola", "concave", 7)
    assert truth["vertex"] == pytest.approx(-0.381, abs=0.001)
    assert (round(truth["vertex_low"], 2), round(truth["vertex_high"], 2)) == (-0.76, -0.08)
    assert truth["criterion"] * 1e4 == pytest.approx(30.54, abs=0.01)


def test_the_efficient_window_is_that_of_the_statistic(published, shown):
    alignment, helpfulness = (sweep_means(*published[kind], None) for kind in DIMENSIONS)
    found, row = optimum(alignment, helpfulness, 1.0, is_alignment_line=True), shown["truthful_qa"]
    for name, ratio in (("optimum", found.strength), ("window_end", found.window)):
        ours = [row[name], row[f"{name}_low"], row[f"{name}_high"]]
        assert np.allclose(ours, [ratio.estimate, ratio.low, ratio.high], rtol=1e-9), name
    assert row["is_optimum_inside"]
