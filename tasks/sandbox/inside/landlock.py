"""Landlock: limits this process to some folders and forbids TCP and signals to others. This cannot be undone.

We handle every right that the running kernel knows, so the kernel refuses what no rule grants. An older kernel knows
fewer rights; the filter of system calls covers the rest.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same numbers on every machine
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_O_PATH = 0o10000000

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_OF_FILES = _WRITE_FILE | _READ_FILE | _TRUNCATE
_READ = _READ_FILE | _READ_DIR
_WRITE = _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _REFER | _TRUNCATE

_COUNT_RIGHTS = (0, 13, 14, 15, 15, 16)  # of file systems, by version; later versions added no rights of this kind
_NETWORK_SINCE, _ALL_TCP = 4, 0b11
_SCOPES_SINCE, _ALL_SCOPES = 6, 0b11  # abstract unix sockets, signals


def version(libc: ctypes.CDLL) -> int:
    """The version of Landlock in this kernel; 0 if it has none."""
    return max(int(libc.syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION_FLAG)), 0)


def restrict(libc: ctypes.CDLL, readable: Iterable[str], writable: Iterable[str]) -> None:
    """Limit this process to these folders and files. Does nothing on a kernel without Landlock.

    Raises:
        OSError: the kernel refused the rules.
    """
    known = version(libc)
    if not known:
        return
    handled = (1 << _COUNT_RIGHTS[min(known, len(_COUNT_RIGHTS) - 1)]) - 1
    attributes = struct.pack("=Q", handled)
    if known >= _NETWORK_SINCE:
        attributes += struct.pack("=Q", _ALL_TCP)
    if known >= _SCOPES_SINCE:
        attributes += struct.pack("=Q", _ALL_SCOPES)
    ruleset = _checked(libc.syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0))
    for paths, rights in ((readable, _READ), (writable, _WRITE)):
        for path in paths:
            _grant(libc, ruleset, path, rights & handled)
    _checked(libc.syscall(_RESTRICT, ruleset, 0))
    os.close(ruleset)


def _grant(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        target = os.open(path, _O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(os.fstat(target).st_mode):
        rights &= _OF_FILES
    rule = struct.pack("=Qi", rights, target)
    _checked(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0))
    os.close(target)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "landlock refused")
    return int(result)
