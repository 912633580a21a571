"""What earlier comparisons say about the variance of the next ones."""

from tasks.steps.aggregate.pilot import pilots


def compared(world, reference, candidate):
    world.benchmark("b", [f"item {index}" for index in range(len(reference.split()))])
    world.pair("base", "aligned")
    world.answers("base", "b", reference)
    world.answers("aligned", "b", candidate)
    world.report("select 1 from marts.comparisons")


def test_a_compared_model_has_a_pilot_for_its_benchmark(world):
    compared(world, "c c c c i i", "c i c i c i")
    (key,) = pilots(world.warehouse)
    assert key == ("aligned", "b")


def test_where_no_item_differed_there_is_no_pilot(world):
    compared(world, "c c i i", "c c i i")
    assert pilots(world.warehouse) == {}
