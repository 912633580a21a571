"""A base with a cadence is asked now and then; its last good answers count, and rows say how old they are."""

from __future__ import annotations

import json

import pytest

from tests.support.runs import count_requests, write_config
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

SIZE, BENCHMARKS = 10, 3
CELLS = ["base/arithmetic/completion", "base/knowledge/completion", "base/harmful/completion"]


@pytest.fixture
def config(tmp_path, simulator):
    path = write_config(tmp_path, simulator, size=SIZE)
    path.write_text(path.read_text().replace("id: base,", "id: base, cadence: 3,"))
    return path


def test_a_frozen_base_is_asked_every_third_night_and_rows_say_how_far_apart_the_sides_are(
    tmp_path, simulator, config, aligntax
):
    asked = []
    for day in range(1, 5):
        before = count_requests(simulator)
        aligntax(tmp_path, "nightly", "--as-of", f"2026-01-0{day}")
        asked.append(count_requests(simulator) - before)
    both, one = 2 * SIZE * BENCHMARKS, SIZE * BENCHMARKS
    assert asked == [both, one, one, both]
    with Warehouse.read(tmp_path / "publish" / "aligntax.duckdb") as reader:
        apart = (
            "select distinct as_of_date::varchar, days_apart from reports.alignment_tax where is_headline order by 1"
        )
        assert reader.rows(apart)[1] == [(f"2026-01-0{day}", days) for day, days in ((1, 0), (2, 1), (3, 2), (4, 0))]
    planned = json.loads(aligntax(tmp_path, "plan", "--nightly", "--as-of", "2026-01-05", "--json").stdout)
    assert [cell["cell_id"] for cell in planned["resting"]] == CELLS
    assert {cell["due_date"] for cell in planned["resting"]} == {"2026-01-07"}
    assert len(planned["cells"]) == BENCHMARKS
    shown = aligntax(tmp_path, "plan", "--nightly", "--as-of", "2026-01-05").stdout
    assert f"Not due: {CELLS[0]}. The answers of 2026-01-04 count; it is due on 2026-01-07." in shown

    config.write_text(config.read_text().replace("id: aligned,", "id: aligned, cadence: 3,"))
    before = count_requests(simulator)
    aligntax(tmp_path, "nightly", "--as-of", "2026-01-04")
    assert count_requests(simulator) == before, "the same night again asks nothing"
    assert aligntax(tmp_path, "nightly", "--as-of", "2026-01-05").stdout.startswith("Nothing is due on 2026-01-05")
