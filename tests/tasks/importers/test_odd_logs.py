"""What another tool did not write, under the names of its files, costs one short line."""

from __future__ import annotations

import json
import zipfile

import pytest

from tasks.errors import InputError
from tasks.importers import every_eval_ever, inspect_ai, lm_eval

EVAL = {"model": "m", "task": "t"}
NAMED = {"detailed_evaluation_results": {"file_path": "here_samples.jsonl"}}
STAMP = "2026-01-01T00-00-00.000000"
# The tool, the name of the file, and what it holds.
ODD = {
    "a data set that is a list": (inspect_ai, "log.json", {"eval": {**EVAL, "dataset": [1]}}),
    "ids that are a number": (inspect_ai, "log.json", {"eval": {**EVAL, "dataset": {"sample_ids": 5}}}),
    "samples that are a number": (inspect_ai, "log.json", {"eval": EVAL, "samples": 5}),
    "a path that is a number": (every_eval_ever, "all.json", {"detailed_evaluation_results": {"file_path": 5}}),
    "a path without end": (every_eval_ever, "all.json", {"detailed_evaluation_results": {"file_path": "a" * 5_000}}),
    "results that are a number": (every_eval_ever, "all.json", {**NAMED, "evaluation_results": 5}),
    "versions that are a list": (lm_eval, f"results_{STAMP}.json", {"versions": [1]}),
    "tasks that are lists": (lm_eval, f"results_{STAMP}.json", {"configs": {"t": [1]}}),
    "directions that are a number": (lm_eval, f"results_{STAMP}.json", {"higher_is_better": {"t": 5}}),
    "groups that are a number": (lm_eval, f"results_{STAMP}.json", {"group_subtasks": {"g": 5}}),
}


@pytest.mark.parametrize("name", ODD)
def test_a_log_of_wrong_types_is_refused_in_one_line(tmp_path, name):
    module, file, document = ODD[name]
    (tmp_path / "here_samples.jsonl").write_text("{}\n")
    (tmp_path / f"samples_t_{STAMP}.jsonl").write_text("{}\n")
    (tmp_path / file).write_text(json.dumps(document))
    check_refused(module, tmp_path if module is lm_eval else tmp_path / file)


def test_a_damaged_or_locked_member_is_refused_in_one_line(tmp_path):
    with zipfile.ZipFile(tmp_path / "good.eval", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps({"eval": EVAL, "plan": list(range(1_000))}))
    packed = (tmp_path / "good.eval").read_bytes()
    (tmp_path / "bits.eval").write_bytes(packed[:60] + bytes([packed[60] ^ 255, packed[61] ^ 255]) + packed[62:])
    central = packed.index(b"PK\x01\x02") + 8
    (tmp_path / "locked.eval").write_bytes(packed[:6] + b"\1" + packed[7:central] + b"\1" + packed[central + 1 :])
    for name in ("bits.eval", "locked.eval"):
        check_refused(inspect_ai, tmp_path / name)


def check_refused(module, path):
    """Check that a log and its samples are read to no end but an error of one line."""
    with pytest.raises(InputError) as raised:
        [list(log.samples()) for log in module.TOOL.logs_at(path)]
    message = str(raised.value)
    assert message.startswith(str(path.parent))
    assert "\n" not in message
    assert len(message) < 700 + 2 * len(str(path))
