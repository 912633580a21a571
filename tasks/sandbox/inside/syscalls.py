"""The system calls that a program may make, with their numbers on x86_64 and aarch64. All others are refused.

We left out the calls that open a network socket, start, inspect or signal a process, or change owners, modes or mounts,
and new interfaces (io_uring, bpf, keyrings). ``truncate`` is left out because Landlock does not cover it before Linux
6.2, and links because they could name a file outside.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

MACHINES = ("x86_64", "aarch64")

# fmt: off
ALLOWED: dict[str, tuple[int, int | None]] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62), "mmap": (9, 222),
    "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "mremap": (25, 216), "madvise": (28, 233),
    "msync": (26, 227), "mincore": (27, 232), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137),
    "rt_sigsuspend": (130, 133), "sigaltstack": (131, 132), "pread64": (17, 67), "pwrite64": (18, 68),
    "readv": (19, 65), "writev": (20, 66), "preadv": (295, 69), "pwritev": (296, 70), "sendfile": (40, 71),
    "copy_file_range": (326, 285), "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24), "pipe": (22, None),
    "pipe2": (293, 59), "close_range": (436, 436), "poll": (7, None), "ppoll": (271, 73), "select": (23, None),
    "pselect6": (270, 72), "epoll_create1": (291, 20), "epoll_ctl": (233, 21), "epoll_wait": (232, None),
    "epoll_pwait": (281, 22), "eventfd2": (290, 19), "getpid": (39, 172), "getppid": (110, 173), "gettid": (186, 178),
    "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "getgroups": (115, 158),
    "getresuid": (118, 148), "getresgid": (120, 150), "getpgrp": (111, None), "getcwd": (79, 17), "umask": (95, 166),
    "uname": (63, 160), "sysinfo": (99, 179), "times": (100, 153), "getrusage": (98, 165), "getrlimit": (97, 163),
    "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "getcpu": (309, 168), "getrandom": (318, 278),
    "gettimeofday": (96, 169), "time": (201, None), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115), "nanosleep": (35, 101), "alarm": (37, None), "setitimer": (38, 103),
    "getitimer": (36, 102), "stat": (4, None), "lstat": (6, None), "newfstatat": (262, 79), "statx": (332, 291),
    "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439), "readlink": (89, None),
    "readlinkat": (267, 78), "getdents64": (217, 61), "statfs": (137, 43), "fstatfs": (138, 44), "chdir": (80, 49),
    "fchdir": (81, 50), "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "unlink": (87, None),
    "unlinkat": (263, 35), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    "ftruncate": (77, 46), "fsync": (74, 82), "fdatasync": (75, 83), "fallocate": (285, 47), "fadvise64": (221, 223),
    "flock": (73, 32), "futex": (202, 98), "futex_waitv": (449, 449), "set_robust_list": (273, 99),
    "get_robust_list": (274, 100), "set_tid_address": (218, 96), "rseq": (334, 293), "membarrier": (324, 283),
    "arch_prctl": (158, None), "restart_syscall": (219, 128), "exit": (60, 93), "exit_group": (231, 94),
    "sendto": (44, 206), "recvfrom": (45, 207), "shutdown": (48, 210), "getsockname": (51, 204),
    "getpeername": (52, 205), "getsockopt": (55, 209), "setsockopt": (54, 208),
}
# Only in a scratch folder of a fixed size: elsewhere they would hide from the host how much a program has written.
OF_FOLDERS = ("mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename", "renameat", "renameat2")
# Allowed with some arguments only; see seccomp.py.
GUARDED: dict[str, tuple[int, int | None]] = {
    "open": (2, None), "openat": (257, 56), "ioctl": (16, 29), "fcntl": (72, 25), "prctl": (157, 167),
    "prlimit64": (302, 261), "clone": (56, 220), "clone3": (435, 435), "socketpair": (53, 199),
}
# fmt: on


def allowed(machine: str, *, may_make_folders: bool) -> list[int]:
    """The numbers of the calls that are allowed with any arguments."""
    names = [name for name in ALLOWED if may_make_folders or name not in OF_FOLDERS]
    return [number for name in names if (number := _number(ALLOWED, name, machine)) is not None]


def guarded(name: str, machine: str) -> int | None:
    """The number of a guarded call; None if the machine has no such call."""
    return _number(GUARDED, name, machine)


def _number(table: dict[str, tuple[int, int | None]], name: str, machine: str) -> int | None:
    return table[name][MACHINES.index(machine)]
