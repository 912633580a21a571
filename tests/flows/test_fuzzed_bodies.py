"""Whatever a server sends costs one request: every question is answered in the end, and every score is right.

Real bodies of each wire are changed: in the tree of the document, in its bytes, in the HTTP around them. Each question
gets a changed body first and the good one after it. What a changed body is worth is read here by rules of our own
(``tests/support/hostile/reading.py``), because some changed bodies are answers.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.hostile.asking import PATHS, Questions, run
from tests.support.hostile.mutations import mutated
from tests.support.hostile.reading import AGAIN, Kind, Reading, good_reading, readings
from tests.support.hostile.replies import Asked
from tests.support.hostile.server import serving
from tests.support.sizes import replications
from warehouse.connection import Warehouse

pytestmark = pytest.mark.endurance

FULL, SEED, MOST_MORE_MB = 20_000, 20261129, 150
MODELS = {"texts": ("chat", "text", "messages"), "letters": ("chat-letters", "text-letters")}
COUNT_WIRES = 5
LANDED = """
    select a.model_id, i.question, a.status, coalesce(a.text, ''), coalesce(s.value, 0)
    from raw.generations as a
    inner join raw.items as i on a.item_id = i.item_id
    inner join raw.scores as s on a.generation_id = s.generation_id
"""


def landed(folder: Path) -> list[tuple[Asked, str, str, float]]:
    """Each question with the status, the text and the score of its answer."""
    with Warehouse.read(folder / "warehouse.duckdb") as warehouse:
        rows = warehouse.rows(LANDED)[1]
    return [
        (Asked(PATHS[model], model, int(re.findall(r"\d+", question)[0])), *rest) for model, question, *rest in rows
    ]


def expected(asked: Asked) -> set[Reading]:
    """What may be stored: what the changed body says, or the good answer if the question is asked again."""
    return {good_reading(asked) if reading is AGAIN else reading for reading in readings(mutated(SEED, asked), asked)}


def is_right(asked: Asked, status: str, text: str, score: float) -> bool:
    """Whether an answer is one that was sent, with the score that it must have."""
    return any(
        reading.kind.value == status
        and (reading.text == text or reading.kind is Kind.DECLINED)
        and reading.score(asked) == score
        for reading in expected(asked)
    )


@pytest.mark.parametrize("kind", MODELS)
def test_no_changed_body_costs_a_cell_or_a_score(tmp_path, warm, kind):
    asked = Questions(MODELS[kind], replications(FULL) // COUNT_WIRES, max_attempts=2)
    with serving("calm") as port:
        calm = run(warm, asked.write(tmp_path / "calm", port))
    with serving("fuzzed", SEED) as port:
        folder = asked.write(tmp_path / "fuzzed", port)
        fuzzed = run(warm, folder)
        again = run(warm, folder)
    assert fuzzed.said["count_failed"] > 0, "there were too few changed bodies for a test"
    assert again.said["count_failed"] == 0
    answers = landed(folder)
    assert len(answers) == asked.total
    assert [answer for answer in answers if not is_right(*answer)] == []
    assert fuzzed.peak_mb - calm.peak_mb < MOST_MORE_MB


def test_most_changed_bodies_have_one_reading():
    asked = [Asked(PATHS[model], model, item) for models in MODELS.values() for model in models for item in range(100)]
    single = [len(expected(each)) == 1 for each in asked]
    assert sum(single) > 0.9 * len(single)
