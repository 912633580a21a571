"""How a worker is started: in the namespaces of bubblewrap, or without them. Each program is locked down in both.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_INSIDE = Path(__file__).resolve().parent / "inside"
_START = "import sys; sys.path.insert(0, {folder!r}); from inside.worker import main; sys.path.pop(0); main()"
_SCRATCH = "/scratch"
MACHINES = ("x86_64", "aarch64")


@dataclass(frozen=True, slots=True)
class Start:
    """A way to start workers."""

    name: str
    command: Callable[[], list[str]]
    outer_layers: tuple[str, ...] = ()


def starts() -> list[Start]:
    """The ways for which this machine has the programs, the strongest first."""
    if platform.system() != "Linux" or platform.machine() not in MACHINES:
        return []
    bubblewrap = shutil.which("bwrap")
    found = [Start("lockdown", _bare)]
    if bubblewrap:
        found.insert(0, Start("bubblewrap", lambda: _wrapped(bubblewrap), ("namespaces",)))
    return found


def _bare() -> list[str]:
    return [*_python(), "flat", tempfile.gettempdir()]


def _python() -> list[str]:
    """The command for the interpreter behind the virtual environment, without its packages, variables and site."""
    start = _START.format(folder=str(_INSIDE.parent))
    return [os.path.realpath(sys.executable), "-I", "-S", "-B", "-X", "utf8", "-c", start]


def _wrapped(bubblewrap: str) -> list[str]:
    """New namespaces, and an empty root with system libraries, Python and the worker, read-only.

    The worker may mount, in its own namespaces only, a scratch folder for each program; a program has no capability.
    """
    options = ["--unshare-user", "--unshare-all", "--new-session", "--clearenv"]
    options += ["--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN"]
    options += ["--ro-bind", "/usr", "/usr"]
    for folder in ("/lib", "/lib64"):
        if Path(folder).is_symlink():
            options += ["--symlink", str(Path(folder).readlink()).lstrip("/"), folder]
        else:
            options += ["--ro-bind-try", folder, folder]
    options += ["--proc", "/proc", "--dev", "/dev", "--dir", _SCRATCH]
    for folder in (os.path.realpath(sys.base_prefix), str(_INSIDE)):
        if not f"{folder}/".startswith("/usr/"):
            options += ["--ro-bind", folder, folder]
    options += ["--uid", "65534", "--gid", "65534", "--hostname", "sandbox", "--chdir", "/", "--remount-ro", "/"]
    return [bubblewrap, *options, "--", *_python(), "mounted", _SCRATCH]
