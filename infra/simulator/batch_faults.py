"""How batches of one model go: how long they take, what fails in them, and what happens to the calls about them.

Tested in tests/infra/simulator/test_batches.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from infra.simulator.allowed_values import bad_amounts, bad_rates, is_integer, unknown_keys


@dataclass(frozen=True, slots=True)
class BatchFaults:
    """Rates are 0 to 1, per question or per call; times are seconds.

    Attributes:
        delay_s: From the making of a batch to its end.
        reply_delay_s: From the making of a batch to the reply that names it.
        lost_replies: The rate of batches that are made although their reply is lost.
        piece_delay_s: Between two pieces of a hundred lines.
        cut_lines: The rate of readings that break off after the first piece.
        expired: The rate of questions that are not worked on in time.
        errored: The rate of questions that end with an error of the server.
        duplicated: The rate of lines that come twice.
        most_live: How many batches may be worked on at once.
    """

    delay_s: float = 0.5
    reply_delay_s: float = 0.0
    lost_replies: float = 0.0
    piece_delay_s: float = 0.0
    cut_lines: float = 0.0
    expired: float = 0.0
    errored: float = 0.0
    duplicated: float = 0.0
    most_live: int = 100


_KEYS = tuple(each.name for each in fields(BatchFaults))
_RATES = ("lost_replies", "cut_lines", "expired", "errored", "duplicated")
_AMOUNTS = ("delay_s", "reply_delay_s", "piece_delay_s")


def find_mistakes(where: str, entry: Any) -> Iterator[str]:
    """Yield one line for each mistake in a mapping."""
    if not isinstance(entry, dict):
        yield f"{where}: expected a mapping, found {entry!r}"
        return
    yield from unknown_keys(f"{where}.", entry, _KEYS)
    yield from bad_rates(f"{where}.", entry, _RATES)
    yield from bad_amounts(f"{where}.", entry, _AMOUNTS)
    if not is_integer(entry.get("most_live", 0)):
        yield f"{where}.most_live: expected a whole number from 0, found {entry['most_live']!r}"
