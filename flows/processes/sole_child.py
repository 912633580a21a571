"""Run one foreign program that ends with us: ``COMMAND ...``. Its output is ours.

Where we are told to end, we end it first. On Linux the system ends it even where we are killed.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
from types import FrameType

_PR_SET_PDEATHSIG = 1


def _main(command: list[str]) -> int:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def end_with_parent() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)

    process = subprocess.Popen(command, preexec_fn=end_with_parent)  # noqa: S603, PLW1509 - what the user configured

    def end(*_: int | FrameType | None) -> None:
        process.kill()  # a model server keeps no state

    signal.signal(signal.SIGTERM, end)
    code = process.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
