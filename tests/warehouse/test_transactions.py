"""A transaction is all or nothing, whatever ended it."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.transactions import committed


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
