"""Which sandbox is opened, and what is said where none is safe."""

from __future__ import annotations

import sys

import pytest

from tasks.sandbox import NoSandbox, Program, open_sandbox
from tasks.sandbox.backends import Start, starts
from tests.conftest import absent

BROKEN = Start("broken", lambda: ["/no/such/program"])
SILENT = Start("silent", lambda: [sys.executable, "-c", "import sys; sys.exit('no memory')"])


def test_without_a_way_the_message_says_what_the_sandbox_needs():
    with pytest.raises(NoSandbox, match="the sandbox needs Linux on x86_64 or aarch64"), open_sandbox([]):
        pass


def test_the_message_names_each_way_with_its_reason():
    expected = r"broken: broken did not start: .*; silent: the worker has ended: no memory"
    with pytest.raises(NoSandbox, match=expected), open_sandbox([BROKEN, SILENT]):
        pass


def test_the_first_way_that_is_safe_runs_the_programs_in_their_order():
    safe = starts()
    if not safe:
        absent("no sandbox is safe on this machine")
    with open_sandbox([BROKEN, *safe], count_workers=2) as sandbox:
        ended = sandbox.run([Program("assert False"), Program(""), Program("raise SystemExit")])
    assert [execution.verdict for execution in ended] == ["assert", "pass", "exit"]
