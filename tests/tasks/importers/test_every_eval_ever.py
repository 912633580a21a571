"""Made-up instances of Every Eval Ever; tests/flows/test_import_commands.py imports real ones."""

from __future__ import annotations

import json

import pytest

from tasks.errors import InputError
from tasks.importers.every_eval_ever import read_every_eval_ever
from tests.support.foreign_logs import instance


def test_instances_are_found_through_the_aggregate_that_names_them(tmp_path):
    records = [
        instance(1),
        instance(1),
        instance(2, evaluation={"score": 87.0, "is_correct": False}),
        instance(3, error="timeout"),
        instance(4, output=None, messages=[{"role": "user", "content": "?"}, {"role": "assistant", "content": "5"}]),
    ]
    (tmp_path / "a_samples.jsonl").write_text("\n".join(map(json.dumps, records)))
    aggregate = tmp_path / "a.json"
    aggregate.write_text(json.dumps({"detailed_evaluation_results": {"file_path": "data/x/a_samples.jsonl"}}))
    log = read_every_eval_ever(aggregate)
    samples = list(log.samples())
    assert [(s.item, s.repeat, s.response) for s in samples] == [
        *(("1", 0, "2"), ("1", 1, "2"), ("2", 0, "3"), ("3", 0, None), ("4", 0, "5"))
    ]
    assert samples[2].scores[0].value == 0.0
    assert list(log.skipped.values()) == [1]
    (tmp_path / "a_samples.jsonl").unlink()
    with pytest.raises(InputError, match="an aggregate whose items are not here"):
        read_every_eval_ever(aggregate)
