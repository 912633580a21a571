"""The folder of a Superset: its secrets, its metadata, and the dashboards with the place of the tables put in.

Nothing here runs Superset. Files are readable by their owner alone.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

from infra.superset.assets import DATABASE, FOLDER
from infra.superset.sources import Source


@dataclass(frozen=True)
class Home:
    """The files of one Superset below ``folder``."""

    folder: Path

    @property
    def password(self) -> Path:
        """File with the password of the user."""
        return self.folder / "password"

    @property
    def log(self) -> Path:
        """What the set-up printed."""
        return self.folder / "set_up.log"

    @property
    def assets(self) -> Path:
        """The dashboards with the place of the tables."""
        return self.folder / "assets"

    def prepare(self, source: Source, versions: Path) -> bool:
        """Make the secrets if they are not there, and write the dashboards.

        Returns:
            Whether Superset has still to import them: they, the tables' place or Superset's ``versions`` have changed.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("secret_key", "password"):
            _make_secret(self.folder / name)
        shutil.rmtree(self.assets, ignore_errors=True)
        shutil.copytree(FOLDER, self.assets)
        _place(self.assets / "databases" / f"{DATABASE}.yaml", source)
        return not self._stamp.exists() or self._stamp.read_text() != self._digest(versions)

    def note_imported(self, versions: Path) -> None:
        """Remember that Superset has imported the dashboards."""
        self._stamp.write_text(self._digest(versions))

    @property
    def _stamp(self) -> Path:
        return self.folder / "imported"

    def _digest(self, versions: Path) -> str:
        """Changes with Superset's version, a dashboard, the tables' place or the password."""
        files = [versions, self.password, *sorted(self.assets.rglob("*.yaml"))]
        return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def _make_secret(path: Path) -> None:
    """Write a random text, once; the file is never readable by others."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))


def _place(path: Path, source: Source) -> None:
    """Put the tables' place into the description of the database."""
    database = yaml.safe_load(path.read_text())
    database["sqlalchemy_uri"] = source.uri
    database["extra"]["engine_params"]["connect_args"] = dict(source.connect_args)
    path.write_text(yaml.safe_dump(database, sort_keys=False))
