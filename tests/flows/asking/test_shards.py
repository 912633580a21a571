"""Shards for the workers of a pool are equally large, however large the cells are."""

from __future__ import annotations

from datetime import date

import pytest

from flows.asking.shards import even_size, packed
from flows.configuration import load_configuration
from flows.planning import plan_run, shards

CONFIG = """
model_defaults: {provider: openai, base_url: "http://127.0.0.1:1/v1", api: chat}
models: [{id: base, model: base-7b}, {id: aligned, model: aligned-7b, base: base}]
benchmarks: [{id: harmful, sample_size: 30}, {id: arithmetic, sample_size: 70}, {id: knowledge, sample_size: 50}]
work_pool: workers
landing: ducklake:postgres:host=localhost
"""


@pytest.mark.parametrize(
    ("requests", "most", "workers", "size"),
    [
        (3_000, 500, 1, 500),
        (3_000, 500, 2, 500),
        (3_000, 500, 4, 375),
        (30_000, 500, 3, 500),
        (300, 500, 4, 75),
        (40, 500, 4, 50),
        (40, 10, 4, 10),
        (0, 500, 4, 50),
    ],
)
def test_each_worker_gets_as_many_shards_as_the_others(requests, most, workers, size):
    assert even_size(requests, most, workers) == size


def test_cells_are_cut_where_a_shard_is_full(tmp_path):
    (tmp_path / "aligntax.yaml").write_text(CONFIG)
    plan = plan_run(None, load_configuration(tmp_path / "aligntax.yaml"), date(2026, 1, 31))
    pending = {cell.cell_id: list(cell.requests) for cell in plan.cells}
    pieces = shards(plan, pending, 75)
    found = packed(pieces, 75)
    assert [sum(len(piece.requests) for piece in shard.pieces) for shard in found] == [75, 75, 75, 75]
    asked = [request.generation_id for piece in pieces for request in piece.requests]
    assert asked == [request.generation_id for cell in plan.cells for request in cell.requests]
    assert len({piece.name for piece in pieces}) == len(pieces)
