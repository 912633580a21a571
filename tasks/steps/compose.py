"""Answer for composite models: have each part asked, and combine what the parts answered.

Work goes in waves: first every leading part answers, then every checker gives its verdict, and so on. A part's answer
goes to the sink as soon as it is there, and the composite's own answer with the last of its parts. After a kill,
therefore, no answer that was paid for is asked again. Knows compositions and rows; must not know Prefect, SQL or how a
provider is asked: the caller hands in how to ask and where answers go.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from tasks.composites import Ask, ChosenPart, Composition, Occasion, Part, composition
from tasks.identity import id_after, part_id, request_hash
from tasks.planned import CellResult, CellWork, PlannedCell, Request, Sink
from tasks.providers import effective_parameters
from warehouse.connection import Warehouse

Asking = Callable[[CellWork, Sink], Awaitable[CellResult]]


@dataclass(frozen=True, slots=True)
class Landed:
    """Parts that an earlier run landed, by id; the answers under the ids in ``spoiled`` no longer count."""

    parts: Mapping[str, Part] = field(default_factory=dict)
    spoiled: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Open:
    """A request without an answer, and what its parts have answered so far."""

    request: Request
    occasion: Occasion
    parts: dict[str, Part] = field(default_factory=dict)


def landed_parts(warehouse: Warehouse, work: CellWork) -> Landed:
    """The parts of a cell's open requests that an earlier, interrupted run has landed."""
    wanted = pl.DataFrame({"generation_id": [request.generation_id for request in work.requests]})
    wanted = wanted.cast({"generation_id": pl.String})
    rows = list(warehouse.query("landed_parts", frames={"wanted_parents": wanted}).iter_rows(named=True))
    good = {row["generation_id"]: Part.of(row) for row in rows if row["is_good"]}
    return Landed(good, frozenset(row["generation_id"] for row in rows) - good.keys())


async def compose(
    work: CellWork,
    cell: PlannedCell,
    landed: Landed,
    ask: Asking,
    sink: Sink,
    on_progress: Callable[[int, int, float | None], None],
    result: CellResult | None = None,
) -> CellResult:
    """Answer all open requests of a composite model's cell.

    The counts of the result are those of its answers, not of its parts' answers. A caller that gives it sees them grow.
    """
    composed = composition(cell.model)
    if composed is None:
        raise TypeError(f"{cell.cell_id}: {cell.model.id!r} is not composed of others")
    composer = _Composer(work, composed, landed, sink, on_progress, result or CellResult(work.cell_id))
    items = {item.item_id: item for item in cell.items}
    waiting = [
        _Open(request, Occasion.of(cell.benchmark, items[request.item_id], request.prompt, request.repeat))
        for request in work.requests
    ]
    while wave := await composer.wave(waiting):
        for part in wave:
            asked = await ask(part, composer.take)
            if asked.stopped:
                composer.result.stopped = asked.stopped if not asked.is_cell_error else f"{part.name}: {asked.stopped}"
                composer.result.is_cell_error, composer.result.budget = asked.is_cell_error, asked.budget
                return composer.result
        waiting = list(composer.open.values())
    return composer.result


class _Composer:
    """One cell while it is composed: its open requests, and which part each question belongs to."""

    def __init__(
        self,
        work: CellWork,
        composed: Composition,
        landed: Landed,
        sink: Sink,
        on_progress: Callable[[int, int, float | None], None],
        result: CellResult,
    ) -> None:
        self.result = result
        self.open: dict[str, _Open] = {}
        self._work, self._composed, self._landed, self._sink = work, composed, landed, sink
        self._on_progress = on_progress
        self._asked: dict[str, tuple[str, str, str]] = {}

    async def wave(self, waiting: Iterable[_Open]) -> list[CellWork]:
        """The next questions of all waiting requests, by part; a request that needs none is answered here."""
        wanted: dict[str, list[tuple[Ask, Request]]] = {}
        for entry in waiting:
            self.open[entry.request.generation_id] = entry
            for name, ask in (await self._advanced(entry)).items():
                request = self._request(entry, name, ask)
                if ask.prompt.prompt_hash != entry.request.prompt.prompt_hash:
                    prompt = {"prompt_hash": ask.prompt.prompt_hash, "prompt": ask.prompt.content}
                    await self._sink("raw.prompts", prompt)
                wanted.setdefault(name.partition(" ")[0], []).append((ask, request))
        return [
            CellWork(
                run_id=self._work.run_id,
                partition_key=self._work.partition_key,
                cell_id=self._work.cell_id,
                benchmark_id=self._work.benchmark_id,
                model=asks[0][0].model,
                requests=[request for _, request in asks],
                name=f"{role} {asks[0][0].model.id}",
                role="part",
            )
            for role, asks in wanted.items()
        ]

    async def take(self, table: str, row: dict[str, Any]) -> None:
        """Take a part's answer, or its failure. However many parts fail, the whole fails once, in one row."""
        if table == "raw.extra_spend":
            await self._sink(table, row)
            return
        parent, name, whose = self._asked[row["generation_id"]]
        entry = self.open.get(parent)
        if table == "raw.generations":
            part = Part.of(row)
            await self._sink(table, row)
            if entry is not None:
                entry.parts[name] = part
                await self._advanced(entry)
        elif entry is not None:
            del self.open[parent]
            await self._sink(table, {**row, "generation_id": parent, "message": f"{whose}: {row['message']}"})
            self.result.count_failed += 1
            self._on_progress(0, 1, None)

    async def _advanced(self, entry: _Open) -> Mapping[str, Ask]:
        """What a request still asks after its landed parts; nothing once its answer is on its way."""
        while True:
            step = self._composed.advance(entry.occasion, entry.parts)
            if isinstance(step, ChosenPart):
                await self._answer(entry, step)
                return {}
            ids = {name: self._part_id(entry.request.generation_id, name) for name in step}
            there = {name: self._landed.parts[key] for name, key in ids.items() if key in self._landed.parts}
            if not there:
                return step
            entry.parts |= there

    async def _answer(self, entry: _Open, choice: ChosenPart) -> None:
        request, work = entry.request, self._work
        del self.open[request.generation_id]
        row = {
            **work.columns_of(request),
            **choice.facts("simulated" if work.model.is_simulated else "endpoint"),
        }
        await self._sink("raw.generations", row)
        self.result.count_answered += 1
        self.result.count_undecided += choice.is_undecided
        self._on_progress(1, 0, None)

    def _request(self, entry: _Open, name: str, ask: Ask) -> Request:
        """A part's question. Its id follows from that of the whole, so that the next run finds the answer by it."""
        parent = entry.request.generation_id
        parameters = effective_parameters(ask.model, ask.prompt, ask.repeat)
        request = Request(
            generation_id=self._part_id(parent, name),
            item_id=entry.request.item_id,
            repeat=entry.request.repeat,
            request_hash=request_hash(
                ask.model.provider, ask.model.endpoint, ask.prompt.content, parameters, ask.repeat
            ),
            prompt=ask.prompt,
            parameters=parameters,
            parent_generation_id=parent,
        )
        self._asked[request.generation_id] = (parent, name, f"{name} ({ask.model.id})")
        return request

    def _part_id(self, parent: str, name: str) -> str:
        """The id of a part's answer; another one where the answer under it no longer counts."""
        generation_id = part_id(parent, name)
        while generation_id in self._landed.spoiled:
            generation_id = id_after(generation_id)
        return generation_id
