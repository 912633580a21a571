"""How a worker is started: in the namespaces of bubblewrap, or without them. Each program is locked down in both.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_INSIDE = Path(__file__).resolve().parent / "inside"
_START = "import sys; sys.path.insert(0, {folder!r}); from inside.worker import main; sys.path.pop(0); main()"
_TMP_BYTES = 256 * 1024 * 1024
MACHINES = ("x86_64", "aarch64")


@dataclass(frozen=True, slots=True)
class Start:
    """A way to start workers. ``command`` takes a folder of the host in which programs may write."""

    name: str
    command: Callable[[Path], list[str]]
    outer_layers: tuple[str, ...] = ()


def starts() -> list[Start]:
    """The ways for which this machine has the programs, the strongest first."""
    if platform.system() != "Linux" or platform.machine() not in MACHINES:
        return []
    bubblewrap = shutil.which("bwrap")
    found = [Start("lockdown", _bare)]
    if bubblewrap:
        found.insert(0, Start("bubblewrap", lambda _: _wrapped(bubblewrap), ("namespaces",)))
    return found


def _bare(scratch: Path) -> list[str]:
    return [*_python(), str(scratch)]


def _python() -> list[str]:
    """The command for the interpreter behind the virtual environment, without its packages, variables and site."""
    start = _START.format(folder=str(_INSIDE.parent))
    return [os.path.realpath(sys.executable), "-I", "-S", "-B", "-X", "utf8", "-c", start]


def _wrapped(bubblewrap: str) -> list[str]:
    """New namespaces, no capabilities, and an empty root with system libraries, Python and the worker, read-only."""
    options = ["--unshare-user", "--unshare-all", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    options += ["--ro-bind", "/usr", "/usr"]
    for folder in ("/lib", "/lib64"):
        if Path(folder).is_symlink():
            options += ["--symlink", str(Path(folder).readlink()).lstrip("/"), folder]
        else:
            options += ["--ro-bind-try", folder, folder]
    options += ["--proc", "/proc", "--dev", "/dev", "--size", str(_TMP_BYTES), "--tmpfs", "/tmp"]  # noqa: S108 - a new folder, not the host's
    for folder in (os.path.realpath(sys.base_prefix), str(_INSIDE)):  # after /tmp, because they may lie in it
        if not f"{folder}/".startswith("/usr/"):
            options += ["--ro-bind", folder, folder]
    options += ["--uid", "65534", "--gid", "65534", "--hostname", "sandbox", "--chdir", "/tmp", "--remount-ro", "/"]  # noqa: S108 - the same
    return [bubblewrap, *options, "--", *_python(), "/tmp"]  # noqa: S108 - the same
