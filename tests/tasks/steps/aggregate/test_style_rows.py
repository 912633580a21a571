"""The effect of a prompt style is separated from the tax, and repeats measure the noise."""

import pytest


def items(count):
    return [f"item {index}" for index in range(count)]


def test_a_tax_across_styles_is_the_style_effect_plus_the_tax_within_one_style(world):
    world.benchmark("b", items(40))
    world.pair("base", "aligned")
    world.answers("base", "b", "c " * 30 + "i " * 10, style="completion")
    world.answers("base", "b", "c " * 18 + "u " * 22, style="chat", is_primary=False)
    world.answers("aligned", "b", "c " * 16 + "i " * 24, style="chat")
    rows = world.report("select * from reports.format_control")
    found = {row["contrast"]: row["difference"] for row in rows}
    assert found == {
        "tax_across_styles": pytest.approx(14 / 40),
        "style_effect_reference": pytest.approx(12 / 40),
        "tax_within_chat": pytest.approx(2 / 40),
    }
    assert all(row["difference_low"] < row["difference"] < row["difference_high"] for row in rows)


def test_a_pair_asked_in_one_style_only_has_no_format_control(world):
    world.benchmark("b", items(4))
    world.pair("base", "aligned")
    world.answers("base", "b", "c c c c")
    world.answers("aligned", "b", "c c c i")
    assert world.report("select * from reports.format_control") == []


def test_repeats_give_the_noise_floor_of_a_model(world):
    world.benchmark("b", items(40))
    world.answers("steady", "b", "cc " * 20 + "ii " * 20)
    world.answers("flickering", "b", "ci " * 20 + "ii " * 20)
    world.answers("once", "b", "c " * 40)
    rows = {row["model_id"]: row for row in world.report("select * from reports.reliability")}
    noisy = rows["flickering"]
    assert (noisy["variance_within"], noisy["noise_floor"]) == (
        0.25,
        pytest.approx(1.96 * (0.25 / 40) ** 0.5, rel=1e-3),
    )
    assert noisy["self_difference_low"] < 0 < noisy["self_difference_high"]
    assert (rows["steady"]["noise_floor"], rows["steady"]["reason"]) == (None, "answers_never_vary")
    assert rows["steady"]["variance_within_high"] > 0
    assert (rows["once"]["variance_within"], rows["once"]["reason"]) == (None, "one_repeat")
