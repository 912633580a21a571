"""AlpacaEval: what its rows become, which files are refused, and the authors' own file."""

from __future__ import annotations

import json

import pytest

from tasks.benchmarks import load
from tasks.domain import PromptStyle
from tasks.errors import InputError
from tasks.scorers import reference_of

ROWS = [
    {"instruction": "Say hello.", "output": "Hello!", "generator": "old", "dataset": "koala"},
    {"instruction": "Count to two.", "output": "1, 2", "generator": "old", "dataset": "vicuna"},
]


def test_an_item_holds_the_instruction_and_the_reference_output(tmp_path):
    path = tmp_path / "alpaca_eval.json"
    path.write_text(json.dumps(ROWS))
    found = load("alpaca_eval", str(path))
    assert [item.question for item in found.items] == ["Say hello.", "Count to two."]
    assert [reference_of(item.target) for item in found.items] == ["Hello!", "1, 2"]
    assert (found.scorer, found.metric, found.chance_score) == ("preferred", "win_rate", 0.5)
    assert found.render(found.items[0], PromptStyle.CHAT).messages[-1].content == "Say hello."


@pytest.mark.parametrize("content", ["", "[]", "{", '[{"instruction": "x"}]', '["x"]'])
def test_another_file_is_refused_by_name(tmp_path, content):
    path = tmp_path / "alpaca_eval.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"alpaca_eval.json: "):
        load("alpaca_eval", str(path))


def test_the_official_file_is_read_whole(shared_data):
    found = load("alpaca_eval", str(shared_data / "data" / "alpaca_eval" / "phi-2-sft__model_outputs.json.gz"))
    assert len(found.items) == 805
    assert {item.subset for item in found.items} == {"helpful_base", "koala", "oasst", "selfinstruct", "vicuna"}
