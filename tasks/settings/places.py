"""Where results go: the warehouse and the publication."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from tasks.settings.fields import BucketUrl, Flag, FolderPath, PostgresUrl, RoleName, Text, Url
from tasks.settings.machines import LandingSettings
from tasks.settings.section import Section


class PostgresSettings(Section):
    """A PostgreSQL database that gets the tables, and the role that may read them. Its password is never here."""

    url: PostgresUrl
    reader: RoleName | None = "aligntax_reader"


class BucketSettings(Section):
    """Storage that speaks S3; its keys are never here."""

    url: BucketUrl
    endpoint: Url | None = None
    region: Text | None = None


class EveryEvalEverSettings(Section):
    """Who publishes scores to Every Eval Ever, and what they are to the makers of the models."""

    organization: Text
    relationship: Literal["first_party", "third_party", "collaborative", "other"] = "other"


class PublishSettings(Section):
    """Where the tables go, and how much text of safety items and answers goes with them."""

    folder: FolderPath = Field(default=Path("publish"), validate_default=True)
    text: Literal["none", "hash", "full"] = "none"
    postgres: PostgresSettings | None = None
    bucket: BucketSettings | None = None
    csv: Flag = False
    excel: Flag = False
    every_eval_ever: EveryEvalEverSettings | None = None

    @property
    def snapshot(self) -> Path:
        """The published tables, which readers open."""
        return self.folder / "aligntax.duckdb"

    @property
    def report(self) -> Path:
        """The report page."""
        return self.folder / "report.html"


class Places(Section):
    """Where the results are. Commands that only read results need nothing else."""

    warehouse: FolderPath = Field(default=Path("warehouse.duckdb"), validate_default=True)
    publish: PublishSettings = Field(default_factory=dict, validate_default=True)
    landing: LandingSettings | None = None
