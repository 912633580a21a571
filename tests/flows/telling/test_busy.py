"""A served night that cannot begin is told, once: the warehouse is busy, or the configuration lets nothing be asked."""

from __future__ import annotations

import json
from datetime import date

from flows.telling.kept_notices import KeptNotices
from flows.telling.night import tell_after
from tasks.errors import SettingsError
from tests.support.receiver import nobody, receiver
from tests.support.runs import write_config
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseBusy

BUSY = WarehouseBusy("the warehouse is being written by process 1")
NIGHT, NEXT = date(2026, 1, 30), date(2026, 1, 31)


def told(inbox):
    return [(one["kind"], one["subject"]) for _, body in inbox.letters for one in json.loads(body)["notices"]]


def test_a_busy_night_is_told_at_once_and_never_again(tmp_path):
    with receiver() as inbox:
        config = write_config(tmp_path, "127.0.0.1:1")
        addresses = {"ops": inbox.address, "down": nobody()}
        receivers = [{"kind": "json", "name": name, "url": url} for name, url in addresses.items()]
        config.write_text(f"{config.read_text()}\nnotify: {json.dumps(receivers)}\n")
        with Warehouse.open(tmp_path / "warehouse.duckdb"):
            tell_after(config, NIGHT, BUSY)
        assert told(inbox) == [("missed_night", str(NIGHT))]
        tell_after(config, NEXT, None, [NIGHT])
        assert told(inbox) == [("missed_night", str(NIGHT))]
    with Warehouse.read(tmp_path / "warehouse.duckdb") as reader:
        events = reader.rows("select receiver, status from raw.notice_events order by happened_at")[1]
    assert events[0] == ("ops", "waiting")
    assert set(events) == {("ops", "waiting"), ("ops", "delivered"), ("down", "waiting"), ("down", "undelivered")}
    assert not KeptNotices.beside(tmp_path / "warehouse.duckdb").path.exists()


def test_who_wants_no_such_notice_gets_none(tmp_path):
    with receiver() as inbox:
        config = write_config(tmp_path, "127.0.0.1:1")
        config.write_text(f'{config.read_text()}\nnotify: [{{kind: json, url: "{inbox.address}", on: [alarm]}}]\n')
        tell_after(config, NIGHT, BUSY)
    assert inbox.letters == []


def test_a_night_that_lacks_a_key_is_told_as_failed_and_never_again(tmp_path):
    with receiver() as inbox:
        config = write_config(tmp_path, "127.0.0.1:1")
        keyless = config.read_text().replace("harbor-base,", "harbor-base, api_key_env: KEY_OF_NOBODY,")
        config.write_text(f'{keyless}\nnotify: [{{kind: json, url: "{inbox.address}"}}]\n')
        for night in (NIGHT, NEXT):
            tell_after(config, night, SettingsError("the environment variable KEY_OF_NOBODY is not set."))
    assert told(inbox) == [("failure", "nightly run")]
