"""BIG-Bench Hard, case by case, and against the authors' own accuracy on stored answers."""

from __future__ import annotations

import gzip
import json
from statistics import mean

import pytest

from tests.support.verdicts import value, verdict


@pytest.mark.parametrize(
    ("text", "expected", "is_final"),
    [
        ("(B)", 1.0, True),
        ("Well. So the answer is (B).", 1.0, True),
        ("So the answer is (B).\n\nQ: Another\nA: So the answer is (A).", 1.0, True),
        ("So the answer is (B).\nLet me know if you need more.", 1.0, True),
        ("So the answer is (B). I hope this helps!", 1.0, True),
        ("So the answer is\u0020\n(B).\n\nDone", 1.0, True),
        ("So the answer is (A).\nNo: so the answer is (B).", 0.0, True),
        ("So the answer is (b).", 0.0, True),
        ("It must be (B)", 0.0, False),
        ("(B)..", 0.0, False),
        ("So the answer is ", None, False),
        ("  ", None, False),
    ],
)
def test_the_text_behind_the_first_announcement_must_equal_the_target(text, expected, is_final):
    found = verdict("bbh", "(B)", text)
    assert (found.value, found.is_final) == (expected, is_final)


def test_the_accuracy_equals_the_authors_on_every_task(shared_data):
    folder = shared_data / "data" / "bbh" / "direct"
    found, stated = {}, {}
    for path in folder.glob("*.json.gz"):
        task = path.name.removesuffix(".json.gz")
        outputs = json.loads(gzip.decompress(path.read_bytes()))["outputs"]
        found[task] = 100 * mean(value("bbh", row["target"], row["prediction"]) for row in outputs)
        stated[task] = json.loads((folder / f"{task}_eval_metrics.jsonl").read_text())["accuracy"]
    assert len(stated) == 27
    assert found == pytest.approx(stated, abs=1e-9)
    assert mean(found.values()) == pytest.approx(52.7597, abs=5e-5)
