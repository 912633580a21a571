"""An allow-list of system calls as a seccomp filter. A call that is not listed fails with EPERM. It cannot be undone.

The filter is a program for the kernel's classic BPF machine. It reads ``struct seccomp_data``: the number of the call,
the architecture, and six arguments of 64 bits, of which each half is loaded separately.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from dataclasses import dataclass

from . import syscalls

_LOAD, _JUMP_EQUAL, _JUMP_ANY_BIT, _MASK, _RETURN = 0x20, 0x15, 0x45, 0x54, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE = 0x00050000 | errno.EPERM
_UNKNOWN = 0x00050000 | errno.ENOSYS  # glibc falls back from clone3 to clone, whose flags a filter can read
_UNSUPPORTED = 0x00050000 | errno.EOPNOTSUPP
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000  # a second numbering of the same calls on x86_64

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2

_CLONE_THREAD, _CLONE_NEW = 0x00010000, 0x7E020080  # any new namespace
_PR_SET_NAME = 15
_AF_UNIX, _SOCK_STREAM, _SOCKET_TYPE = 1, 1, 0xF
_O_ACCMODE_AND_TRUNC, _O_TRUNC, _TMPFILE = 0x203, 0x200, 0x400000
_TERMINAL_AND_CLOSING = (0x5401, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 1030)  # duplicates, flags, locks; F_SETOWN could make the kernel signal others

Code = list[tuple[int, int, int, int]]


@dataclass(frozen=True)
class _Argument:
    """Loads of the two halves of one argument."""

    index: int

    @property
    def low(self) -> tuple[int, int, int, int]:
        return (_LOAD, 0, 0, _ARGUMENTS + 8 * self.index)

    @property
    def high(self) -> tuple[int, int, int, int]:
        return (_LOAD, 0, 0, _ARGUMENTS + 8 * self.index + 4)


def instructions(machine: str, *, may_make_folders: bool) -> Code:
    """The filter's program: it kills foreign architectures, allows listed calls and checks the guarded ones.

    Without ``may_make_folders`` a file can be made and written, and never moved or removed.
    """
    code: Code = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, _AUDIT[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        code += [(_JUMP_ANY_BIT, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    for number in syscalls.allowed(machine, may_make_folders=may_make_folders):
        code += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    for name, body in _guards(may_make_folders=may_make_folders).items():
        guarded = syscalls.guarded(name, machine)
        if guarded is not None:
            code += [(_JUMP_EQUAL, 0, len(body), guarded), *body]
    code.append((_RETURN, 0, 0, _REFUSE))
    return code


def _guards(*, may_make_folders: bool) -> dict[str, Code]:
    """For each guarded call the part of the program that allows or refuses it by its arguments."""
    return {
        "clone": [  # threads only
            _Argument(0).low,
            (_JUMP_ANY_BIT, 0, 1, _CLONE_NEW),
            (_RETURN, 0, 0, _REFUSE),
            (_JUMP_ANY_BIT, 0, 1, _CLONE_THREAD),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _REFUSE),
        ],
        "clone3": [(_RETURN, 0, 0, _UNKNOWN)],
        "prlimit64": [  # to read limits, not to set them
            _Argument(2).low,
            (_JUMP_EQUAL, 1, 0, 0),
            (_RETURN, 0, 0, _REFUSE),
            _Argument(2).high,
            (_JUMP_EQUAL, 1, 0, 0),
            (_RETURN, 0, 0, _REFUSE),
            (_RETURN, 0, 0, _ALLOW),
        ],
        "socketpair": [  # a connected pair of streams reaches no other process, and event loops need one
            _Argument(0).low,
            (_JUMP_EQUAL, 1, 0, _AF_UNIX),
            (_RETURN, 0, 0, _REFUSE),
            _Argument(1).low,
            (_MASK, 0, 0, _SOCKET_TYPE),
            (_JUMP_EQUAL, 1, 0, _SOCK_STREAM),
            (_RETURN, 0, 0, _REFUSE),
            (_RETURN, 0, 0, _ALLOW),
        ],
        # Before Linux 6.2, Landlock allows a process to empty a file that it may read by opening it.
        "open": _opening(_Argument(1), may_be_nameless=may_make_folders),
        "openat": _opening(_Argument(2), may_be_nameless=may_make_folders),
        "ioctl": _one_of(_Argument(1), _TERMINAL_AND_CLOSING),
        "fcntl": _one_of(_Argument(1), _FCNTL),
        "prctl": _one_of(_Argument(0), (_PR_SET_NAME,)),
    }


def _opening(flags: _Argument, *, may_be_nameless: bool) -> Code:
    """Refuses to empty a file that is opened to read, and files without a name, whose size nobody could see."""
    nameless: Code = [(_JUMP_ANY_BIT, 0, 1, _TMPFILE), (_RETURN, 0, 0, _UNSUPPORTED)]
    return [
        flags.low,
        *([] if may_be_nameless else nameless),
        (_MASK, 0, 0, _O_ACCMODE_AND_TRUNC),
        (_JUMP_EQUAL, 0, 1, _O_TRUNC),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _one_of(argument: _Argument, values: tuple[int, ...]) -> Code:
    code: Code = [argument.low]
    for value in values:
        code += [(_JUMP_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
    return [*code, (_RETURN, 0, 0, _REFUSE)]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def restrict(libc: ctypes.CDLL, *, may_make_folders: bool) -> None:
    """Install the filter on this process, which must have one thread. Needs no privilege.

    Raises:
        OSError: the kernel refused the filter.
        KeyError: there is no table for this machine.
    """
    machine = os.uname().machine
    code = instructions(machine, may_make_folders=may_make_folders)
    packed = b"".join(struct.pack("=HBBI", *instruction) for instruction in code)
    buffer = ctypes.create_string_buffer(packed, len(packed))
    program = _Program(len(code), ctypes.cast(buffer, ctypes.c_void_p))
    for arguments in ((_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0)):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "seccomp refused")
