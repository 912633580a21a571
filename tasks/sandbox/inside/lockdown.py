"""Lock this process down in several layers. It can remove none of them.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sysconfig
from collections.abc import Sequence

from . import landlock, seccomp

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITY_VERSION, _COUNT_CAPABILITIES = 0x20080522, 64
_SIGKILL = 9

FILE_BYTES = 16 * 1024 * 1024
_OPEN_FILES = 64
_STACK_BYTES = 64 * 1024 * 1024


def load_libc() -> ctypes.CDLL:
    """The C library. It is loaded before any program runs, because the search for it forks."""
    return ctypes.CDLL(None, use_errno=True)


def readable() -> list[str]:
    """What a program may read: the standard library, shared libraries, time zones and a few devices."""
    paths = sysconfig.get_paths()
    shared = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo", "/etc/localtime", "/etc/ld.so.cache")
    return [paths["stdlib"], paths["platstdlib"], *shared, "/dev/null", "/dev/zero", "/dev/urandom"]


def lock_down(
    libc: ctypes.CDLL, writable: Sequence[str], *, seconds: int, memory_mb: int, may_make_folders: bool
) -> None:
    """Limit this process to its scratch folder, its memory and its time.

    Raises:
        OSError: a layer could not be added. The caller must end the process.
    """
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    _drop_capabilities(libc)
    _limit(seconds, memory_mb)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs refused")
    landlock.restrict(libc, readable(), [*writable, "/dev/null"])
    seccomp.restrict(libc, may_make_folders=may_make_folders)


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """Drop all capabilities. Root is then an ordinary user who still owns root's files, which Landlock protects."""
    for capability in range(_COUNT_CAPABILITIES):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    if libc.capset(struct.pack("=Ii", _CAPABILITY_VERSION, 0), struct.pack("=6I", *[0] * 6)) != 0:
        raise OSError(ctypes.get_errno(), "capset refused")


def _limit(seconds: int, memory_mb: int) -> None:
    limits = {
        resource.RLIMIT_AS: memory_mb * 1024 * 1024,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
    }
    for limit, wanted in limits.items():
        _, most = resource.getrlimit(limit)
        value = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(limit, (value, value))
    resource.setrlimit(
        resource.RLIMIT_CPU, (seconds, seconds + 1)
    )  # first a signal, then the end for programs that ignore it
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    if most == resource.RLIM_INFINITY or most > _STACK_BYTES:
        resource.setrlimit(resource.RLIMIT_STACK, (_STACK_BYTES, _STACK_BYTES))
    os.umask(0o077)
