"""What is told, and that it is told once: the warehouse keeps every notice and each step of its delivery."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from typing import Literal, TypeAlias

from tasks.domain import content_hash
from tasks.settings.notify import NoticeKind, Receiver
from tasks.steps.notify.conditions import Condition
from warehouse.connection import Row, Warehouse

Status: TypeAlias = Literal["waiting", "delivered", "undelivered"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell: that a condition began, got worse or ended."""

    notice_id: str
    kind: str
    subject: str
    change: Literal["new", "worse", "ended"]
    since_date: date
    as_of_date: date
    size: float
    what: str
    sure: str
    command: str


def changes(
    holding: Sequence[Condition], told: Iterable[Row], seen: Collection[NoticeKind], night: date
) -> list[Notice]:
    """What is new: conditions that began, that are surely worse than was told, and that ended.

    Args:
        holding: What holds now.
        told: The newest notice of each kind and subject, with how many there were (``last_notices``).
        seen: The kinds that the night let us see; others may still hold.
        night: The night.
    """
    before = {(row["kind"], row["subject"]): row for row in told}
    found = []
    for condition in holding:
        last = before.get((condition.kind, condition.subject))
        if last is None or (last["change"] == "ended" and condition.lasts):
            found.append(_begun("new", condition, night, last))
        elif condition.lasts and condition.surely > last["size"]:
            found.append(_begun("worse", condition, night, last))
    now = {(condition.kind, condition.subject) for condition in holding}
    over = (row for key, row in before.items() if key not in now and row["kind"] in seen and row["change"] != "ended")
    return [*found, *(_over(row, night) for row in over)]


def _begun(change: Literal["new", "worse"], condition: Condition, night: date, last: Row | None) -> Notice:
    count = last["count_notices"] if last else 0
    return Notice(
        _id(condition.kind, condition.subject, count),
        condition.kind,
        condition.subject,
        change,
        last["since_date"] if last and change == "worse" else condition.since,
        night,
        condition.size,
        condition.what,
        condition.sure,
        condition.command,
    )


def _over(row: Row, night: date) -> Notice:
    kept = {name: row[name] for name in ("kind", "subject", "since_date", "size", "what", "sure", "command")}
    notice_id = _id(row["kind"], row["subject"], row["count_notices"])
    return Notice(notice_id=notice_id, change="ended", as_of_date=night, **kept)


def _id(kind: str, subject: str, count: int) -> str:
    """The number of notices before it belongs to the id: a condition may come back on the same night."""
    return content_hash(kind, subject, count)


def note(warehouse: Warehouse, notices: Sequence[Notice], receivers: Sequence[Receiver]) -> None:
    """Note the notices, and that they wait for the receivers that want to know."""
    now = datetime.now(UTC)
    waiting_for = [
        {"notice_id": notice.notice_id, "receiver": receiver.name, "status": "waiting", "happened_at": now}
        for notice in notices
        for receiver in receivers
        if notice.kind in receiver.on
    ]
    rows = [{**asdict(notice), "noted_at": now} for notice in notices]
    warehouse.append({"raw.notices": rows, "raw.notice_events": waiting_for})


def waiting(warehouse: Warehouse) -> Mapping[str, list[Notice]]:
    """The notices that each receiver has not got yet, oldest first, by the receiver's name."""
    names = [field.name for field in fields(Notice)]
    found: dict[str, list[Notice]] = {}
    for row in warehouse.named_rows("waiting_notices"):
        found.setdefault(row["receiver"], []).append(Notice(**{name: row[name] for name in names}))
    return found


def note_delivery(
    warehouse: Warehouse, receiver: str, notices: Sequence[Notice], status: Status, detail: str | None
) -> None:
    """Note what became of sending some notices to a receiver."""
    now = datetime.now(UTC)
    rows = [
        {"notice_id": n.notice_id, "receiver": receiver, "status": status, "detail": detail, "happened_at": now}
        for n in notices
    ]
    warehouse.append({"raw.notice_events": rows})
