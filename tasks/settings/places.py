"""Where results go: the warehouse and the publication."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from tasks.settings.fields import FolderPath
from tasks.settings.section import Section


class PublishSettings(Section):
    """Where the tables go, and how much text of safety items and answers goes with them."""

    folder: FolderPath = Field(default=Path("publish"), validate_default=True)
    text: Literal["none", "hash", "full"] = "none"

    @property
    def snapshot(self) -> Path:
        """The published tables, which readers open."""
        return self.folder / "aligntax.duckdb"


class Places(Section):
    """Where the results are. Commands that only read results need nothing else."""

    warehouse: FolderPath = Field(default=Path("warehouse.duckdb"), validate_default=True)
    publish: PublishSettings = Field(default_factory=dict, validate_default=True)
