"""A backup after each whole night, as `backup:` asks. It replaces the oldest one that a night made."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

from flows.telling.night import tell_of_backup
from tasks.settings import Settings
from warehouse.errors import WarehouseError
from warehouse.keeping import back_up


def back_up_night(settings: Settings, config: Path, night: date) -> None:
    """Back up the warehouse, which nobody holds open, and remove what is not kept. A failure fails no night.

    People are told of it once, as of other failures. Only files with the name of a night's backup are removed, and only
    once the new one is whole.
    """
    if settings.backup is None:
        return
    path, now = settings.warehouse, datetime.now(UTC)
    folder = settings.backup.folder or path.parent / "backups"
    is_failed = False
    target = folder / f"{path.stem}-nightly-{now:%Y%m%dT%H%M%SZ}.duckdb"
    try:
        back_up(path, target, now, config.read_text())
        others = sorted({*folder.glob(f"{path.stem}-nightly-*Z.duckdb")} - {target}, reverse=True)
        for surplus in others[settings.backup.keep - 1 :]:
            surplus.unlink()
    except (WarehouseError, OSError) as error:
        is_failed = True
        sys.stderr.write(f"warning: the night is whole, but its backup failed: {error}\n")
    tell_of_backup(config, night, is_failed=is_failed)
