"""A publication, as the targets see it: a file with every published table, which they read and copy.

Each target copies from this one file, so that all of them hold the same rows.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from warehouse.connection import Warehouse
from warehouse.opening import MEMORY_LIMIT
from warehouse.publish.contents import PUBLICATION, TableContents, published_tables
from warehouse.publish.postgres import write_postgres
from warehouse.publish.snapshot_file import escaped
from warehouse.whole_files import swapped_in


class Publication(Warehouse):
    """The published tables of a file, open for reading.

    Attributes:
        contents: what each table holds, by its name.
        identity: the publication's id, date, run and schema version, by column of the table that holds them.
    """

    def __init__(self, path: Path, contents: dict[str, TableContents]) -> None:
        """Open a file that ``Warehouse.snapshot`` wrote; ``contents`` is what it returned."""
        connection = duckdb.connect(str(path), read_only=True)
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        connection.execute("set TimeZone = 'UTC'")
        super().__init__(connection, path)
        self.contents = contents
        names, (row,) = self.rows(f"from {PUBLICATION}")
        self.identity = dict(zip(names, map(str, row), strict=True))

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
        files = {table.name: folder / f"{table.name.replace('.', '/')}.parquet" for table in published_tables()}
        with self._lent() as connection:
            for name, path in files.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                connection.execute(f"copy {name} to '{escaped(path)}' (format parquet, compression zstd)")
        return list(files.values())

    def postgres(self, url: str, reader: str | None) -> None:
        """Bring a PostgreSQL database to the state of this publication; see ``warehouse.publish.postgres``.

        Raises:
            WarehouseError: the database could not be written.
        """
        with self._lent() as connection:
            write_postgres(connection, self.contents, url, reader)
