"""Which schema a lake was prepared with: the machines that share it have the same one.

Tested in tests/warehouse/lake/test_lake.py.
"""

from __future__ import annotations

import duckdb

from warehouse.errors import LakeOfAnotherVersion
from warehouse.migrate import schema_version

_PREPARED = "select max(schema_version) from lake.raw.lake_versions"


def note_version(connection: duckdb.DuckDBPyConnection, catalog: str) -> None:
    """Note the builder's schema in an attached lake whose tables it has just prepared.

    Raises:
        LakeOfAnotherVersion: a later version of aligntax has prepared the lake.
    """
    (found,) = connection.execute(_PREPARED).fetchall()[0]
    if found is not None and found > schema_version():
        raise LakeOfAnotherVersion.of(catalog, found, schema_version())
    if found != schema_version():
        connection.execute("insert into lake.raw.lake_versions values (?, now())", [schema_version()])


def check_version(connection: duckdb.DuckDBPyConnection, catalog: str) -> None:
    """Refuse to land in an attached lake of another schema.

    Raises:
        LakeOfAnotherVersion: the lake has another schema, or no builder has prepared it.
    """
    try:
        (found,) = connection.execute(_PREPARED).fetchall()[0]
    except duckdb.CatalogException:
        found = None
    if found != schema_version():
        raise LakeOfAnotherVersion.of(catalog, found, schema_version())
