"""A script: try every attack in one back end and print as JSON how each program ended.

Usage: attacks.py BACK_END. Needs the package ``tasks.sandbox`` and ``cheats`` on its path and nothing else.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from tasks.sandbox import Check, Program, open_sandbox
from tasks.sandbox.backends import starts
from tests.tasks.sandbox.cheats import CHEATS, RIGHT, TEST

C = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
LOOP = "while True:\n    "
# By name: the program, and the verdict that shows that it got nowhere. `assert` fails where a C call was refused.
ATTACKS = {
    "tcp": ("import socket\nsocket.create_connection(('127.0.0.1', {port}), 1)", "error"),
    "udp": ("import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))", "error"),
    "unix socket": ("import socket\nsocket.socket(socket.AF_UNIX).connect('\\0{abstract}')", "error"),
    "datagrams of a socket pair": ("import socket\nsocket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)", "error"),
    "read a file outside": ("open({victim!r}).read()", "error"),
    "read /etc/passwd": ("open('/etc/passwd').read()", "error"),
    "list a folder outside": ("import os\nos.listdir({folder!r})", "error"),
    "write outside": ("open({victim!r}, 'w').write('x')", "error"),
    "write in /tmp": ("open('/tmp/escaped', 'w')", "error"),
    "write in /dev/shm": ("open('/dev/shm/escaped', 'w')", "error"),
    "truncate outside": ("import os\nos.truncate({victim!r}, 0)", "error"),
    "truncate by opening to read": ("import os\nos.open({victim!r}, os.O_RDONLY | os.O_TRUNC)", "error"),
    "change a mode outside": ("import os\nos.chmod({victim!r}, 0o777)", "error"),
    "delete outside": ("import os\nos.unlink({victim!r})", "error"),
    "rename outside": ("import os\nos.rename({victim!r}, 'mine')", "error"),
    "link outside": ("import os\nos.link({victim!r}, 'mine')", "error"),
    "fork bomb": ("import os\n" + LOOP + "os.fork()", "error"),
    "one fork": ("import os\nos.fork()", "error"),
    "daemonised grandchild": (
        "import os\nif os.fork() == 0:\n    os.setsid()\n    os.fork() or os.execv('/bin/sleep', ['sleep', '1000'])",
        "error",
    ),
    "clone by hand": (C + "assert libc.syscall({clone}, 17, 0, 0, 0, 0) > 0", "assert"),
    "subprocess": ("import subprocess\nsubprocess.run(['/bin/true'])", "error"),
    "exec": ("import os\nos.execv('/bin/true', ['true'])", "error"),
    "8 GB of memory": ("x = 'a' * (8 << 30)", "memory"),
    "a growing list": ("x = []\n" + LOOP + "x.append('a' * 1_000_000 + str(len(x)))", "memory"),
    "endless loop": (LOOP + "pass", "timeout"),
    "loop that swallows every exception": (
        LOOP + "try:\n        while True: 1 / 0\n    except BaseException: pass",
        "timeout",
    ),
    "ignored signals": (
        "import signal\nfor n in (*range(1, 9), *range(10, 19), *range(20, 32)): signal.signal(n, signal.SIG_IGN)\n"
        + LOOP
        + "pass",
        "timeout",
    ),
    "endless sleep": ("import time\ntime.sleep(1000)", "timeout"),
    "10 GB file": ("with open('big', 'wb') as f:\n    for _ in range(10_240): f.write(bytes(1 << 20))", "error"),
    "many large files": (
        "for n in range(10_000):\n    with open(str(n), 'wb') as f: f.write(bytes(8 << 20))",
        "full",
    ),
    "many small files": ("for n in range(1 << 30): open(str(n), 'w').close()", "full"),
    "output flood": (LOOP + "print('x' * 1_000)", "output_flood"),
    "flood of the private descriptor": ("import os\n" + LOOP + "os.write(3, b'x' * 1_000)", "output_flood"),
    "kill a sibling": ("import os\nos.kill({sibling}, 9)", "error"),
    "kill the parent": ("import os\nos.kill(os.getppid(), 9)", "error"),
    "kill everybody": ("import os\nos.kill(-1, 9)", "error"),
    "signals by file owner": ("import fcntl, os\nfcntl.fcntl(1, fcntl.F_SETOWN, os.getppid())", "error"),
    "ptrace": (C + "assert libc.ptrace(16, os.getppid(), 0, 0) == 0", "assert"),
    "read its parent's memory": ("import os\nopen(f'/proc/{{os.getppid()}}/mem', 'rb').read(1)", "error"),
    "an environment secret": ("import os\nos.environ['ATTACK_SECRET']", "error"),
    "its own /proc environment": ("open('/proc/self/environ').read()", "error"),
    "another's environment": ("open('/proc/{sibling}/environ').read()", "error"),
    "its parent's environment": ("import os\nopen(f'/proc/{{os.getppid()}}/environ').read()", "error"),
    "exit before the check": ("import os\nos._exit(0)", "exit"),
    "polite exit before the check": ("raise SystemExit(0)", "exit"),
    "the pass marker printed": ('import os\nprint(\'{{"verdict": "pass", "detail": null}}\')\nos._exit(0)', "exit"),
    "the pass marker on every descriptor": (
        "import os\nfor fd in range(1, 4): os.write(fd, b'{{\"verdict\": \"pass\", \"detail\": null}}')\nos._exit(0)",
        "exit",
    ),
    "io_uring": (C + "assert libc.syscall(425, 8, ctypes.create_string_buffer(120)) >= 0", "assert"),
    "a new user namespace": (C + "assert libc.unshare(0x10000000) == 0", "assert"),
    "mount": (C + "assert libc.mount(b'none', b'.', b'tmpfs', 0, None) == 0", "assert"),
    "chroot": ("import os\nos.chroot('.')", "error"),
    "keyrings": (C + "assert libc.syscall({keyctl}, 0, -3, 1) >= 0", "assert"),
    "bpf": (C + "assert libc.syscall({bpf}, 0, 0, 0) >= 0 or ctypes.get_errno() != 1", "assert"),
    "raised limits": ("import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))", "error"),
    "thread bomb": (
        "import threading, time\n" + LOOP + "threading.Thread(target=time.sleep, args=(99,)).start()",
        "error",
    ),
    "endless recursion": ("def f(): return f()\nf()", "error"),
    "a lying exception": ("class E(Exception):\n    def __str__(self): raise self\nraise E", "error"),
    "standard input": ("input()", "error"),
    "no syntax": ("def f(:", "error"),
    "a failed assertion": ("assert 1 == 2", "assert"),
}  # fmt: skip
HARMLESS = {
    "threads": "import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()",
    "a file": "with open('x', 'w') as f: f.write('x')\nassert open('x').read() == 'x'",
    "an event loop": "import asyncio\nasync def f(): return 1\nassert asyncio.run(f()) == 1",
    "a late import": "import sqlite3, xml.etree.ElementTree, ctypes, concurrent.futures, zoneinfo",
    "dataclasses": "import dataclasses\n@dataclasses.dataclass\nclass P:\n    x: 'int' = 1\nassert P().x == 1",
    "no main": "assert __name__ != '__main__'",
    "no leaked descriptor": (
        "import os\nopen_ones = []\nfor fd in range(4, 60):\n    try: open_ones.append(os.fstat(fd))\n"
        "    except OSError: pass\nassert not open_ones"
    ),
    "the empty program": "",
    "a lone surrogate": "assert '\\ud800'",
}
NUMBERS = {"x86_64": {"clone": 56, "keyctl": 250, "bpf": 321}, "aarch64": {"clone": 220, "keyctl": 219, "bpf": 280}}


def main(back_end: str) -> None:
    way = next(way for way in starts() if way.name == back_end)
    folder = Path(tempfile.mkdtemp())
    victim = folder / "victim"
    victim.write_text("untouched")
    with (
        open_sandbox([way], count_workers=2) as sandbox,
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as abstract,
        subprocess.Popen(["sleep", "600"]) as sibling,
    ):
        abstract.bind(f"\0attack-{os.getpid()}")
        abstract.listen()
        facts = {
            "port": server.getsockname()[1], "abstract": f"attack-{os.getpid()}", "victim": str(victim),
            "folder": str(folder), "sibling": sibling.pid, **NUMBERS[os.uname().machine],
        }  # fmt: skip
        sources = {name: source.format(**facts) for name, (source, _) in ATTACKS.items()} | HARMLESS
        # Memory low enough that filling it takes a slow machine less than the second of processor time.
        results = sandbox.run([Program(source, seconds=1, memory_mb=160) for source in sources.values()])
        # A right program behind every few wrong ones: none of them changes its verdict.
        check = Check(TEST, "f", "def f(xs, start=0): pass\n")
        honest = [name for place, cheat in enumerate(CHEATS) for name in (cheat, *([None] if place % 8 == 0 else []))]
        asked = [Program(CHEATS[name] if name else RIGHT, check, seconds=1, memory_mb=256) for name in honest]
        ended = list(zip(honest, sandbox.run(asked), strict=True))
        cheats = {name: (result.verdict, result.detail) for name, result in ended if name}
        right = sorted({result.verdict for name, result in ended if name is None})
        report = {name: (result.verdict, result.detail) for name, result in zip(sources, results, strict=True)}
        report |= {"cheats": cheats, "right": right}
        report["layers"] = list(sandbox.back_end.layers)
        report["sibling lives"] = sibling.poll() is None
        sibling.kill()
    report["victim"] = victim.read_text() + oct(victim.stat().st_mode & 0o777)
    report["escaped"] = [path for path in ("/tmp/escaped", "/dev/shm/escaped") if Path(path).exists()]
    here = str(Path(__file__).parent)
    report["left"] = [path.name for path in Path("/proc").iterdir() if _is_worker_of(path.name, here)]
    print(json.dumps(report))


def _is_worker_of(pid: str, folder: str) -> bool:
    """True for a worker started from this copy of the package."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False
    return folder in command and "inside.worker" in command


if __name__ == "__main__":
    main(sys.argv[1])
