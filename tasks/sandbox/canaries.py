"""Programs that try to get out of the sandbox and report whether they did. A back end is safe if none gets out.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

from pathlib import Path

from tasks.sandbox.programs import Program

_REFUSED = """
try:
    {attempt}
except OSError:
    pass
else:
    raise SystemExit("it worked")
"""


def canaries(host_file: Path) -> dict[str, Program]:
    """The programs by what each of them tries. ``host_file`` is a file that the host can read."""
    attempts = {
        "read a file of the host": f"open({str(host_file)!r}).read()",
        "write a file of the host": f"open({str(host_file)!r}, 'a')",
        "open a socket": "import socket; socket.socket()",
        "fork": "import os; os.fork() or os._exit(0)",
        "signal its parent": "import os; os.kill(os.getppid(), 0)",
    }
    programs = {name: Program(_REFUSED.format(attempt=attempt)) for name, attempt in attempts.items()}
    programs["run at all"] = Program("open('scratch', 'w').write('x')\nassert open('scratch').read() == 'x'")
    return programs
