"""A night that was missed is told, caught up or skipped, as the configuration says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from flows.missed_nights import Missed, missed_before
from tasks.settings.nights import ScheduleSettings
from tests.support.receiver import receiver
from tests.support.runs import write_config
from warehouse.connection import Warehouse

TONIGHT = date(2026, 1, 31)
DAILY = ScheduleSettings(cron="0 2 * * *")


def day(number):
    return date(2026, 1, number)


class Held:
    """A warehouse that knows which nights came to an end."""

    def __init__(self, *nights):
        self.nights = [(night,) for night in nights]

    def query_rows(self, *_):
        return ["as_of_date"], self.nights


@pytest.mark.parametrize(
    ("policy", "missed"),
    [
        ("skip", Missed()),
        ("report", Missed([day(29), day(30)])),
        ("catch_up", Missed([], [day(29), day(30)])),
    ],
)
def test_the_policy_decides(policy, missed):
    assert missed_before(Held(day(28)), policy, DAILY, TONIGHT) == missed


def test_at_most_a_week_is_caught_up_and_the_rest_is_told(capsys):
    found = missed_before(Held(day(20)), "catch_up", DAILY, TONIGHT)
    assert (found.reported, found.caught_up) == ([day(21), day(22), day(23)], [day(n) for n in range(24, 31)])
    said = capsys.readouterr().err.splitlines()
    assert said[0] == (
        "warning: missed nights: 2026-01-21, 2026-01-22, 2026-01-23. `aligntax nightly --as-of DATE` holds one now."
    )
    assert said[1].startswith("Catching up on missed nights: 2026-01-24, ")


def test_a_whole_series_is_quiet(capsys):
    assert missed_before(Held(day(30)), "report", DAILY, TONIGHT) == Missed()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("stated", [{}, {"timezone": "Europe/Berlin"}])
@pytest.mark.parametrize("policy", ["report", "catch_up"])
def test_without_a_stated_time_no_night_can_be_missed(policy, stated):
    assert missed_before(Held(day(20)), policy, ScheduleSettings(**stated), TONIGHT) == Missed()


def nights_of(folder):
    with Warehouse.read(folder / "warehouse.duckdb") as reader:
        return [row[0] for row in reader.rows("select as_of_date from raw.runs order by 1")[1]]


@pytest.mark.accept
@pytest.mark.parametrize("policy", ["report", "catch_up"])
def test_tonight_finds_the_nights_that_were_missed(tmp_path, simulator, aligntax, policy):
    today = datetime.now(UTC).date()
    with receiver() as inbox:
        config = write_config(tmp_path, simulator, size=10)
        notify = f'notify: [{{kind: json, url: "{inbox.address}"}}]'
        # A clock that passes midnight between two commands would add a night.
        config.write_text(f"{config.read_text()}\nmissed_nights: {policy}\nschedule: {{cron: '0 2 * * *'}}\n{notify}\n")
        aligntax(tmp_path, "nightly", "--as-of", str(today - timedelta(3)))
        said = aligntax(tmp_path, "nightly").stderr
    assert {today - timedelta(3), today} <= set(nights_of(tmp_path))
    between = {today - timedelta(2), today - timedelta(1)}
    if policy == "catch_up":
        assert between <= set(nights_of(tmp_path))
        assert "Catching up on missed nights" in said
        assert inbox.letters == []
    else:
        assert not between & set(nights_of(tmp_path))
        assert inbox.letters[0][1].count(b'"missed_night"') == 2
