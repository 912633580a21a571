"""A whole night ends with a backup where the configuration asks for it, and as many stay as it says."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from flows.configuration import load_configuration
from flows.night_backups import back_up_night
from flows.processes.prefect_server import QUIET
from flows.telling.night import tell_after
from tests.conftest import absent
from tests.support.disks import disk
from tests.support.held_nights import nights_process
from tests.support.receiver import receiver
from tests.support.runs import environment, tables, write_config
from tests.support.sizes import at_full_size_only
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
                back_up_night(settings, config, (NOW + timedelta(hours=later)).date())
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


def told_by(inbox):
    """What people were told, each notice once: a clock that stands still lets it be sent again, under the same id."""
    notices = [notice for _, body in inbox.letters for notice in json.loads(body)["notices"]]
    return list({notice["notice_id"]: notice for notice in notices}.values())


def test_people_are_told_once_that_backups_fail_and_once_that_they_are_made_again(held, tmp_path):
    with receiver() as inbox:
        notify = f'notify: [{{kind: json, name: ops, url: "{inbox.address}"}}]\n'
        taken = tmp_path / "backups"
        taken.touch()
        held(f"{notify}backup: {{keep: 1}}", 0, 24)
        taken.unlink()
        held(f"{notify}backup: {{keep: 1}}", 48, 72)
    told = told_by(inbox)
    assert [(one["kind"], one["subject"], one["change"], one["as_of_date"]) for one in told] == [
        ("failure", "nightly backup", "new", "2026-01-31"),
        ("failure", "nightly backup", "ended", "2026-02-02"),
    ]
    assert told[0]["command"] == f"aligntax backup --config {tmp_path / 'aligntax.yaml'}"


def test_a_night_leaves_what_was_told_of_its_backup_as_it_is(held, tmp_path):
    with receiver() as inbox:
        setting = f'notify: [{{kind: json, name: ops, url: "{inbox.address}"}}]\nbackup: {{keep: 1}}'
        (tmp_path / "backups").touch()
        held(setting, 0)
        tell_after(tmp_path / "aligntax.yaml", (NOW + timedelta(1)).date(), None)
        held(setting, 24)
    assert [one["change"] for one in told_by(inbox)] == ["new"]


def test_where_no_backup_is_asked_for_any_more_the_failure_of_the_last_has_ended(held, tmp_path):
    with receiver() as inbox:
        notify = f'notify: [{{kind: json, name: ops, url: "{inbox.address}"}}]\n'
        (tmp_path / "backups").touch()
        held(f"{notify}backup: {{keep: 1}}", 0)
        held(notify, 24)
        for days in (1, 2):
            tell_after(tmp_path / "aligntax.yaml", (NOW + timedelta(days)).date(), None)
    assert [one["change"] for one in told_by(inbox)] == ["new", "ended"]


@pytest.fixture(scope="module")
def nights(tmp_path_factory, simulator, prefect_api):
    """A project after five nights of the real flow: for each its state, what it warned of, and the days of the backups.

    Three are backed up. Then the folder of the backups is read-only, and then full.
    """
    folder = tmp_path_factory.mktemp("nights")
    backups = folder / "elsewhere"
    config = write_config(folder, simulator, size=6)
    config.write_text(f"{config.read_text()}backup: {{keep: 2, folder: elsewhere}}\n")
    given = {**environment(prefect_api), **QUIET, "GX_ANALYTICS_ENABLED": "false"}
    found = []
    with ExitStack() as stack:
        try:
            room = stack.enter_context(disk(backups, size_mb=256))
        except OSError as error:
            absent(f"nothing can be mounted: {error}")
        hold = stack.enter_context(nights_process(folder, given))
        troubles = {3: room.make_read_only, 4: lambda: room.fill(but_bytes=100_000)}
        for number in range(5):
            before = (folder / "said").read_text()
            troubles.get(number, lambda: None)()
            night = hold(NOW + timedelta(number))
            room.mend()
            days = sorted(
                re.fullmatch(r"warehouse-nightly-2026(\d{4})T02\d{4}Z.duckdb", path.name)[1]
                for path in backups.iterdir()
            )
            found.append((night["state"], (folder / "said").read_text().removeprefix(before), days))
        shutil.copytree(backups, folder / "kept")
    return folder, found


@at_full_size_only
def test_nights_of_the_flow_keep_the_newest_backups_and_one_that_fails_changes_no_night(nights):
    _, found = nights
    assert [days for *_, days in found] == [["0131"], ["0131", "0201"], *[["0201", "0202"]] * 3]
    assert [state for state, *_ in found] == ["Completed"] * 5
    for number, (_, said, _) in enumerate(found):
        lines = said.splitlines()
        assert len(lines) == (number in {3, 4}), said
        assert all(line.startswith("warning: the night is whole, but its backup failed: ") for line in lines)


@at_full_size_only
def test_the_backup_of_a_night_opens_and_is_restored(nights, aligntax, tmp_path):
    folder, _ = nights
    (backup,) = (folder / "kept").glob("*-20260202T*")
    with Warehouse.read(backup) as opened:
        assert opened.rows("select count(distinct as_of_date), count(*) from raw.runs")[1] == [(3, 3)]
    said = aligntax(tmp_path, "restore", str(backup)).stdout
    assert "Configuration: aligntax.yaml, as it was backed up." in said
    held = tables(backup)
    del held["meta.backup"]
    assert tables(tmp_path / "warehouse.duckdb") == held
    assert " 0 asked," in aligntax(tmp_path, "nightly", "--as-of", "2026-02-02").stdout
