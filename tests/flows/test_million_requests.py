"""A million requests to a server that fails in every tenth: after one more run the scores are those of a calm server.

Memory is the resident memory of the run's processes, looked at when a quarter, a half, three quarters and all of the
requests have been answered.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.hostile.asking import Questions, run
from tests.support.hostile.server import count_asked, serving
from tests.support.sizes import size
from warehouse.connection import Warehouse

pytestmark = pytest.mark.endurance

MODELS = ("chat", "text")
# By size: questions, repeats, and how many get a large body, a slow one, one without end.
SIZES = {"full": (10_000, 50, 100), "tenth": (1_000, 5, 10), "quick": (1_000, 5, 10)}
MOST_GROWN_MB = 100
SCORES = """
    select count(*), count(s.value), sum(s.value), sum(hash(a.model_id, a.item_id, a.repeat, a.text, s.value))
    from raw.generations as a
    inner join raw.scores as s on a.generation_id = s.generation_id
"""


def scores(folder: Path) -> list[tuple[object, ...]]:
    """One row that depends on every answer and every score."""
    with Warehouse.read(folder / "warehouse.duckdb") as warehouse:
        return warehouse.rows(SCORES)[1]


def test_the_scores_after_faults_and_a_plain_rerun_are_those_of_a_calm_server(tmp_path, warm):
    count, repeats, count_odd = SIZES[size()]
    asked = Questions(MODELS, count, repeats, concurrency=128)
    with serving("calm") as port:
        calm = asked.write(tmp_path / "calm", port)
        run(warm, calm)
    with serving("faulty", count_odd / asked.total) as port:
        faulty = asked.write(tmp_path / "faulty", port)
        first = run(warm, faulty, lambda: count_asked(port))
        again = run(warm, faulty)
    assert first.said["count_failed"] >= count_odd
    assert again.said["count_failed"] == 0
    assert scores(faulty) == scores(calm)
    quarters = [first.mb_at(share) for share in (0.25, 0.5, 0.75, 1)]
    assert max(quarters) - quarters[0] < MOST_GROWN_MB, quarters
