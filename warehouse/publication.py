"""A publication, as the targets see it: a file with every published table, which they read and copy.

Each target copies from this one file, so that all of them hold the same rows.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.connection import Warehouse
from warehouse.opening import connected, unwritable
from warehouse.publish.contents import PUBLICATION, TableContents
from warehouse.publish.postgres import write_postgres
from warehouse.publish.snapshot_file import escaped
from warehouse.transactions import DISK_ERRORS
from warehouse.whole_files import swapped_in

# Tables are copied row by row, which needs little beside what DuckDB has read and keeps.
_MEMORY_LIMIT = "300MB"
# A row group waits in memory until it is whole. DuckDB's own size, 122,880 rows, takes twice the memory.
_PARQUET = "format parquet, compression zstd, compression_level 1, row_group_size 61440"


class Publication(Warehouse):
    """The published tables of a file, open for reading.

    Attributes:
        contents: what each table holds, by its name.
        identity: the publication's id, date, run and schema version, by column of the table that holds them.
    """

    def __init__(self, path: Path, contents: dict[str, TableContents]) -> None:
        """Open a file that ``Warehouse.snapshot`` wrote; ``contents`` is what it returned."""
        super().__init__(connected(path, read_only=True, memory_limit=_MEMORY_LIMIT), path)
        self.contents = contents
        names, (row,) = self.rows(f"from {PUBLICATION}")
        self.identity = dict(zip(names, map(str, row), strict=True))

    @property
    def parquet_names(self) -> list[str]:
        """The paths of the Parquet files within a folder, one for each table."""
        return [f"{name.replace('.', '/')}.parquet" for name in self.contents]

    def database(self, path: Path) -> Path:
        """Swap this file in at ``path``; a reader that has the old one open keeps it."""
        with swapped_in(path) as building:
            try:
                os.link(self.path, building)
            except OSError:  # a file system without hard links
                shutil.copyfile(self.path, building)
        return path

    def parquet(self, folder: Path) -> list[Path]:
        """Write one Parquet file a table under ``folder/<schema>/``; returns them.

        Raises:
            WarehouseUnwritable: a file could not be written.
        """
        files = {name: folder / file for name, file in zip(self.contents, self.parquet_names, strict=True)}
        with self.one_thread(), self._copying() as cursor:  # several would each fill a row group
            for name, path in files.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                cursor.execute(f"copy {name} to '{escaped(path)}' ({_PARQUET})")
        return list(files.values())

    def postgres(self, url: str, reader: str | None) -> None:
        """Bring a PostgreSQL database to the state of this publication; see ``warehouse.publish.postgres``.

        Raises:
            WarehouseError: the database could not be written.
        """
        with self._copying() as cursor:
            write_postgres(cursor, self.contents, url, reader)

    @contextmanager
    def _copying(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of its own, so that other targets read meanwhile."""
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        except DISK_ERRORS as error:
            raise unwritable(error, self.path) from None
