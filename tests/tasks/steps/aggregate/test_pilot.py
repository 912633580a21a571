"""The variance in earlier comparisons, from which later ones are planned."""

from datetime import date

from tasks.steps.aggregate.pilot import night_variances, pilots


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


def test_the_variance_between_nights_is_that_of_the_newest_series(world):
    assert night_variances(world.warehouse) == {}
    keys = {"as_of_date": date(2026, 1, 2), "series_id": "s"}
    night = {"run_id": "r", "cell_id": "a/b/chat", "night_number": 2, "phase": "reference", "count_items": 2}
    rule = {"count_answered": 2, "alpha": 0.05, "tolerance": 0.01, "rule_hash": "h"}
    world.warehouse.replace("stats.monitor_nights", ["2026-01-02"], [keys | night | rule])
    sums = [{"item_id": str(total), "count_nights": 2, "total": total, "total_squares": total} for total in (1.0, 2.0)]
    world.warehouse.replace("stats.monitor_items", ["2026-01-02"], [keys | row for row in sums])
    assert night_variances(world.warehouse) == {"a/b/chat": 0.25}
