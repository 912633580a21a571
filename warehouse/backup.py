"""Copy a warehouse before a migration changes its tables, so that the way back stays open."""

from __future__ import annotations

import fcntl
import glob
import shutil
from pathlib import Path
from typing import IO

from warehouse.errors import WarehouseError
from warehouse.whole_files import swapped_in

# A warehouse may be large, so only the newest copies stay.
_KEPT = 2


def backed_up(path: Path, version: str) -> Path:
    """Copy a warehouse and its log beside it; ``version`` is the newest migration that it has. Returns the copy.

    The lock is the one that DuckDB takes, so no other process writes meanwhile.

    Raises:
        WarehouseError: the copy cannot be written, or another process began to write the file.
    """
    copy = path.with_name(f"{path.name}.{version}.backup")
    try:
        with path.open("rb") as source:
            fcntl.lockf(source, fcntl.LOCK_SH | fcntl.LOCK_NB)
            _copy_log(path, copy)
            _copy(source, copy)  # with the handle that holds the lock: to close another one would release it
    except OSError as error:
        raise WarehouseError(
            f"cannot copy {path} to {copy} before its tables are changed: {error.strerror or error}. "
            "Nothing was changed."
        ) from None
    for older in sorted(path.parent.glob(f"{glob.escape(path.name)}.*.backup"))[:-_KEPT]:
        older.unlink()
        _log(older).unlink(missing_ok=True)
    return copy


def _copy_log(path: Path, copy: Path) -> None:
    """What was committed and is not yet in the file itself stands in DuckDB's log."""
    if not _log(path).exists():
        _log(copy).unlink(missing_ok=True)
        return
    with _log(path).open("rb") as source:
        _copy(source, _log(copy))


def _copy(source: IO[bytes], copy: Path) -> None:
    with swapped_in(copy) as building:
        building.touch(mode=0o600)
        with building.open("wb") as target:
            shutil.copyfileobj(source, target)


def _log(path: Path) -> Path:
    return Path(f"{path}.wal")
