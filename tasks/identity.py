"""Every id and hash that the tables are keyed by, and the seeds that follow from them. Each rule stands here once.

Equal content gives equal ids on any machine. That is how a run finds the answers it has paid for, and why the same file
lands once however often it is imported. Knows the domain's words; must not know settings, tables or who is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tasks.domain import Item, PromptStyle, RunKind, content_hash

# Ids of requests and answers are longer than those of items: there are more of them.
_ANSWER_DIGITS = 20


def make_items(items: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Make items from their fields (those of ``Item`` without ``item_id``) and give each its id.

    The id is a hash of question, choices and target, and of the number of identical items before it: real benchmarks
    hold true duplicates, and a model answers each of them.
    """
    seen: dict[str, int] = {}
    result = []
    for fields in items:
        choices = tuple(fields.get("choices", ()))
        content = content_hash(fields["question"], choices, fields["target"])
        seen[content] = occurrence = seen.get(content, -1) + 1
        item_id = content_hash(content, occurrence)
        result.append(Item(**{**fields, "choices": choices, "item_id": item_id}))
    return tuple(result)


def answer_hash(*parts: Any) -> str:
    """Hash of JSON-able parts, as long as ids of requests and answers are."""
    return content_hash(*parts, length=_ANSWER_DIGITS)


def request_hash(provider: str, endpoint: str, content: Any, parameters: Mapping[str, Any], repeat: int) -> str:
    """Identity of a request: who is asked, the rendered prompt, the effective parameters (model included), the repeat.

    Two requests with one hash would get the same answer, so the second one reuses the first one's. A hash that misses
    the model would make every tax exactly 0.
    """
    return answer_hash(provider, endpoint, content, parameters, repeat)


def planned_answer_id(
    partition_key: str, model_id: str, benchmark_id: str, style: PromptStyle, item_id: str, repeat: int, request: str
) -> str:
    """The answer to a planned request; ``request`` is its hash, the partition that of the run."""
    return answer_hash(partition_key, model_id, benchmark_id, style.value, item_id, repeat, request)


def part_id(answer_id: str, name: str) -> str:
    """The answer of a composite model's part, whose name says which part it is."""
    return answer_hash(answer_id, name)


def judgment_id(judge_model_id: str, judge_request_hash: str) -> str:
    """What a judge says to one request, whichever run asks."""
    return answer_hash("judge", judge_model_id, judge_request_hash)


def imported_answer_id(source_hash: str, cell: str, item_id: str, repeat: int, *, is_only_scored: bool) -> str:
    """An answer from a file; ``is_only_scored`` tells apart scores and texts of the same file."""
    return answer_hash(source_hash, cell, is_only_scored, item_id, repeat)


def id_after(spoiled_id: str) -> str:
    """The id under which a question is asked again because the answer under ``spoiled_id`` no longer counts."""
    return answer_hash(spoiled_id, "again")


def foreign_item_id(benchmark_id: str, *parts: Any) -> str:
    """An item that only its source knows, by the source's id or by its content."""
    return content_hash(benchmark_id, *parts)


def cell_id(model_id: str, benchmark_id: str, style: PromptStyle) -> str:
    """One model x one benchmark x one prompt style; unique within a run."""
    return f"{model_id}/{benchmark_id}/{style.value}"


def sample_hash(item_ids: Iterable[str]) -> str:
    """Which items a cell asks, in whatever order they come."""
    return content_hash(sorted(item_ids))


def run_id(as_of_date: date, kind: RunKind, plan_hash: str) -> str:
    """Identity of a run: the same plan for the same date is the same run."""
    return f"{as_of_date.isoformat()}-{kind.value}-{plan_hash[:8]}"


def series_id_after(series_id: str, night: date) -> str:
    """The series of nights that begins after an acknowledged alarm."""
    return content_hash(series_id, night.isoformat())


def file_hash(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def seed_of(*names: str) -> int:
    """A seed that belongs to a subject: the same facts give the same random numbers, in whatever order they come."""
    return int(hashlib.sha256("".join(names).encode()).hexdigest()[:16], 16)


def family_seed(as_of_date: date, family: str, origin: str, *questions: str) -> int:
    """The seed of a question about a family of models on one date."""
    return int(content_hash(str(as_of_date), family, origin, *questions)[:8], 16)
