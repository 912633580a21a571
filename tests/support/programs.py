"""Runs programs of the tests' own, with their checks, in this process. Those of others run in the sandbox only."""

from __future__ import annotations

import warnings

from tasks.sandbox import Check, Program
from tasks.scorers import CheckedProgram


def passes_here(program: CheckedProgram) -> bool:
    """Whether a program that we wrote passes its check."""
    names: dict[str, object] = {"__name__": "program"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(program.source, "<program>", "exec"), names)
            exec(compile(program.test, "<test>", "exec"), names)
            names["check"](names[program.entry_point])
    except Exception:  # noqa: BLE001 - a wrong program may raise any error
        return False
    return True


def to_run(program: CheckedProgram) -> Program:
    """The program as the sandbox takes it."""
    return Program(program.source, Check(program.test, program.entry_point, program.given, program.is_beside))
