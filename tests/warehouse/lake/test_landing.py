"""A worker lands its rows in the end, whoever else writes, and gives up with one line after ten minutes."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.connection import Warehouse
from warehouse.errors import LakeUnreachable
from warehouse.lake import landing
from warehouse.lake.landing import Lake


@pytest.fixture
def slept(monkeypatch):
    """The pauses, which cost no time; the clock goes on by each, and by a minute for each attempt."""
    pauses, clock = [], [0.0]

    def sleep(seconds):
        pauses.append(seconds)
        clock[0] += seconds

    def monotonic():
        clock[0] += 60
        return clock[0]

    monkeypatch.setattr(landing.time, "sleep", sleep)
    monkeypatch.setattr(landing.time, "monotonic", monotonic)
    monkeypatch.setattr(landing.random, "uniform", lambda _, longest: longest)
    return pauses


def failing(monkeypatch, *errors, loses_connection):
    """The next attempts to append fail; those after them work."""
    left, append = list(errors), Warehouse.append_new

    def attempt(warehouse, tables, also=None):
        if left:
            if loses_connection:
                warehouse.close()
            raise left.pop(0)
        return append(warehouse, tables, also)

    monkeypatch.setattr(Warehouse, "append_new", attempt)


def test_rows_land_over_a_new_connection_after_attempts_that_failed(builder, lake, failure, slept, monkeypatch):
    with Lake.join(lake) as joined:
        errors = duckdb.TransactionException("conflict"), duckdb.IOException("closed the connection")
        failing(monkeypatch, *errors, loses_connection=True)
        assert joined.append_new({"raw.failures": [failure(1)]}) == 1
        assert joined.rows("select generation_id from raw.failures")[1] == [("g1",)]
    assert slept == [0.1, 0.2]


def test_a_connection_that_cannot_be_renewed_is_kept_for_the_next_attempt(builder, lake, failure, slept, monkeypatch):
    with Lake.join(lake) as joined:
        first = joined._connection

        def refuse(*_):
            raise LakeUnreachable("no")

        failing(monkeypatch, duckdb.IOException("away"), loses_connection=False)
        monkeypatch.setattr(landing, "attach", refuse)
        assert joined.append_new({"raw.failures": [failure(1)]}) == 1
        assert joined._connection is first


def test_a_lake_that_stays_away_is_one_line_after_ten_minutes(builder, lake, failure, slept, monkeypatch):
    with Lake.join(lake) as joined:
        failing(monkeypatch, *[duckdb.IOException("IO Error: away.\nmore")] * 20, loses_connection=False)
        with pytest.raises(
            LakeUnreachable, match=r"the lake at ducklake:stand-in does not answer: IO Error: away\. The"
        ):
            joined.append_new({"raw.failures": [failure(1)]})
    assert max(slept) == 5
    assert len(slept) == 9


def test_a_lake_that_goes_while_it_is_joined_is_joined_anew(builder, lake, slept, monkeypatch):
    errors = [duckdb.Error("Failed to get partition information from DuckLake: server closed the connection")]

    def check(*_):
        if errors:
            raise errors.pop()

    monkeypatch.setattr(landing, "check_version", check)
    with Lake.join(lake) as joined:
        assert joined.rows("select count(*) from raw.failures")[1] == [(0,)]
    assert slept == [0.1]
