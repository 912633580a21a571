"""What the steps hand to each other: a plan of cells with their requests, and how the asking went."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeAlias

from tasks.domain import Benchmark, Item, Origin, Prompt, PromptStyle, RunKind, UnparsedRule
from tasks.identity import cell_id
from tasks.settings import ModelSettings, Settings

# Where answers go as soon as they are there: a table's name and a row of it.
Sink: TypeAlias = Callable[[str, dict[str, Any]], Awaitable[None]]


def parameters_json(parameters: Mapping[str, Any]) -> str:
    """Effective parameters in one canonical spelling, so that equal ones compare equal."""
    return json.dumps(parameters, sort_keys=True, ensure_ascii=True)


@dataclass(frozen=True, slots=True)
class Request:
    """One planned request: what to send, and the keys under which its answer is landed."""

    generation_id: str
    item_id: str
    repeat: int
    request_hash: str
    prompt: Prompt
    parameters: dict[str, Any]
    parent_generation_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One model x benchmark x prompt style, and how its answers are scored, wherever they come from."""

    model: ModelSettings
    benchmark: Benchmark
    prompt_style: PromptStyle
    is_primary_style: bool
    scorer: str
    unparsed_rule: UnparsedRule
    judge: ModelSettings | None = None

    @property
    def cell_id(self) -> str:
        """Unique within a run."""
        return cell_id(self.model.id, self.benchmark.benchmark_id, self.prompt_style)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCell(Cell):
    """A cell that a run asks, with every request it needs, answered already or not."""

    source: Path | str | None
    items: tuple[Item, ...]
    repeats: int
    origin: Origin
    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a run is going to do. Equal settings on equal dates give equal run ids.

    ``only`` has the ``models`` and ``benchmarks`` to which it was narrowed.
    """

    run_id: str
    kind: RunKind
    as_of_date: date
    partition_key: str
    plan_hash: str
    settings: Settings
    cells: tuple[PlannedCell, ...]
    source: str | None = None
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CellWork:
    """The open requests of one cell, or of one shard of it; ``is_resumed`` says that others are answered already."""

    run_id: str
    partition_key: str
    cell_id: str
    benchmark_id: str
    model: ModelSettings
    requests: Sequence[Request]
    name: str
    role: Literal["answer", "judge", "part"] = "answer"
    is_resumed: bool = False

    def columns_of(self, request: Request) -> dict[str, Any]:
        """The columns of an answer's row that are known before it comes: its keys, and what was asked of whom."""
        return {
            "generation_id": request.generation_id,
            "run_id": self.run_id,
            "partition_key": self.partition_key,
            "model_id": self.model.id,
            "benchmark_id": self.benchmark_id,
            "prompt_style": request.prompt.style.value,
            "item_id": request.item_id,
            "repeat": request.repeat,
            "role": self.role,
            "parent_generation_id": request.parent_generation_id,
            "request_hash": request.request_hash,
            "prompt_hash": request.prompt.prompt_hash,
            "model_requested": self.model.model,
            "parameters_json": parameters_json(request.parameters),
        }


@dataclass(slots=True)
class CellResult:
    """How the asking went. ``stopped`` says why no further request was sent; None if all were.

    ``budget`` names the budget that was used up. ``count_undecided`` are answers of a composite model that stand
    because its judging part gave no verdict.
    """

    cell_id: str
    count_answered: int = 0
    count_failed: int = 0
    stopped: str | None = None
    is_cell_error: bool = False
    budget: str | None = None
    count_undecided: int = 0
