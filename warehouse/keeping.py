"""Back a warehouse up, restore it, and give unused space back to the disk.

A backup is a warehouse itself: one DuckDB file, without unused space, and with one table more, `meta.backup`. It holds
when the backup was made, the rows and a hash of each table, and the configuration.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from warehouse.errors import WarehouseBusy, WarehouseDamaged, WarehouseError, WarehouseMissing
from warehouse.migrate import newest_migration
from warehouse.opening import connected, open_error, opened_for_writing, unwritable
from warehouse.recognition import check_format
from warehouse.transactions import DISK_ERRORS
from warehouse.whole_copy import MANIFEST, TableRows, copy_whole, held_for_reading
from warehouse.whole_files import swapped_in

_NOT_RESTORED = "Nothing was changed: `aligntax restore` takes a file that `aligntax backup` wrote."


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: its newest migration, and the rows of each table.

    ``made_at`` and ``config``, the text of the configuration, are None in a copy that `aligntax backup` did not write.
    """

    schema_version: str
    tables: Mapping[str, TableRows]
    made_at: datetime | None = None
    config: str | None = None

    def count(self, table: str) -> int:
        """The rows of a table; 0 where this version of the schema lacks it."""
        return self.tables[table].count_rows if table in self.tables else 0


@dataclass(frozen=True, slots=True)
class _Manifest:
    """The row of `meta.backup`."""

    made_at: datetime
    duckdb_version: str
    tables: Mapping[str, TableRows]
    config: str


def back_up(path: Path, target: Path, made_at: datetime, config: str) -> Backup:
    """Write a backup of the warehouse at ``path``, and read it again to compare. Nobody can write meanwhile.

    Raises:
        WarehouseMissing: there is no warehouse.
        WarehouseBusy: another process writes it.
        WarehouseError: the target exists or cannot be written, or the warehouse is damaged.
    """
    if not path.exists():
        raise WarehouseMissing(f"{path} does not exist, so there is nothing to back up.")
    if target.exists():
        raise WarehouseError(f"{target} exists already. Name another file, or a folder.")
    with swapped_in(target) as building, held_for_reading(path, building.parent) as connection:

        def note(copy: str, held: Mapping[str, TableRows]) -> None:
            _add_manifest(connection, copy, _Manifest(made_at, duckdb.__version__, held, config))

        tables = copy_whole(connection, building, note)
        building.chmod(0o600)
        return Backup(newest_migration(connection) or "", tables, made_at, config)


def restore(file: Path, path: Path, kept: Path) -> Backup:
    """Put the contents of a backup in the place of the warehouse at ``path``, which stays beside it as ``kept``.

    Raises:
        WarehouseMissing: there is no such backup.
        WarehouseBusy: another process uses the warehouse.
        WarehouseDamaged: the backup is damaged.
        WarehouseError: the file is no backup, or one of a newer version.
    """
    if not file.exists():
        raise WarehouseMissing(f"{file} does not exist. {_NOT_RESTORED}")
    place = path.resolve()
    with _held(place), swapped_in(place) as building:
        backup = _written_anew(file, building)
        building.chmod(0o600)
        if place.exists():
            _keep_beside(place, kept)
    return backup


def config_of(file: Path) -> str | None:
    """The configuration that a backup holds; None where it holds none, or where the file is no backup."""
    with (
        TemporaryDirectory() as overflow,
        suppress(WarehouseError),
        held_for_reading(file, Path(overflow)) as connection,
    ):
        manifest = _manifest(connection)
        return manifest.config if manifest else None
    return None


def compact(path: Path) -> tuple[int, int]:
    """Write the warehouse anew without unused space; returns its bytes before and after.

    Raises:
        WarehouseMissing: there is no warehouse.
        WarehouseBusy: another process uses it.
        WarehouseUnwritable: the disk has no room for the new file. The old one stays.
    """
    if not path.exists():
        raise WarehouseMissing(f"{path} does not exist, so there is nothing to compact.")
    place = path.resolve()
    with closing(opened_for_writing(place)) as connection:
        try:
            connection.execute("checkpoint")
            before = place.stat().st_size
            with swapped_in(place) as building:
                copy_whole(connection, building)
        except DISK_ERRORS as error:
            raise unwritable(error, place) from None
    return before, place.stat().st_size


