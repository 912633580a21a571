"""A hash says whether rows changed, and in which part of a table."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.publish.contents import PublishedTable, contents

TABLE = PublishedTable("t", "", {"as_of_date": "", "value": ""}, "as_of_date")
ROWS = ["(date '2026-01-30', 1)", "(date '2026-01-31', 2)", "(date '2026-01-31', 3)", "(null, 4)"]


@pytest.fixture
def held():
    def of(*rows: str):
        connection = duckdb.connect()
        connection.execute(f"create table t as from (values {', '.join(rows)}) as v(as_of_date, value)")
        return contents(connection, TABLE)

    return of


def test_the_order_of_rows_is_no_content(held):
    assert held(*ROWS) == held(*reversed(ROWS))


def test_a_changed_row_changes_its_date_alone(held):
    before, after = held(*ROWS), held(*ROWS[:2], "(date '2026-01-31', 5)", ROWS[3])
    assert before.count_rows == after.count_rows == 4
    assert before.content_hash != after.content_hash
    assert {part for part in before.parts if before.parts[part] != after.parts[part]} == {"2026-01-31"}
    assert list(before.parts) == ["", "2026-01-30", "2026-01-31"]


def test_a_row_twice_is_another_content(held):
    assert held(*ROWS).content_hash != held(*ROWS, ROWS[0], ROWS[0]).content_hash
