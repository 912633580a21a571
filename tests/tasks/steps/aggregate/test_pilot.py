"""The variance in earlier comparisons, from which later ones are planned."""

from tasks.steps.aggregate.pilot import pilots


def compared(world, reference, candidate):
    world.benchmark("b", [f"item {index}" for index in range(len(reference.split()))])
    world.pair("base", "aligned")
    world.answers("base", "b", reference)
    world.answers("aligned", "b", candidate)
    world.report("select 1 from marts.comparisons")


def test_an_earlier_comparison_gives_a_pilot_variance_for_its_benchmark(world):
    compared(world, "c c c c i i", "c i c i c i")
    (key,) = pilots(world.warehouse)
    assert key == ("aligned", "b")


def test_a_comparison_in_which_no_item_differed_gives_no_pilot_variance(world):
    compared(world, "c c i i", "c c i i")
    assert pilots(world.warehouse) == {}
