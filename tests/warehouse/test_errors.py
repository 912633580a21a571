"""Failures of the disk end as one error that says what to do; errors of the caller stay what they are."""

from __future__ import annotations

import duckdb
import pytest

from warehouse import errors
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseError, WarehouseUnwritable
from warehouse.opening import unwritable
from warehouse.transactions import DISK_ERRORS


@pytest.fixture
def warehouse(tmp_path):
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def fail(warehouse, error):
    with warehouse.transaction():
        raise error


@pytest.mark.parametrize("kind", DISK_ERRORS)
def test_a_failure_of_the_disk_says_that_what_was_committed_stays(warehouse, kind):
    with pytest.raises(WarehouseUnwritable, match="What was committed stays"):
        fail(warehouse, kind("No space left on device\nmore lines"))


def test_the_message_is_the_first_line_of_duckdbs_own(warehouse):
    with pytest.raises(WarehouseUnwritable, match=r"No space left on device\. What") as raised:
        fail(warehouse, duckdb.IOException("No space left on device.\nmore lines"))
    assert "more lines" not in str(raised.value)


@pytest.mark.parametrize(
    ("said", "named"),
    [("file {}/copy.duckdb.wal is full", "copy"), ("a CHECKPOINT failed", "copy"), ('file "{}/w.wal" is full', "w")],
)
def test_the_error_names_the_file_that_could_not_be_written(tmp_path, said, named):
    error = unwritable(duckdb.IOException(said.format(tmp_path)), tmp_path / "w", tmp_path / "copy")
    assert str(error).startswith(f"cannot write {tmp_path / named}: ")


def test_another_error_passes_through_a_transaction(warehouse):
    with pytest.raises(duckdb.ConstraintException):
        fail(warehouse, duckdb.ConstraintException("a key twice"))


def test_every_error_of_the_module_is_a_warehouse_error():
    own = [value for value in vars(errors).values() if isinstance(value, type)]
    assert all(issubclass(value, WarehouseError) for value in own)
