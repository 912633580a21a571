"""What is told: once when it begins, again when it is surely worse, and once when it is over."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta

from tasks.settings.notify import Receiver
from tasks.steps.notify import Condition, changes, note, note_delivery, waiting
from warehouse.connection import Warehouse

FIRST = date(2026, 1, 1)
SEEN = frozenset({"alarm", "failure"})
OPS = Receiver("ops", "json", ("alarm",), "http://127.0.0.1/", None)


def alarm(size=0.05, surely=0.01, subject="aligned on arithmetic"):
    return Condition("alarm", subject, FIRST, "It fell.", "Surely.", "aligntax sql --ask alarms", size, surely)


def nights(*holding, seen=SEEN):
    """What is told on each of some nights, as (change, subject)."""
    told, found = {}, []
    for number, conditions in enumerate(holding):
        notices = changes(conditions, told.values(), seen, FIRST + timedelta(number))
        for notice in notices:
            count = told.get((notice.kind, notice.subject), {"count_notices": 0})["count_notices"] + 1
            told[notice.kind, notice.subject] = {**asdict(notice), "count_notices": count}
        found.append([(notice.change, notice.subject) for notice in notices])
    return found


def test_the_same_alarm_is_told_once_however_its_size_wanders():
    assert nights([alarm(0.05)], [alarm(0.06, 0.02)], [alarm(0.04)]) == [[("new", "aligned on arithmetic")], [], []]


def test_it_is_told_again_when_it_is_surely_worse_than_was_told():
    [_, (again,), last] = nights([alarm(0.05)], [alarm(0.12, 0.08)], [alarm(0.12, 0.09)])
    assert again == ("worse", "aligned on arithmetic")
    assert last == []


def test_it_is_over_once_and_may_come_back():
    changed = [[change for change, _ in night] for night in nights([alarm()], [], [], [alarm()], [])]
    assert changed == [["new"], ["ended"], [], ["new"], ["ended"]]


def test_another_subject_is_another_notice():
    assert nights([alarm()], [alarm(), alarm(subject="other")])[1] == [("new", "other")]


def test_what_a_night_could_not_see_is_not_over():
    assert nights([alarm()], [], seen=frozenset({"failure"}))[1] == []


def test_a_missed_night_is_told_once_and_never_over():
    missed = Condition("missed_night", "2026-01-01", FIRST, "Missed.", "Counted.", "aligntax nightly", lasts=False)
    assert nights([missed], [], [missed]) == [[("new", "2026-01-01")], [], []]


def test_a_notice_waits_until_it_is_delivered_and_only_for_those_who_want_it(tmp_path):
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        notices = changes([alarm()], [], SEEN, FIRST)
        note(warehouse, notices, [OPS, Receiver("others", "json", ("failure",), None, None)])
        assert waiting(warehouse) == {"ops": notices}
        note_delivery(warehouse, "ops", notices, "undelivered", "HTTP 500")
        assert waiting(warehouse) == {"ops": notices}
        note_delivery(warehouse, "ops", notices, "delivered", None)
        assert waiting(warehouse) == {}
        [last] = warehouse.named_rows("last_notices")
        assert (last["subject"], last["change"], last["count_notices"]) == ("aligned on arithmetic", "new", 1)


def test_the_id_of_a_notice_is_its_own_also_when_it_comes_back_on_the_same_night():
    first = changes([alarm()], [], SEEN, FIRST)[0]
    over = changes([], [{**asdict(first), "count_notices": 1}], SEEN, FIRST)[0]
    again = changes([alarm()], [{**asdict(over), "count_notices": 2}], SEEN, FIRST)[0]
    assert len({first.notice_id, over.notice_id, again.notice_id}) == 3
