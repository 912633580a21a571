"""A transaction is all or nothing, whatever ended it; rows in any order are the same rows."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.transactions import any_order, committed


@pytest.fixture
def connection():
    connection = duckdb.connect()
    connection.execute("create table numbers (n integer)")
    return connection


def count(connection):
    return connection.execute("select count(*) from numbers").fetchone()[0]


def test_statements_inside_take_effect_together(connection):
    with committed(connection):
        connection.execute("insert into numbers values (1)")
        connection.execute("insert into numbers values (2)")
    assert count(connection) == 2


@pytest.mark.parametrize("error", [KeyError("stop"), KeyboardInterrupt()])
def test_nothing_takes_effect_if_an_error_ends_it(connection, error):
    def fail():
        with committed(connection):
            connection.execute("insert into numbers values (1)")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert count(connection) == 0


def test_the_error_is_told_even_where_nothing_can_be_taken_back(connection):
    def fail():
        with committed(connection):
            connection.rollback()
            raise KeyError("stop")

    with pytest.raises(KeyError):
        fail()


def test_a_table_in_any_order_has_the_same_rows_and_a_sorted_one_stays_sorted(connection):
    with any_order(connection):
        connection.execute("create table large as select unnest(range(1_000_000)) as n")
        connection.execute("create table copied as from large")
        connection.execute("create table turned as from large order by n desc")
    summed = connection.execute("select count(*), sum(n), count(distinct n) from copied").fetchone()
    assert summed == (1_000_000, 499_999_500_000, 1_000_000)
    assert connection.execute("select n from turned").fetchnumpy()["n"][::250_000].tolist() == [
        999_999, 749_999, 499_999, 249_999,
    ]  # fmt: skip


def test_the_order_counts_again_after_an_error(connection):
    with pytest.raises(KeyError), any_order(connection):
        raise KeyError("stop")
    assert connection.execute("select current_setting('preserve_insertion_order')").fetchone() == (True,)
