"""A whole night ends with a backup where the configuration asks for it, and as many stay as it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from flows.configuration import load_configuration
from flows.night_backups import back_up_night
from warehouse.connection import Warehouse
from warehouse.keeping import config_of

NOW = datetime(2026, 1, 31, 2, tzinfo=UTC)
CONFIG = "model_defaults: {provider: recorded}\nmodels: [{id: base}]\n"


@pytest.fixture
def held(tmp_path):
    """The end of some nights under a setting: the names of the backups afterwards."""
    config = tmp_path / "aligntax.yaml"

    def hold(setting: str, *hours: int) -> list[str]:
        config.write_text(CONFIG + setting)
        settings = load_configuration(config, will_send=False)
        Warehouse.open(settings.warehouse).close()
        for later in hours:
            with time_machine.travel(NOW + timedelta(hours=later), tick=False):
                back_up_night(settings, config)
        return sorted(str(file.relative_to(tmp_path)) for file in tmp_path.glob("*/*.duckdb"))

    return hold


def test_without_the_setting_no_backup_is_made(held):
    assert held("", 0) == []


def test_the_newest_stay_and_files_of_other_names_too(held, tmp_path):
    mine = tmp_path / "backups" / "warehouse-20200101T000000Z.duckdb"
    mine.parent.mkdir()
    mine.touch()
    found = held("backup: {keep: 2}", 0, 24, 48)
    assert found == [f"backups/{mine.name}", *map(nightly, ("20260201", "20260202"))]
    assert config_of(tmp_path / found[-1]) == f"{CONFIG}backup: {{keep: 2}}"


def nightly(day: str, folder: str = "backups") -> str:
    return f"{folder}/warehouse-nightly-{day}T020000Z.duckdb"


def test_the_backup_of_tonight_stays_although_the_clock_was_set_back(held):
    assert held("backup: {keep: 2, folder: elsewhere}", 48, 24, 0) == [
        nightly("20260131", "elsewhere"),
        nightly("20260202", "elsewhere"),
    ]


def test_a_backup_that_fails_is_a_warning_and_the_older_ones_stay(held, tmp_path, capsys):
    assert held("backup: {keep: 1}", 0) == [nightly("20260131")]
    assert held("backup: {keep: 1}", 0) == [nightly("20260131")]  # the file exists
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: the night is whole, but its backup failed: ")
    (tmp_path / "taken").write_text("a file where a folder is wanted")
    held("backup: {keep: 1, folder: taken}", 24)
    assert "taken" in capsys.readouterr().err
    assert held("") == [nightly("20260131")]
