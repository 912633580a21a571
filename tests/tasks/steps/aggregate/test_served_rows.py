"""An endpoint that serves another model under the same name: the night before against the first night after."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from tasks.stats.paired import paired_difference

ITEMS = [f"item {index}" for index in range(60)]
AFTER = "c " * 30 + "i " * 30
FALLEN = 12  # items that were right on the night before and are wrong after
NIGHT_TABLES = ("raw.cells", "raw.cell_events", "raw.plan", "raw.generations", "raw.scores")
CHANGES = "select * from reports.served_changes"


def two_nights(world, *, before, after):
    """Two nights of one model; the first 42 items are right on the night before, the first 30 after it."""
    world.benchmark("quiz", ITEMS)
    world.answers("m", "quiz", AFTER)
    world.run()
    (run,) = world.tables["raw.runs"]
    world.add("raw.runs", **{**run, "run_id": "before", "as_of_date": run["as_of_date"] - timedelta(1)})
    for name in NIGHT_TABLES:
        for row in list(world.tables[name]):
            world.add(name, **night_before(row))
    for row in world.tables["raw.generations"]:
        row["model_served"] = before if row["run_id"] == "before" else after
    for row in world.tables["raw.scores"]:
        place = ITEMS.index(row["generation_id"].split("/")[-2])
        if row["generation_id"].startswith("before/") and 30 <= place < 30 + FALLEN:
            row |= {"value": 1.0, "outcome": "correct"}


def night_before(row):
    changed = dict(row)
    if "run_id" in row:
        changed["run_id"] = "before"
    if "generation_id" in row:
        changed["generation_id"] = f"before/{row['generation_id']}"
    return changed


def test_a_change_of_the_served_model_is_compared_on_the_items(world):
    two_nights(world, before="m-2026-01", after="m-2026-02")
    (row,) = world.report(CHANGES)
    right = paired_difference(np.repeat([0.0, 1.0, 0.0], [30, FALLEN, 30 - FALLEN]), None)
    assert (row["model_served_before"], row["model_served"]) == ("m-2026-01", "m-2026-02")
    assert (row["as_of_date"] - row["date_before"]).days == 1
    assert (row["fall"], row["count_paired_items"]) == (pytest.approx(FALLEN / 60), 60)
    assert (row["fall_low"], row["fall_high"]) == pytest.approx((right.low, right.high))
    assert row["p_value_holm"] == pytest.approx(right.p_value)
    assert (row["is_significant"], row["reason"]) == (True, None)


def test_a_night_of_two_models_is_neither_before_nor_after(world):
    two_nights(world, before="m-1", after="m-2")
    row = next(row for row in world.tables["raw.generations"] if row["run_id"] == "run")
    row["model_served"] = "m-1"
    assert world.report(CHANGES) == []


@pytest.mark.parametrize("names", [("m-1", "m-1"), (None, "m-1"), ("m-1", None)])
def test_the_same_or_an_unknown_served_model_is_no_change(world, names):
    two_nights(world, before=names[0], after=names[1])
    assert world.report(CHANGES) == []


ALERTS = "select * from reports.alerts"


def test_a_fall_with_another_served_model_is_an_alarm_that_says_what_changed(world):
    two_nights(world, before="m-2026-01", after="m-2026-02")
    (alert,) = world.report(ALERTS)
    (change,) = world.report(CHANGES)
    assert (alert["kind"], alert["what_changed"], alert["is_new"]) == ("served_model", "m-2026-01 -> m-2026-02", True)
    assert alert["since_date"] == alert["as_of_date"] == change["as_of_date"]
    for name in ("fall", "fall_low", "fall_high", "p_value"):
        assert alert[name] == change[name]
    (row,) = world.warehouse.named_rows("served_now")
    assert (row["since_date"], row["model_served"], row["fall"]) == (
        *(change[name] for name in ("as_of_date", "model_served")),
        pytest.approx(FALLEN / 60),
    )


def test_a_rise_with_another_served_model_is_no_alarm(world):
    two_nights(world, before="m-2026-01", after="m-2026-02")
    for row in world.tables["raw.scores"]:
        row.update(value=1.0 - row["value"], outcome="incorrect" if row["value"] else "correct")
    assert world.report(ALERTS) == []