def _add_manifest(connection: duckdb.DuckDBPyConnection, database: str, made: _Manifest) -> None:
    table = f"{database}.{MANIFEST}"
    connection.execute(
        f"create table {table} (made_at timestamptz not null, duckdb_version varchar not null, "
        "tables_json varchar not null, config varchar not null)"
    )
    tables = json.dumps({name: asdict(rows) for name, rows in made.tables.items()})
    connection.execute(
        f"insert into {table} values (?, ?, ?, ?)",  # noqa: S608 - the name is ours
        [made.made_at, made.duckdb_version, tables, made.config],
    )


def _manifest(connection: duckdb.DuckDBPyConnection) -> _Manifest | None:
    """The manifest of a backup; None in a copy that `aligntax backup` did not write."""
    schema, name = MANIFEST.split(".")
    named = f"from duckdb_tables() where schema_name = '{schema}' and table_name = '{name}'"
    if not connection.execute(named).fetchall():
        return None
    columns = "made_at, duckdb_version, tables_json, config"
    found = connection.execute(f"select {columns} from {MANIFEST}").fetchall()  # noqa: S608 - names are ours
    ((made_at, version, tables, config),) = found
    return _Manifest(made_at, version, {name: TableRows(**rows) for name, rows in json.loads(tables).items()}, config)


def _written_anew(file: Path, building: Path) -> Backup:
    """Copy a backup into a warehouse, if it holds what its manifest states."""
    try:
        with held_for_reading(file, building.parent, _NOT_RESTORED) as connection:
            version, manifest = newest_migration(connection), _manifest(connection)
            if version is None:
                raise WarehouseError(f"{file} holds no table of aligntax. {_NOT_RESTORED}")
            tables = copy_whole(connection, building)
    except WarehouseDamaged:
        raise _damaged(file) from None
    if manifest is None:
        return Backup(version, tables)
    if not _agree(manifest, tables):
        raise _damaged(file)
    return Backup(version, tables, manifest.made_at, manifest.config)


def _agree(manifest: _Manifest, tables: Mapping[str, TableRows]) -> bool:
    """Whether tables hold what a manifest states; hashes of another version of DuckDB may differ."""
    if manifest.duckdb_version == duckdb.__version__:
        return manifest.tables == tables
    stated, found = ({name: rows.count_rows for name, rows in held.items()} for held in (manifest.tables, tables))
    return stated == found


def _damaged(file: Path) -> WarehouseDamaged:
    return WarehouseDamaged(f"{file} is damaged. Nothing was changed; restore another backup.")


@contextmanager
def _held(place: Path) -> Iterator[None]:
    """Keep other processes out of the warehouse that is replaced, if there is one that can be opened."""
    connection = _locked(place) if place.exists() else None
    try:
        yield
    finally:
        if connection:
            connection.close()


def _locked(place: Path) -> duckdb.DuckDBPyConnection | None:
    """A connection that holds the file, with what stood in DuckDB's log; None where DuckDB cannot open the file."""
    try:
        check_format(place)
        connection = connected(place)
        connection.execute("checkpoint")
    except WarehouseError:
        return None
    except duckdb.Error as error:
        if isinstance(found := open_error(error, place), WarehouseBusy):
            raise found from None
        return None
    return connection


def _keep_beside(place: Path, kept: Path) -> None:
    """Give the warehouse a second name: the file itself stays in place until the new one replaces it."""
    log, kept_log = Path(f"{place}.wal"), Path(f"{kept}.wal")
    for source, target in ((log, kept_log), (place, kept)):
        if source.exists():
            try:
                os.link(source, target)
            except OSError:  # a file system without links
                shutil.copy2(source, target)
    log.unlink(missing_ok=True)  # DuckDB would read it into the restored file
