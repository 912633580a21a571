"""What the example of own weights trains with, installed into an environment of its own, once."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.llama import ROOT, NotToBeHadError, installing

EXAMPLE = ROOT / "infra" / "examples" / "weights"
HOME = ROOT / ".venv-torch"
_LOCK = EXAMPLE / "requirements.lock"
_INSTALLED = HOME / ".installed"
_TRANSFORMERS = ROOT / "tests" / "real" / "transformers.lock"
_WITH_TRANSFORMERS = HOME / ".with-transformers"


def install_torch() -> Path:
    """Install the example's packages, unless this lock's are here already; returns the environment.

    pip, because it follows the machine's own settings of where builds for the processor are.

    Raises:
        NotToBeHadError: They cannot be had, as where the index has only builds of torch for graphics cards.
    """
    if not _INSTALLED.exists() or _INSTALLED.read_text() != _LOCK.read_text():
        installing(sys.executable, "-m", "venv", "--clear", str(HOME))
        installing(str(HOME / "bin" / "python"), "-m", "pip", "install", "--quiet", "--requirement", str(_LOCK))
        _INSTALLED.write_text(_LOCK.read_text())
    return HOME


def install_transformers() -> Path:
    """Install transformers into the same environment; returns its folder of packages.

    Raises:
        NotToBeHadError: The package index lacks it, or torch.
    """
    home = install_torch()
    if not _WITH_TRANSFORMERS.exists() or _WITH_TRANSFORMERS.read_text() != _TRANSFORMERS.read_text():
        python = str(home / "bin" / "python")
        installing(python, "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", str(_TRANSFORMERS))
        _WITH_TRANSFORMERS.write_text(_TRANSFORMERS.read_text())
    return next(home.glob("lib/python*/site-packages"))


__all__ = ["EXAMPLE", "NotToBeHadError", "install_torch", "install_transformers"]
