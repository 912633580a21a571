"""The folder of a Superset: who may read it, and when the dashboards are imported again."""

from __future__ import annotations

import stat

import pytest
import yaml

from infra.superset.home import Home
from infra.superset.sources import Source

SOURCE = Source("duckdb:////some/aligntax.duckdb", {"read_only": True})


@pytest.fixture
def versions(tmp_path):
    path = tmp_path / "versions.lock"
    path.write_text("apache-superset==6.1.0\n")
    return path


def test_secrets_are_random_and_readable_by_their_owner_alone(tmp_path, versions):
    homes = [Home(tmp_path / name) for name in ("one", "other")]
    for home in homes:
        home.prepare(SOURCE, versions)
        assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700
        for name in ("password", "secret_key"):
            assert stat.S_IMODE((home.folder / name).stat().st_mode) == 0o600
            assert len((home.folder / name).read_text()) >= 32
    assert homes[0].password.read_text() != homes[1].password.read_text()


def test_a_second_start_keeps_the_password_and_imports_nothing(tmp_path, versions):
    home = Home(tmp_path / "home")
    assert home.prepare(SOURCE, versions)
    home.note_imported(versions)
    password = home.password.read_text()
    assert not home.prepare(SOURCE, versions)
    assert home.password.read_text() == password


def test_another_place_of_the_tables_or_another_superset_is_imported_again(tmp_path, versions):
    home = Home(tmp_path / "home")
    home.prepare(SOURCE, versions)
    home.note_imported(versions)
    assert home.prepare(Source("duckdb:////other/aligntax.duckdb", {}), versions)
    home.note_imported(versions)
    versions.write_text("apache-superset==6.1.1\n")
    assert home.prepare(Source("duckdb:////other/aligntax.duckdb", {}), versions)


def test_the_dashboards_are_told_where_the_tables_are(tmp_path, versions):
    home = Home(tmp_path / "home")
    home.prepare(SOURCE, versions)
    database = yaml.safe_load((home.assets / "databases" / "aligntax.yaml").read_text())
    assert database["sqlalchemy_uri"] == SOURCE.uri
    assert database["extra"]["engine_params"]["connect_args"] == SOURCE.connect_args
