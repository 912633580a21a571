"""What people were told while the warehouse was busy, in a file beside it until the warehouse can note it.

Tested in tests/flows/telling/test_busy.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flows.processes import STATE_FOLDER
from tasks.settings.notify import Receiver
from tasks.steps.notify import Notice, note, note_delivery
from warehouse.connection import Warehouse


@dataclass(frozen=True, slots=True)
class KeptNotices:
    """A file with a JSON line for each time that people were told."""

    path: Path

    @classmethod
    def beside(cls, warehouse: Path) -> KeptNotices:
        """The file of a warehouse."""
        return cls(warehouse.parent / STATE_FOLDER / "notices.jsonl")

    def keep(self, notices: Sequence[Notice], delivered_to: Sequence[str]) -> None:
        """Keep notices, and the names of the receivers that have got them."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = {"notices": [asdict(notice) for notice in notices], "delivered_to": delivered_to}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(line, default=str)}\n")

    def enter(self, warehouse: Warehouse, receivers: Sequence[Receiver]) -> None:
        """Note in the warehouse what was kept, and forget it here; who has not got a notice still waits for it."""
        if not self.path.exists():
            return
        for line in map(json.loads, self.path.read_text(encoding="utf-8").splitlines()):
            notices = [_notice(row) for row in line["notices"]]
            note(warehouse, notices, receivers)
            for name in line["delivered_to"]:
                note_delivery(warehouse, name, notices, "delivered", None)
        self.path.unlink()


def _notice(row: Mapping[str, Any]) -> Notice:
    dates = {name: date.fromisoformat(row[name]) for name in ("since_date", "as_of_date")}
    return Notice(**{**row, **dates})
