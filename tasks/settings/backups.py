"""Whether each whole night ends with a backup, where it goes, and how many of them are kept.

Tested in tests/flows/test_night_backups.py.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tasks.settings.fields import FolderPath, Whole
from tasks.settings.section import Section


class BackupSettings(Section):
    """The backups that nights make. Without a folder they go into `backups/` beside the warehouse."""

    keep: Annotated[Whole, Field(ge=1)] = 7
    folder: FolderPath | None = None
