"""What was answered along a knob, from answers to the report: scores, and how many answers were senseless."""

import pytest

ITEMS = [f"i{n}" for n in range(10)]
# Right answers and senseless ones at each strength; the base is strength 0.
ALONG = {"base": (None, 9, 0), "warm-1": (1.0, 8, 0), "warm-2": (2.0, 6, 2), "cold-1": (-1.0, 7, 1)}


@pytest.fixture(scope="module")
def along(shared_world):
    world = shared_world
    world.benchmark("sums", ITEMS)
    world.benchmark("conduct", ITEMS, dimension="safety", scorer="refuses", higher_is_better=False)
    for name, (strength, count_right, count_odd) in ALONG.items():
        texts = ("model_version", "family", "provider", "endpoint", "api", "model_name", "parameters_json")
        steered = {"method": "warm", "knob_name": "strength", "base_model_id": "base"} if strength else {}
        world.add(
            "raw.models",
            **({"run_id": "run", "model_id": name, "is_simulated": False, "knob_value": strength} | steered),
            **dict.fromkeys(texts, "family"),
        )
        if strength:
            world.pair("base", name)
        outcomes = "c " * count_right + "i " * (10 - count_right)
        flags = ["senseless"] * count_odd + ["empty"] * (10 - count_odd)
        world.answers(name, "sums", outcomes, flags=flags)
        world.answers(name, "conduct", outcomes)
    return world


def test_each_strength_has_its_score_and_its_senseless_answers_and_the_base_is_strength_0(along):
    columns = "strength, model_id, axis, score, count_answers, count_texts, count_senseless, rate_senseless"
    rows = along.report(f"select {columns} from reports.sweep_points where benchmark_id = 'sums' order by strength")
    assert [tuple(row.values()) for row in rows] == [
        (-1.0, "cold-1", "helpfulness", 0.7, 10, 10, 1, 0.1),
        (0.0, "base", "helpfulness", 0.9, 10, 10, 0, 0.0),
        (1.0, "warm-1", "helpfulness", 0.8, 10, 10, 0, 0.0),
        (2.0, "warm-2", "helpfulness", 0.6, 10, 10, 2, 0.2),
    ]


def test_the_behaviour_stands_beside_it_turned_so_that_more_is_better(along):
    rows = along.report("select axis, score from reports.sweep_points where benchmark_id = 'conduct' order by strength")
    assert [tuple(row.values()) for row in rows] == [("alignment", score) for score in (0.3, 0.1, 0.2, 0.4)]


def test_the_curve_is_fitted_to_the_same_strengths(along):
    query = "select distinct count_strengths, knob_low, knob_high from reports.sweep_fit"
    assert [tuple(row.values()) for row in along.report(query)] == [(4, -1.0, 2.0)]
