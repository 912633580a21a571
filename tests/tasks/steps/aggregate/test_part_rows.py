"""Where a tax comes from: parts that add up, and a refusal that is no wrong answer."""

import pytest

DECOMPOSITION = "select * from reports.tax_decomposition where is_headline order by component"
TAX = "select * from reports.alignment_tax where is_headline"


def compared(world, reference, candidate, **benchmark):
    items = [f"item {index}" for index in range(len(reference.split()))]
    world.benchmark("b", items, **benchmark)
    world.pair("base", "aligned")
    world.answers("base", "b", reference)
    world.answers("aligned", "b", candidate)


def parts(world):
    return {row["component"]: row["tax_part"] for row in world.report(DECOMPOSITION)}


def test_a_model_that_merely_refuses_has_a_refusal_tax_and_no_wrong_answer_tax(world):
    compared(world, "c c c c c c i i i i", "c c c r r r i i i r")
    assert parts(world) == {"wrong_answer": 0, "refusal": 0.3, "filter": 0, "truncation": 0, "format": 0}


def test_each_ending_has_its_part_and_they_add_up_to_the_tax(world):
    compared(world, "c c c c c i i u", "i r f t u c i c")
    found = parts(world)
    # The last item was lost by the base's format: it counts below 0 there.
    assert found == {"wrong_answer": 0, "refusal": 1 / 8, "filter": 1 / 8, "truncation": 1 / 8, "format": 0}
    assert sum(found.values()) == world.report(TAX)[0]["tax_absolute"]


def test_a_windfall_is_decomposed_as_a_tax_is_with_the_opposite_sign(tmp_path, world):
    compared(world, "r r u i c c", "c c c c c i")
    assert parts(world) == {
        "wrong_answer": 0,
        "refusal": pytest.approx(-2 / 6),
        "filter": 0,
        "truncation": 0,
        "format": pytest.approx(-1 / 6),
    }


def test_a_part_without_any_answers_still_has_an_interval_with_a_width(world):
    compared(world, "c c c c c c i i i i", "c c c r r r i i i r")
    rows = world.report(DECOMPOSITION)
    assert all(row["tax_part_low"] < row["tax_part"] < row["tax_part_high"] for row in rows)
    assert [row["reason"] for row in rows] == [None] * 5
    counts = {row["component"]: (row["count_answers_reference"], row["count_answers_candidate"]) for row in rows}
    assert counts == {
        "filter": (0, 0),
        "format": (0, 0),
        "refusal": (0, 4),
        "truncation": (0, 0),
        "wrong_answer": (4, 3),
    }


def test_repeats_are_split_over_all_their_pairs(world):
    # Item means say "no change" on both items; over pairs of repeats a refusal cost what a right answer gained.
    compared(world, "ci cc", "cr ci")
    found = parts(world)
    assert found["refusal"] == pytest.approx(0.25 / 2)
    # First item: the base's wrong answer loses to the right one (1/4). Second: half of the pairs lose.
    assert found["wrong_answer"] == pytest.approx((-0.25 + 0.5) / 2)
    assert sum(found.values()) == pytest.approx(world.report(TAX)[0]["tax_absolute"], abs=1e-12)


def test_a_failed_answer_has_no_part(world):
    compared(world, "c c c c", "c - r c")
    assert parts(world)["refusal"] == pytest.approx(1 / 3)
    row = world.report(TAX)[0]
    assert (row["bound_low"], row["bound_high"]) == (0.25, 0.5)
    assert row["identified_low"] < row["bound_low"] < row["bound_high"] < row["identified_high"]
    assert row["missing_asymmetry"] == 0.25


def test_under_the_chance_rule_an_unparsed_answer_loses_all_but_chance(world):
    compared(world, "c c c c", "u c c c")
    rows = world.report("select * from reports.tax_decomposition where component = 'format' order by unparsed_rule")
    assert {row["unparsed_rule"]: row["tax_part"] for row in rows} == {
        "chance": pytest.approx(0.75 / 4),
        "exclude": 0,
        "wrong": 0.25,
    }
