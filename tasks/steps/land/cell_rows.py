"""A cell and the benchmark that it asks, as rows of the raw tables. Lands nothing itself.

Tested in tests/tasks/steps/land/test_logs.py.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from tasks.domain import Benchmark, Item, Origin, storable
from tasks.identity import sample_hash
from tasks.planned import Cell, parameters_json
from warehouse.connection import Row


def cell_row(
    run_id: str, cell: Cell, item_ids: Collection[str], repeats: int, origin: Origin, parameters: Mapping[str, Any]
) -> Row:
    """A cell of a run as raw.cells; ``parameters`` are the effective ones of its requests."""
    return {
        "run_id": run_id,
        "cell_id": cell.cell_id,
        "model_id": cell.model.id,
        "model_version": cell.model.model_version,
        "benchmark_id": cell.benchmark.benchmark_id,
        "benchmark_version": cell.benchmark.version,
        "prompt_style": cell.prompt_style.value,
        "is_primary_style": cell.is_primary_style,
        "attack": cell.benchmark.attack.name if cell.benchmark.attack else "none",
        "scorer": cell.scorer,
        "unparsed_rule": cell.unparsed_rule.value,
        "origin": origin.value,
        "count_items": len(item_ids),
        "count_repeats": repeats,
        "count_templates": len(cell.benchmark.instructions),
        "sample_hash": sample_hash(item_ids),
        "parameters_json": parameters_json(parameters),
        "judge_model_id": cell.judge.id if cell.judge else None,
        "judge_version": cell.judge.model_version if cell.judge else None,
    }


def benchmark_rows(benchmark: Benchmark, items: Sequence[Item], source: Path | str | None) -> dict[str, list[Row]]:
    """A benchmark and some of its items by table; ``source`` says where the items come from."""
    return {
        "raw.benchmarks": [_benchmark_row(benchmark, source)],
        "raw.items": [_item_row(item) for item in items],
        "raw.benchmark_items": [_member_row(benchmark, item) for item in items],
    }


def _benchmark_row(benchmark: Benchmark, source: Path | str | None) -> Row:
    return {
        "benchmark_id": benchmark.benchmark_id,
        "benchmark_version": benchmark.version,
        "title": benchmark.title,
        "dimension": benchmark.dimension.value,
        "domain": benchmark.domain.value,
        "metric": benchmark.metric,
        "scorer": benchmark.scorer,
        "chance_score": benchmark.chance_score,
        "higher_is_better": benchmark.higher_is_better,
        "is_harmful_text": benchmark.is_harmful_text,
        "cluster_meaning": benchmark.cluster_meaning,
        "licence": benchmark.licence,
        "citation": benchmark.citation,
        "pitfalls": benchmark.pitfalls,
        "source": source.name if isinstance(source, Path) else source,
        "verified": benchmark.verified,
    }


def _item_row(item: Item) -> Row:
    return {
        "item_id": item.item_id,
        "question": storable(item.question),
        "choices_json": json.dumps(item.choices),
        "target": storable(item.target),
    }


def _member_row(benchmark: Benchmark, item: Item) -> Row:
    return {
        "benchmark_id": benchmark.benchmark_id,
        "benchmark_version": benchmark.version,
        "item_id": item.item_id,
        "cluster_id": item.cluster_id,
        "subset": item.subset,
        "chance_score": benchmark.chance_score if item.chance_score is None else item.chance_score,
        "foreign_id": item.foreign_id,
    }
