"""Execute the programs in a run's answers, in the sandbox, and land what became of them as facts.

Where no sandbox holds on this machine, nothing is run: the answers wait for one and do not count as wrong. Knows the
sandbox and the scorers that read executions; must not know Prefect, SQL, or how a verdict becomes a score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeAlias

import polars as pl

from tasks.answers import read_landed
from tasks.domain import Item, storable
from tasks.sandbox import BackEnd, Check, Execution, Program, SandboxError, open_sandbox
from tasks.scorers import SCORERS, CheckedProgram, ProgramScorer, Scorer
from warehouse.connection import Row, Warehouse

_BATCH_ROWS = 1_000  # a crash repeats at most so many executions
# The rule that a program runs under, and the program's hash.
_Key: TypeAlias = tuple[str, str]


class Runner(Protocol):
    """What runs programs: the sandbox."""

    @property
    def back_end(self) -> BackEnd:
        """What holds the programs in."""

    def run(self, programs: Sequence[Program]) -> list[Execution]:
        """Run all of them; results in their order."""


@dataclass(frozen=True, slots=True)
class ExecutedPrograms:
    """What executing a run's programs came to. ``reason`` says why ``count_waiting`` of them could not be run.

    ``beside`` says of which benchmarks how many items were tested in the program's process, as "coding: 2 of 40".
    """

    count_executed: int = 0
    count_reused: int = 0
    count_waiting: int = 0
    reason: str | None = None
    beside: tuple[str, ...] = ()

    def plus(self, other: ExecutedPrograms) -> ExecutedPrograms:
        """Both together: of several runs, oldest last."""
        return ExecutedPrograms(
            self.count_executed + other.count_executed,
            self.count_reused + other.count_reused,
            self.count_waiting + other.count_waiting,
            self.reason or other.reason,
            tuple(dict.fromkeys((*self.beside, *other.beside))),
        )


@dataclass(frozen=True, slots=True)
class Again:
    """Which programs are run although they were run before: those of a benchmark, or all, not run since ``since``."""

    since: datetime
    benchmark_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Pending:
    """A program that waits to be run for an answer."""

    generation_id: str
    scorer: ProgramScorer
    program: CheckedProgram

    @property
    def key(self) -> _Key:
        """Equal for equal programs under the same limits."""
        return self.scorer.fact_rule, self.program.content_hash

    def to_run(self) -> Program:
        """The program as the sandbox takes it."""
        program, scorer = self.program, self.scorer
        check = Check(program.test, program.entry_point, program.given, program.is_beside)
        return Program(program.source, check, scorer.seconds, scorer.memory_mb)


def execute_programs(
    warehouse: Warehouse,
    run_id: str,
    scorers: Mapping[str, Scorer] = SCORERS,
    opening: Callable[[], AbstractContextManager[Runner]] = open_sandbox,
    again: Again | None = None,
) -> ExecutedPrograms:
    """Run every program of a run that was not run yet under its scorer's limits, or run them ``again``.

    The same program under the same limits is run once, however many answers hold it; a time-out is not taken over from
    another run. The sandbox is opened only if there is something to run.
    """
    running = {name: scorer for name, scorer in scorers.items() if isinstance(scorer, ProgramScorer)}
    wanted = pl.DataFrame(
        [(name, scorer.fact_rule) for name, scorer in running.items()],
        schema={"scorer": pl.String, "runner": pl.String},
        orient="row",
    )
    batches = warehouse.query_batches(
        "unexecuted_answers",
        _BATCH_ROWS,
        frames={"wanted_runners": wanted},
        run_id=run_id,
        since=again and again.since,
        benchmark_id=again and again.benchmark_id,
    )
    found = ExecutedPrograms()
    with ExitStack() as stack:
        sandbox = _OpenedOnce(opening, stack)
        for batch in batches:
            pending = _pending(batch, running)
            known = {} if again else _known(warehouse, pending)
            found = _with_batch(found, warehouse, sandbox, pending, known)
    return replace(found, reason=sandbox.reason, beside=_beside(warehouse, run_id))


def _beside(warehouse: Warehouse, run_id: str) -> tuple[str, ...]:
    rows = warehouse.query_rows("items_beside", run_id=run_id)[1]
    return tuple(f"{name}: {count} of {count_items}" for name, count, count_items in rows)


class _OpenedOnce:
    """The sandbox, opened for the first programs. ``reason`` says why it runs no more, None while it does."""

    def __init__(self, opening: Callable[[], AbstractContextManager[Runner]], stack: ExitStack) -> None:
        self.reason: str | None = None
        self._opening, self._stack = opening, stack
        self._runner: Runner | None = None

    def run(self, programs: Mapping[_Key, _Pending]) -> dict[_Key, Row]:
        """What became of each program; empty where no sandbox holds."""
        if not programs or self.reason is not None:
            return {}
        try:
            self._runner = self._runner or self._stack.enter_context(self._opening())
            return _run(self._runner, programs)
        except SandboxError as error:
            self.reason = str(error)
            return {}


def _with_batch(
    before: ExecutedPrograms,
    warehouse: Warehouse,
    sandbox: _OpenedOnce,
    pending: Sequence[_Pending],
    known: dict[_Key, Row],
) -> ExecutedPrograms:
    """Land what became of a batch's programs, of which some are ``known``; returns the counts so far."""
    new = {program.key: program for program in pending if program.key not in known}
    known = known | sandbox.run(new)
    rows = [_row(program, known[program.key], new) for program in pending if program.key in known]
    warehouse.append({"raw.executions": rows})
    count_executed = sum(key in known for key in new)
    return ExecutedPrograms(
        before.count_executed + count_executed,
        before.count_reused + len(rows) - count_executed,
        before.count_waiting + len(pending) - len(rows),
    )


