"""The database of a run's own Prefect server, copied from a template instead of being migrated anew in each folder.

Prefect needs three seconds of CPU to create an empty SQLite database. The first run of a user keeps a copy of the
database that it has just created, and later runs in fresh folders begin with that copy. Another version of Prefect
makes another template. Prefect still looks for open migrations when it starts.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from importlib.metadata import version
from pathlib import Path

from warehouse.kept_files import keep, kept
from warehouse.whole_files import own_folder, swapped_in

_SUFFIX = ".db"


def copy_template(database: Path) -> bool:
    """Begin a database that does not exist yet as a copy of the template; says whether there was one."""
    template = kept(_name(), _SUFFIX)
    if template is None:
        return False
    with swapped_in(database) as building:
        building.write_bytes(template)
    return True


def keep_template(database: Path) -> None:
    """Keep a copy of a database that Prefect has just created and still has open."""
    with suppress(OSError, sqlite3.Error), own_folder(database.parent, ".template-") as folder:
        copy = folder / database.name
        # SQLite's own backup sees a consistent state, although the server writes meanwhile.
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        keep(_name(), _SUFFIX, copy.read_bytes())


def _name() -> str:
    return f"prefect-{version('prefect')}"
