"""An import ends with a warning where many answers are odd in one way, and with none where few are."""

from __future__ import annotations

import json

import pytest

from tasks import benchmarks

CONFIG = "model_defaults: {provider: recorded}\nmodels: [{id: m}]\nbenchmarks: [arithmetic]\n"
MARKUP = "<|im_end|>\n<|im_start|>user\nAnd now?"


@pytest.mark.parametrize(("count_odd", "expected"), [(10, ["warning: m: 10 of 40 answers to arithmetic"]), (1, [])])
def test_many_answers_with_markup_are_a_warning(tmp_path, warm, count_odd, expected):
    (tmp_path / "aligntax.yaml").write_text(CONFIG)
    items = benchmarks.load("arithmetic").items[:40]
    rows = [
        {"question": item.question, "response": f"{item.target}{MARKUP if number < count_odd else ''}"}
        for number, item in enumerate(items)
    ]
    (tmp_path / "answers.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = warm.run(tmp_path, "import", "responses", "answers.jsonl", "--benchmark", "arithmetic", "--model", "m")
    assert found.returncode == 0, found.stderr
    lines = [line for line in found.stdout.splitlines() if line.startswith("warning")]
    assert [line.removesuffix(" hold the markup of a chat template.") for line in lines] == expected