def _pending(batch: pl.DataFrame, scorers: Mapping[str, ProgramScorer]) -> list[_Pending]:
    found = []
    for row in batch.iter_rows(named=True):
        scorer = scorers[row["scorer"]]
        program = scorer.program(Item.of(row), read_landed(row).text)
        if program is not None:
            found.append(_Pending(row["generation_id"], scorer, program))
    return found


def _known(warehouse: Warehouse, pending: Sequence[_Pending]) -> dict[_Key, Row]:
    """What became of those programs that were run before."""
    keys = pl.DataFrame(
        sorted({program.key for program in pending}),
        schema={"runner": pl.String, "program_hash": pl.String},
        orient="row",
    )
    rows = warehouse.query("executed_programs", frames={"wanted_programs": keys})
    return {(row["runner"], row["program_hash"]): row for row in rows.iter_rows(named=True)}


def _run(runner: Runner, new: Mapping[_Key, _Pending]) -> dict[_Key, Row]:
    executions = runner.run([pending.to_run() for pending in new.values()])
    now = datetime.now(UTC)
    back_end = runner.back_end
    return {
        key: {
            "runner": key[0],
            "program_hash": key[1],
            "verdict": execution.verdict,
            "detail": storable(execution.detail) if execution.detail else None,
            "back_end": back_end.name,
            "layers": ", ".join(back_end.layers),
            "python_version": back_end.python_version,
            "duration_ms": execution.duration_ms,
            "waited_ms": execution.waited_ms,
            "is_beside": pending.program.is_beside or execution.is_beside,
            "executed_at": now,
        }
        for (key, pending), execution in zip(new.items(), executions, strict=True)
    }


def _row(program: _Pending, found: Mapping[str, Any], new: Mapping[_Key, _Pending]) -> Row:
    ran_for = new.get(program.key)
    is_reused = ran_for is None or ran_for.generation_id != program.generation_id
    return {**found, "generation_id": program.generation_id, "is_reused": is_reused}
