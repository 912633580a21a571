"""Tell people how a night ended: what is new, what got worse, and what is over.

What is told stands in the warehouse before it is sent. So nothing is told twice, and what could not be delivered is
sent with the next night's.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flows.configuration import load_configuration
from flows.opened import Opened, opened
from flows.telling.events import emit
from flows.telling.kept_notices import KeptNotices
from flows.telling.webhooks import post
from tasks.errors import AligntaxError, Interrupted
from tasks.settings import Settings
from tasks.settings.notify import Receiver
from tasks.steps.notify import (
    BACKUP,
    Condition,
    Ended,
    Notice,
    changes,
    conditions,
    ended,
    failed_backup,
    missed_night,
    note,
    note_delivery,
    waiting,
)
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseBusy, WarehouseError

_CONFIG = Path("aligntax.yaml")


def receivers_of(settings: Settings) -> list[Receiver]:
    """Who is told, with the values of their variables.

    Raises:
        SettingsError: a variable is not set, or a secret would travel without encryption.
    """
    return [receiver.receiver(os.environ) for receiver in settings.notify]


@contextmanager
def telling(given: Opened, night: date, missed: Sequence[date] = ()) -> Iterator[None]:
    """Tell how the night that happens inside ended, also where it fails; not where it was interrupted on purpose."""
    receivers, error = receivers_of(given.settings), None
    try:
        yield
    except Exception as raised:
        error = raised
        raise
    finally:
        if not isinstance(error or sys.exception(), Interrupted | KeyboardInterrupt | SystemExit):
            tell(given, receivers, ended(night, error), missed)


def tell_after(config: Path, night: date, error: Exception | None, missed: Sequence[date] = ()) -> None:
    """The same once a night has ended and its warehouse is closed. A night that found it busy was missed.

    A configuration with which nothing can be asked, because a key is not set for instance, still names who is told.
    """
    try:
        settings = load_configuration(config, will_send=False)
        receivers = receivers_of(settings)
        if isinstance(error, WarehouseBusy):
            _tell_of_busy(settings, receivers, missed_night(night, _option(config)))
        elif receivers:
            with opened(config, will_send=False) as given:
                tell(given, receivers, ended(night, error), missed)
    except (AligntaxError, WarehouseError) as trouble:
        sys.stderr.write(f"warning: nobody could be told of the night {night}: {trouble}\n")


def tell(given: Opened, receivers: Sequence[Receiver], found: Ended, missed: Sequence[date] = ()) -> None:
    """Note and send what is new. A failure becomes a warning: the night is worth more than its notice."""
    if not receivers:
        return
    try:
        KeptNotices.beside(given.settings.warehouse).enter(given.warehouse, receivers)
        from tasks.steps.publish import standing  # noqa: PLC0415 - draws pages, which a night at rest does without

        unpublished = standing(given.settings.publish.folder).failed
        holding = conditions(given.warehouse, found, missed, _option(given.config), unpublished)
        has_backups = given.settings.backup is not None
        told = [
            row for row in given.warehouse.named_rows("last_notices") if row["subject"] != BACKUP or not has_backups
        ]
        note(given.warehouse, changes(holding, told, found.seen, found.night), receivers)
        asyncio.run(_deliver(given.warehouse, receivers))
    except Exception as error:  # noqa: BLE001 - whatever it is, the night has ended
        sys.stderr.write(f"warning: not everybody could be told ({type(error).__name__}: {error}).\n")


def tell_of_backup(config: Path, night: date, *, is_failed: bool) -> None:
    """Tell once that the backup of a night failed, and once that a later one is there."""
    try:
        receivers = receivers_of(load_configuration(config, will_send=False))
        if not receivers:
            return
        with opened(config, will_send=False) as given:
            holding = [failed_backup(night, _option(config))] if is_failed else []
            told = [row for row in given.warehouse.named_rows("last_notices") if row["subject"] == BACKUP]
            note(given.warehouse, changes(holding, told, {"failure"}, night), receivers)
            asyncio.run(_deliver(given.warehouse, receivers))
    except (AligntaxError, WarehouseError) as trouble:
        sys.stderr.write(f"warning: nobody could be told of the backup of the night {night}: {trouble}\n")


def _option(config: Path) -> str:
    """What a command of a notice says of its configuration."""
    return "" if config == _CONFIG else f" --config {config}"


def _tell_of_busy(settings: Settings, receivers: Sequence[Receiver], missed: Condition) -> None:
    """Send that a night was missed while somebody else has the warehouse, and keep what the warehouse has to note."""
    wanting = [receiver for receiver in receivers if missed.kind in receiver.on]
    notices = changes([missed], (), (), missed.since)
    troubles = asyncio.run(_hand_all(wanting, notices))
    KeptNotices.beside(settings.warehouse).keep(notices, [name for name, trouble in troubles.items() if not trouble])


async def _hand_all(receivers: Sequence[Receiver], notices: Sequence[Notice]) -> dict[str, str | None]:
    troubles = await asyncio.gather(*(_hand(receiver, notices) for receiver in receivers))
    return {receiver.name: trouble for receiver, trouble in zip(receivers, troubles, strict=True)}


async def _hand(receiver: Receiver, notices: Sequence[Notice]) -> str | None:
    """Send notices to a receiver; why that failed, or None."""
    trouble = await (emit(notices) if receiver.kind == "prefect" else post(receiver, notices))
    if trouble:
        sys.stderr.write(f"warning: {receiver.name} was not told ({trouble}). The next night tries again.\n")
    return trouble


async def _deliver(warehouse: Warehouse, receivers: Sequence[Receiver]) -> None:
    """Send each receiver what it has not got, to all at once."""
    outstanding = waiting(warehouse)
    await asyncio.gather(*(_send(warehouse, receiver, outstanding) for receiver in receivers))


async def _send(warehouse: Warehouse, receiver: Receiver, outstanding: Mapping[str, Sequence[Notice]]) -> None:
    notices = outstanding.get(receiver.name, ())
    if not notices:
        return
    trouble = await _hand(receiver, notices)
    note_delivery(warehouse, receiver.name, notices, "undelivered" if trouble else "delivered", trouble)
