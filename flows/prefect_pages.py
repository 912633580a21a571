"""What Prefect's pages show of a run beside its tasks: how each ended, how far the asking is, and the short report.

Artifacts hold names, counts, numbers and sentences; no item, no answer, no key. Nobody who asks waits for one. Where
Prefect does not take an artifact, the run goes on without it.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID

from prefect.artifacts import Artifact, LinkArtifact, MarkdownArtifact, ProgressArtifact, TableArtifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactUpdate
from prefect.context import FlowRunContext, TaskRunContext
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.asking.session import Session
from tasks.errors import AligntaxError, CellError
from tasks.planned import CellResult, CellWork
from tasks.report import SHORT_REPORT, short_report
from tasks.steps.publish import Published
from tasks.steps.publish.report_page import report_frames
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseError

P = ParamSpec("P")
T = TypeVar("T")

_FIRST_AFTER_S = 2.0
_THEN_EVERY_S = 15.0
_LONGEST_S = 5.0  # that a run waits, after its work, until Prefect has taken the last artifacts


# ------------------------------------------------------------------------------------------------ how a task ended


def said(value: T, message: str, name: str | None = None) -> T:
    """The value of a task, with a message for its page and its log.

    Prefect takes the value out of the state that a task returns, so that callers of the task see the value's type.
    """
    return cast("T", Completed(message=message, name=name, data=value))


def failing_in_one_line(step: Callable[P, T]) -> Callable[P, T]:
    """A step that fails with an error's line. An exception would fill Prefect's log with its traceback."""

    @functools.wraps(step)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return step(*args, **kwargs)
        except AligntaxError as error:
            return cast("T", Failed(message=str(error), data=error))

    return run


@failing_in_one_line
def cell_said(result: CellResult, work: CellWork, subject: str, error_type: str) -> CellResult:
    """The result of a cell or shard, with what became of it. It fails if no request of the cell can succeed."""
    _tag(f"model: {work.model.id}", f"benchmark: {work.benchmark_id}")
    failed = f", {result.count_failed} failed" if result.count_failed else ""
    counts = f"{result.count_answered} of {len(work.requests)} answers{failed}" if work.requests else "nothing to ask"
    message = f"{counts}: {result.stopped}" if result.stopped else counts
    get_run_logger().info("%s: %s", work.name, message)
    if result.is_cell_error:
        raise CellError(f"{subject}: {result.stopped}", error_type=error_type)
    return said(result, message, "Incomplete" if result.stopped else None)


def _tag(*tags: str) -> None:
    """Tag the running task.

    Not before it runs: Prefect would first ask its server for a free place under each tag, and wait for the answer.
    """
    if context := TaskRunContext.get():
        context.task_run.tags = list(tags)


# ------------------------------------------------------------------------------------------------------ artifacts


@asynccontextmanager
async def progress_shown(session: Session, what: str) -> AsyncIterator[None]:
    """Show meanwhile how far the requests of a session are, in all and for each cell."""
    if FlowRunContext.get() is None or not session.progress.total:
        yield
        return
    has_ended = asyncio.Event()
    page = asyncio.create_task(_keep_up(session, what, has_ended))
    try:
        yield
    finally:
        has_ended.set()
        await asyncio.wait([page], timeout=_LONGEST_S)
        page.cancel()


async def _keep_up(session: Session, what: str, has_ended: asyncio.Event) -> None:
    """Show the progress now and then, and at the end; until Prefect does not take it."""
    known: dict[str, UUID] = {}
    with suppress(Exception):
        for seconds in itertools.chain([_FIRST_AFTER_S], itertools.repeat(_THEN_EVERY_S)):
            with suppress(TimeoutError):
                await asyncio.wait_for(has_ended.wait(), seconds)
            is_last = has_ended.is_set()
            for artifact in _progress(session, what):
                await _put(artifact, known)
            if is_last:
                return


def _progress(session: Session, what: str) -> Iterator[Artifact]:
    run_id, progress = session.plan.run_id, session.progress
    ended = progress.answered + progress.failed
    yield ProgressArtifact(
        key=f"aligntax-{what}",
        progress=round(100 * ended / progress.total, 1),
        description=f"Run {run_id}, {what}: the share of {progress.total} requests that have ended.",
    )
    yield TableArtifact(
        key=f"aligntax-{what}-cells",
        table=sorted(_cells(session), key=lambda row: (row["Answered"] + row["Failed"] == row["To ask"], row["Cell"])),
        description=f"Run {run_id}, {what}: each cell, unfinished ones first.",
    )


def _cells(session: Session) -> Iterable[dict[str, Any]]:
    """A row per cell, its shards together."""
    rows: dict[str, dict[str, Any]] = {}
    for work in session.work:
        result = session.results[work.name]
        row = rows.setdefault(work.cell_id, {"Cell": work.cell_id, "To ask": 0, "Answered": 0, "Failed": 0})
        row["To ask"] += len(work.requests)
        row["Answered"] += result.count_answered
        row["Failed"] += result.count_failed
    return rows.values()


async def show_report(run_id: str, as_of_date: str, published: Published) -> None:
    """Show the sentences of the report, its taxes, and where it is."""
    if FlowRunContext.get() is None:
        return
    try:
        with Warehouse.read(Path(published["database"])) as snapshot:
            tables = report_frames(snapshot, as_of_date, SHORT_REPORT).rows(SHORT_REPORT)
    except WarehouseError:  # a snapshot that could not be written; the run itself says so
        return
    short, link = short_report(tables, as_of_date), _address(published["report"])
    artifacts = [
        MarkdownArtifact(key="aligntax-headline", markdown=short.markdown, description=f"Run {run_id}"),
        TableArtifact(key="aligntax-taxes", table=list(short.taxes), description=f"Run {run_id}: taxes in points"),
        LinkArtifact(key="aligntax-report", link=link, description=f"Run {run_id}: paste the address into a browser"),
    ]
    with suppress(Exception):
        async with asyncio.timeout(_LONGEST_S):
            for artifact in artifacts:
                await _put(artifact, {})


def _address(path: Path | str) -> str:
    return Path(path).absolute().as_uri()


async def _put(artifact: Artifact, known: dict[str, UUID]) -> None:
    """Add an artifact to the running flow, or give the one that is ``known`` under its key new data."""
    key = str(artifact.key)
    async with get_client() as client:
        if key in known:
            await client.update_artifact(known[key], ArtifactUpdate(data=await artifact.aformat()))
        else:
            known[key] = (await artifact.acreate(client)).id
