"""The parts of a tax: wrong answers, refusals, filters, truncation and format, which add up to it."""

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


def test_a_model_that_only_refuses_more_has_a_refusal_part_and_no_wrong_answer_part(world):
    compared(world, "c c c c c c i i i i", "c c c r r r i i i r")
    assert parts(world) == {"wrong_answer": 0, "refusal": 0.3, "filter": 0, "truncation": 0, "format": 0}


def test_the_parts_of_all_kinds_of_ending_add_up_to_the_tax(world):
    compared(world, "c c c c c i i u", "i r f t u c i c")
    found = parts(world)
    # On the last item the base was unparsed and the candidate right, which subtracts one item from the format part.
    assert found == {"wrong_answer": 0, "refusal": 1 / 8, "filter": 1 / 8, "truncation": 1 / 8, "format": 0}
    assert sum(found.values()) == world.report(TAX)[0]["tax_absolute"]


def test_the_parts_of_a_windfall_have_a_negative_sign(tmp_path, world):
    compared(world, "r r u i c c", "c c c c c i")
    assert parts(world) == {
        "wrong_answer": 0,
        "refusal": pytest.approx(-2 / 6),
        "filter": 0,
        "truncation": 0,
        "format": pytest.approx(-1 / 6),
    }


def test_a_part_without_any_answers_still_has_an_interval_of_positive_width(world):
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


def test_with_repeats_the_parts_are_averages_over_all_pairs_of_repeats(world):
    # The mean of neither item changes. Over pairs of repeats, a refusal loses what a right answer gains.
    compared(world, "ci cc", "cr ci")
    found = parts(world)
    assert found["refusal"] == pytest.approx(0.25 / 2)
    # First item: in 1 of 4 pairs a wrong answer of the base meets a right one. Second item: 2 of 4 pairs lose.
    assert found["wrong_answer"] == pytest.approx((-0.25 + 0.5) / 2)
    assert sum(found.values()) == pytest.approx(world.report(TAX)[0]["tax_absolute"], abs=1e-12)


def test_a_failed_answer_is_left_out_of_the_parts(world):
    compared(world, "c c c c", "c - r c")
    assert parts(world)["refusal"] == pytest.approx(1 / 3)
    row = world.report(TAX)[0]
    assert (row["bound_low"], row["bound_high"]) == (0.25, 0.5)
    assert row["identified_low"] < row["bound_low"] < row["bound_high"] < row["identified_high"]
    assert row["missing_asymmetry"] == 0.25


def test_under_the_chance_rule_an_unparsed_answer_keeps_the_score_of_guessing(world):
    compared(world, "c c c c", "u c c c")
    rows = world.report("select * from reports.tax_decomposition where component = 'format' order by unparsed_rule")
    assert {row["unparsed_rule"]: row["tax_part"] for row in rows} == {
        "chance": pytest.approx(0.75 / 4),
        "exclude": 0,
        "wrong": 0.25,
    }
