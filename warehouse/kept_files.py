"""Files that are costly to make, kept in the user's cache folder for the next process.

A kept file's name holds a hash of its content: a file whose content does not have its hash is damaged and is deleted.
Where the folder cannot be written, nothing is kept, and every process makes its own. Two processes may keep the same
thing at once, because each file takes its place whole.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path

from warehouse.whole_files import swapped_in


def kept(name: str, suffix: str) -> bytes | None:
    """The content of a kept file, None before anything was kept; ``name`` says what it is and of which version."""
    for path in sorted(_folder().glob(f"{name}-*{suffix}")):
        with suppress(OSError):
            content = path.read_bytes()
            if path.name == _file_name(name, suffix, content):
                return content
            path.unlink()
    return None


def keep(name: str, suffix: str, content: bytes) -> None:
    """Keep a content for later processes, if the folder can be written."""
    with suppress(OSError), swapped_in(_folder() / _file_name(name, suffix, content)) as building:
        building.write_bytes(content)


def _file_name(name: str, suffix: str, content: bytes) -> str:
    return f"{name}-{hashlib.sha256(content).hexdigest()[:32]}{suffix}"


def _folder() -> Path:
    return user_cache_path("aligntax")
