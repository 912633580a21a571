"""A night that ends badly is told once, by the real program to a real receiver."""

from __future__ import annotations

import json
import shlex
from datetime import timedelta

import pytest

from flows.processes.simulated import simulated_server
from flows.telling.webhooks import LONGEST_S
from tests.support.receiver import nobody, receiver
from tests.support.runs import write_config
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

NIGHTS = ("2026-01-29", "2026-01-30", "2026-01-31", "2026-02-01")
NOTIFY = """
notify:
  - {{kind: json, name: ops, url: "{address}"}}
"""
DEAF = '  - {{kind: json, name: deaf, url: "{address}"}}'
LONGEST = timedelta(seconds=LONGEST_S + 6)  # of a machine that is busy with other things


def told(inbox):
    """What came in: (kind, change, night) of every notice, a list for each request."""
    found = [json.loads(body)["notices"] for _, body in inbox.letters]
    return [[(one["kind"], one["change"], one["as_of_date"]) for one in notices] for notices in found]


def rows(folder, sql):
    with Warehouse.read(folder / "publish" / "aligntax.duckdb") as reader:
        return reader.rows(sql)[1]


def test_a_provider_that_is_down_for_a_whole_night_is_told_once_and_the_next_night_is_whole(tmp_path, aligntax):
    with receiver() as inbox:
        notify = NOTIFY.format(address=inbox.address)
        with simulated_server(tmp_path) as up:
            config = write_config(tmp_path, up, size=20)
            config.write_text(config.read_text() + notify)
            aligntax(tmp_path, "nightly", "--as-of", NIGHTS[0])
            whole = config.read_text()
            config.write_text(whole.replace(f"http://{up}", nobody()))
            for night in NIGHTS[1:3]:
                found = aligntax(tmp_path, "nightly", "--as-of", night, code=1)
                assert found.stderr.count("\n") == 1
                assert "no server answers at" in found.stderr
            assert told(inbox) == [[("provider_down", "new", NIGHTS[1])]]
            coverage = f"select status, count_answered, reason from reports.coverage where as_of_date = '{NIGHTS[1]}'"
            assert len(rows(tmp_path, coverage)) == 6
            for status, count, reason in rows(tmp_path, coverage):
                assert (status, count) == ("failed", 0)
                assert reason.startswith("no server answers at")
            assert rows(tmp_path, "select distinct as_of_date::varchar from reports.trend") == [(NIGHTS[0],)]
            scored = (
                "select distinct dim_run.as_of_date::varchar from marts.fct_scores join marts.dim_run using (run_id)"
            )
            assert rows(tmp_path, scored) == [(NIGHTS[0],)]
            config.write_text(whole)
            aligntax(tmp_path, "nightly", "--as-of", NIGHTS[3])
    assert told(inbox)[1:] == [[("provider_down", "ended", NIGHTS[3])]]
    last = f"select distinct status from reports.coverage where as_of_date = '{NIGHTS[3]}'"
    assert rows(tmp_path, last) == [("complete",)]


def test_what_could_not_be_delivered_is_told_on_the_next_night(tmp_path, simulator, aligntax):
    with receiver("error") as inbox:
        config = write_config(tmp_path, simulator, size=20)
        config.write_text(
            config.read_text().replace(f"http://{simulator}", nobody()) + NOTIFY.format(address=inbox.address)
        )
        warned = aligntax(tmp_path, "nightly", "--as-of", NIGHTS[0], code=1).stderr
        assert "warning: ops was not told (HTTP 500). The next night tries again." in warned
        inbox.mode, inbox.letters[:] = "up", []
        aligntax(tmp_path, "nightly", "--as-of", NIGHTS[1], code=1)
        aligntax(tmp_path, "nightly", "--as-of", NIGHTS[2], code=1)
    assert told(inbox) == [[("provider_down", "new", NIGHTS[0])]]


def test_what_lasts_is_told_once_and_a_receiver_that_hangs_delays_nobody(tmp_path, simulator, aligntax):
    """Two nights that validation stops, two that lack a key, and a whole one."""
    with receiver() as ops, receiver("hanging") as deaf:
        config = write_config(tmp_path, simulator, size=10)
        whole = config.read_text() + NOTIFY.format(address=ops.address) + DEAF.format(address=deaf.address)
        stopped = whole.replace("harbor-dpo-100,", "harbor-dpo-100, sampling: {temperature: 0.5},")
        keyless = whole.replace("harbor-dpo-100,", "harbor-dpo-100, api_key_env: KEY_OF_NOBODY,")
        nights = [f"2026-01-2{number}" for number in range(1, 6)]
        for night, text, code in zip(nights, (stopped, stopped, keyless, keyless, whole), (1, 1, 2, 2, 0), strict=True):
            config.write_text(text)
            said = aligntax(tmp_path, "nightly", "--as-of", night, code=code).stderr.splitlines()
            assert sum(not line.startswith("warning: deaf was not told") for line in said) == (code > 0), said
            deaf.mode = "up"
        assert list(map(sorted, told(ops))) == [
            [("validation", "new", nights[0])],
            [("failure", "new", nights[2])],
            [("failure", "ended", nights[4]), ("validation", "ended", nights[4])],
        ]
        with Warehouse.read(tmp_path / "warehouse.duckdb") as reader:
            first = "select receiver, status, max(happened_at) from raw.notice_events where notice_id = "
            first += "(select notice_id from raw.notices where kind = 'validation' and change = 'new') group by all"
            at = {(name, status): moment for name, status, moment in reader.rows(first)[1]}
        assert at["ops", "delivered"] - at["ops", "waiting"] < LONGEST
        assert {status for name, status in at if name == "deaf"} == {"waiting", "undelivered", "delivered"}
        for named in {notice["command"] for _, body in ops.letters for notice in json.loads(body)["notices"]}:
            aligntax(tmp_path, *shlex.split(named)[1:])
