import subprocess
import sys

import pytest

SAYING = """
import sys
from flows.processes.standard_error import outlive_reader
{outlive}
print("ready", flush=True)
sys.stdin.readline()
for number in range(3):
    sys.stderr.write(f"line {{number}}\\n")
print("done", sys.stderr.isatty(), file=sys.stderr, flush=True)
print("alive")
"""
OUTLIVE = "sys.stderr.write('before\\n'); outlive_reader(); outlive_reader()"


def said(outlive, *, reads):
    """What a process says on both streams, where somebody reads the second one to the end or goes before it is used."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen([sys.executable, "-c", SAYING.format(outlive=outlive)], text=True, **pipes) as process:
        assert process.stdout.readline() == "ready\n"
        if not reads:
            process.stderr.close()
        process.stdin.write("\n")
        process.stdin.close()
        return process.stdout.read(), process.stderr.read() if reads else None


def test_lines_are_written_as_before():
    assert said(OUTLIVE, reads=True) == ("alive\n", "before\nline 0\nline 1\nline 2\ndone False\n")


@pytest.mark.parametrize(("outlive", "lives"), [(OUTLIVE, "alive\n"), ("", "")])
def test_a_reader_that_has_gone_costs_only_the_lines(outlive, lives):
    assert said(outlive, reads=False) == (lives, None)
