"""Each fact is taken in once, however snapshots are counted, and the builder's file knows how far it has come."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from warehouse.lake import taking
from warehouse.lake.landing import Lake
from warehouse.lake.place import attached
from warehouse.lake.taking import Snapshots, due, take_in


def taken(builder):
    return sorted(name for (name,) in builder.rows("select generation_id from raw.failures")[1])


def noted(builder):
    return builder.rows("select catalog, snapshot_id from meta.lakes")[1]


def snapshots(builder, lake):
    with builder.lent() as connection, attached(connection, lake):
        return list(due(connection, lake))


def test_only_what_came_since_is_taken_in(builder, lake, failure):
    lake.land(failure(1), failure(2))
    assert snapshots(builder, lake) == [Snapshots(1, 1)]
    assert take_in(builder, lake) == 2
    assert noted(builder) == [(lake.catalog, 1)]
    assert (take_in(builder, lake), snapshots(builder, lake)) == (0, [])
    lake.land(failure(3))
    assert take_in(builder, lake) == 1
    assert taken(builder) == ["g1", "g2", "g3"]


def test_a_fact_that_landed_twice_is_taken_in_once(builder, lake, failure):
    row = failure(1)
    lake.land(row, row)
    assert take_in(builder, lake) == 1
    lake.land(row)
    assert take_in(builder, lake) == 0
    assert taken(builder) == ["g1"]


def test_of_many_answers_some_at_a_time_are_in_memory_and_each_is_taken_in_once(builder, lake, answer, monkeypatch):
    monkeypatch.setattr(taking, "_ROWS", 10)
    lake.land(*map(answer, range(3_000)), table="raw.generations")
    lake.land(*map(answer, range(2_500, 3_500)), table="raw.generations")
    with builder.lent() as connection, attached(connection, lake):
        pieces = list(taking.facts(connection, lake, Snapshots(1, 2)))
    assert max(len(rows) for piece in pieces for rows in piece.rows.values()) < 3_000
    assert [piece.is_last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert take_in(builder, lake) == 3_500
    assert builder.rows("select count(*), count(distinct generation_id) from raw.generations")[1] == [(3_500, 3_500)]


def test_many_snapshots_are_taken_in_some_at_a_time(builder, lake, failure, monkeypatch):
    monkeypatch.setattr(taking, "_SNAPSHOTS", 2)
    for number in range(1, 6):
        lake.land(failure(number))
    assert snapshots(builder, lake) == [Snapshots(1, 2), Snapshots(3, 4), Snapshots(5, 5)]
    assert take_in(builder, lake) == 5


@pytest.mark.parametrize(
    ("change", "last"),
    [
        ("delete from snapshots where snapshot_id < 3", 3),  # the next one has expired
        ("delete from snapshots where snapshot_id > 0", 0),  # the lake was made anew, and counts from the start
    ],
)
def test_where_the_next_snapshot_is_not_there_every_fact_is_looked_at(builder, lake, failure, change, last):
    lake.land(failure(1))
    take_in(builder, lake)
    lake.land(failure(2))
    lake.land(failure(3))
    lake.change(change)
    assert snapshots(builder, lake) == [Snapshots(None, last)]
    assert take_in(builder, lake) == 2
    assert (taken(builder), noted(builder)) == (["g1", "g2", "g3"], [(lake.catalog, last)])


def test_how_far_it_has_come_is_noted_only_with_the_facts(builder, lake, failure, monkeypatch):
    def breaks(*_):
        raise RuntimeError("killed")

    lake.land(failure(1))
    before = noted(builder)
    with monkeypatch.context() as patched:
        patched.setattr("warehouse.lake.taking.note", breaks)
        with pytest.raises(RuntimeError, match="killed"):
            take_in(builder, lake)
    assert (taken(builder), noted(builder)) == ([], before)
    assert take_in(builder, lake) == 1


def test_money_beside_answers_counts_as_no_request(builder, lake, failure):
    names = {name: failure(1)[name] for name in ("run_id", "cell_id", "generation_id")}
    counts = dict.fromkeys(("count_requests", "tokens_input", "tokens_output", "cost_usd", "cost_held_usd"), 1)
    spent = {**names, **counts, "model_id": "m", "role": "answer", "spent_at": datetime.now(UTC)}
    lake.land(failure(1))
    lake.land(spent, table="raw.extra_spend")
    assert take_in(builder, lake) == 1
    assert builder.rows("select count(*) from raw.extra_spend")[1] == [(1,)]


def test_a_lake_gets_the_columns_that_came_later(builder, lake):
    lake.change("alter table raw.generations drop column finish_word")
    take_in(builder, lake)
    with Lake.join(lake) as joined:
        assert joined.schema("raw.generations") == builder.schema("raw.generations")
