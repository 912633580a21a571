"""An error that nobody foresaw: one line for the user, and a file with the traceback for whoever mends it.

The file holds no key: the values of variables that hold one, and passwords in addresses, are removed.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from tasks.errors import innermost, one_line

EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h: an error inside the program
_DEBUG = "ALIGNTAX_DEBUG"
_REMOVED = "[key removed]"
_KEY_VARIABLE = re.compile(r"api_key_env\W+(\w+)")
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH", re.IGNORECASE)
# Shorter values are placeholders (none, EMPTY), which are words that a traceback may hold.
_SHORTEST_SECRET = 8
_PASSWORD = re.compile(r"(?<=://)[^/\s@'\"]+@")


def line_of(error: BaseException) -> str:
    """The line for the user, once the traceback is written; with ``ALIGNTAX_DEBUG`` it is printed as well."""
    details = _without_secrets("".join(traceback.format_exception(error)), os.environ)
    if os.environ.get(_DEBUG):
        sys.stderr.write(details)
    cause = innermost(error)
    said = one_line(_without_secrets(str(cause), os.environ))
    kept = _kept(f"{_circumstances()}\n{details}")
    where = f"details: {kept}; please report" if kept else f"set {_DEBUG}=1 to see the details; please report"
    return f"unexpected error: {type(cause).__name__}{': ' if said else ''}{said} ({where})"


def _circumstances() -> str:
    from importlib.metadata import version

    versions = f"aligntax {version('aligntax')}, Python {platform.python_version()}, {platform.platform()}"
    return f"{versions}\n$ aligntax {_without_secrets(' '.join(sys.argv[1:]), os.environ)}"


def _kept(text: str) -> Path | None:
    """The file that now holds the text, None where no file can be written."""
    from platformdirs import user_state_path

    now = datetime.now(UTC)
    path = user_state_path("aligntax") / "errors" / f"{now:%Y-%m-%dT%H-%M-%S}-{os.getpid()}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError:
        return None
    return path


def _without_secrets(text: str, environment: Mapping[str, str]) -> str:
    """A text without the values of variables that hold a key, however they are escaped, and without passwords."""
    from tasks.providers.keys import KeyRemover

    named = _key_variables(sys.argv)
    secrets = {
        value.strip()
        for name, value in environment.items()
        if (name in named or _SECRET_NAME.search(name)) and len(value.strip()) >= _SHORTEST_SECRET
    }
    for secret in sorted(secrets, key=len, reverse=True):
        text = KeyRemover(secret).removed_from(text)
    return _PASSWORD.sub(f"{_REMOVED}@", text)


def _key_variables(arguments: Sequence[str]) -> frozenset[str]:
    """The variables that the configuration in use names, whatever they are called."""
    given = [after for before, after in pairwise(arguments) if before in {"--config", "-c"}]
    try:
        text = Path(given[-1] if given else "aligntax.yaml").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return frozenset()
    return frozenset(_KEY_VARIABLE.findall(text))
