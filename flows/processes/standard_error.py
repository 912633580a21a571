"""Standard error outlives its reader: a closed pipe or terminal costs the line that nobody reads, and nothing else."""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from typing import Any


class _Heard(io.FileIO):
    """A file descriptor that takes what can no longer be written as written."""

    def write(self, data: Any) -> int:
        """Write, or lose the bytes; returns how many there were."""
        try:
            return super().write(data) or 0
        except OSError:
            return len(data)


def outlive_reader() -> None:
    """Let no line on standard error fail from now on, such as the progress of a run behind ``2>&1 | head``."""
    before = sys.__stderr__
    if before is None or before is not sys.stderr:
        return  # done before, or somebody else listens
    with suppress(OSError):
        before.flush()
    buffer = io.BufferedWriter(_Heard(before.fileno(), "w", closefd=False))
    sys.stderr = io.TextIOWrapper(buffer, before.encoding, before.errors, line_buffering=True)
