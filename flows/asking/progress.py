"""How far the asking is: a progress bar on a terminal, elsewhere a plain line now and then."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Self

from rich import progress as bars
from rich.console import Console

_PLAIN_EVERY_S = 10.0


@dataclass
class Progress:
    """Counts requests that ended, and shows the count, unless it is quiet."""

    total: int
    is_quiet: bool = False
    answered: int = 0
    failed: int = 0
    cost_usd: float = 0.0
    is_cost_known: bool = False
    slowed: Counter[str] = field(default_factory=Counter)
    _console: Console = field(default_factory=lambda: Console(stderr=True))
    _bars: bars.Progress | None = None
    _bar: bars.TaskID | None = None
    _started_s: float = 0.0
    _last_line_s: float = 0.0

    def __enter__(self) -> Self:
        self._started_s = self._last_line_s = time.monotonic()
        if self.total and self._console.is_terminal and not self.is_quiet:
            columns = (bars.BarColumn(), bars.MofNCompleteColumn(), bars.TextColumn("{task.fields[note]}"))
            times = (bars.TimeElapsedColumn(), bars.TimeRemainingColumn())
            self._bars = bars.Progress(bars.TextColumn("asking"), *columns, *times, console=self._console)
            self._bar = self._bars.add_task("asking", total=self.total, note="")
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars:
            self._bars.stop()

    def count(self, answered: int, failed: int, cost_usd: float | None) -> None:
        """Take note of requests that ended."""
        self.answered += answered
        self.failed += failed
        if cost_usd is not None:
            self.cost_usd += cost_usd
            self.is_cost_known = True
        self._show()

    def slow(self, trouble: str) -> None:
        """Take note that an endpoint is asked less, and why: ``time-out`` or ``overload``."""
        self.slowed[trouble] += 1
        self._show()

    def say(self, line: str) -> None:
        """Print a line that stays, above the bar."""
        if self._bars:
            self._console.print(line, highlight=False, markup=False)
        else:
            sys.stderr.write(f"{line}\n")

    def _show(self) -> None:
        if self._bars and self._bar is not None:
            self._bars.update(self._bar, completed=self.answered + self.failed, note=self._note())
        elif not self.is_quiet and time.monotonic() - self._last_line_s >= _PLAIN_EVERY_S:
            self._last_line_s = time.monotonic()
            sys.stderr.write(f"asked {self.answered + self.failed} of {self.total} {self._note()}\n")

    def _note(self) -> str:
        """Rate, errors, money so far, and why endpoints are asked less."""
        elapsed = max(time.monotonic() - self._started_s, 1e-3)
        parts = [f"{self.answered / elapsed:.0f}/s"]
        if self.failed:
            parts.append(f"{self.failed} failed")
        if self.is_cost_known:
            parts.append(f"{self.cost_usd:.2f} USD")
        if self.slowed:
            reasons = (f"{count} {trouble}{'s' if count > 1 else ''}" for trouble, count in self.slowed.items())
            parts.append(f"asking less after {' and '.join(reasons)}")
        return ", ".join(parts)
