"""`aligntax item` and `aligntax diff`: the answers behind a tax, word for word, and harmful ones only by choice."""

from __future__ import annotations

import json

import pytest

from tests.support.runs import write_config

HIDDEN = "the text of harmful benchmarks is not published"


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory, simulator, warm):
    """A project after a run of two simulated models."""
    folder = tmp_path_factory.mktemp("evaluated")
    write_config(folder, simulator, repeats=2)
    found = warm.run(folder, "run", "--as-of", "2026-01-31")
    assert found.returncode == 0, found.stderr
    return folder


@pytest.fixture(scope="module")
def flipped(evaluated, warm):
    """The items of a benchmark that the two models solved unequally."""
    printed = warm.run(evaluated, "diff", "base", "aligned", "--benchmark", "arithmetic", "--json").stdout
    rows = json.loads(printed)
    assert rows
    return rows


def test_diff_shows_both_answers_to_what_was_lost_first(evaluated, warm, flipped):
    differences = [row["value_reference"] - row["value_candidate"] for row in flipped]
    assert differences == sorted(differences, reverse=True)
    assert 0 not in differences
    printed = warm.run(evaluated, "diff", "base", "aligned", "--benchmark", "arithmetic", "--limit", "1").stdout
    assert f"item {flipped[0]['item_id'][:12]}" in printed
    assert flipped[0]["question"] in printed
    lost = sum(difference > 0 for difference in differences)
    assert f"aligned lost {lost} items" in printed
    assert f"The first 1 of {len(flipped)}" in printed


def test_item_shows_the_prompts_and_why_each_answer_was_scored_so(evaluated, warm, flipped):
    printed = warm.run(evaluated, "item", flipped[0]["item_id"][:12]).stdout
    assert f"Item {flipped[0]['item_id']} of arithmetic" in printed
    assert "prompt, sent to base" in printed
    assert "prompt, sent to aligned" in printed
    assert "== base, completion: " in printed
    assert "== base, completion, answer 2: " in printed
    assert "scored by numeric@" in printed
    assert "it found '" in printed
    document = json.loads(warm.run(evaluated, "item", flipped[0]["item_id"], "--model", "base", "--json").stdout)
    assert [answer["model_id"] for answer in document["answers"]] == ["base", "base"]
    assert flipped[0]["response_reference"] == document["answers"][0]["response"]


def test_harmful_texts_are_shown_only_from_the_warehouse_itself(evaluated, warm):
    asked = ["diff", "base", "aligned", "--benchmark", "harmful", "--limit", "1"]
    assert HIDDEN in warm.run(evaluated, *asked).stdout
    live = warm.run(evaluated, *asked, "--live").stdout
    assert "gained: item" in live
    assert HIDDEN not in live


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["item", "no such item"], "no item has the id 'no such item'"),
        (["item", ""], "Give more of the id, or --benchmark"),
        (["diff", "base", "alined", "--benchmark", "arithmetic"], "with complete cells. Did you mean 'aligned'?"),
        (["diff", "base", "aligned", "--benchmark", "arithmetik"], "with complete cells. Did you mean 'arithmetic'?"),
    ],
)
def test_a_mistake_is_one_line(evaluated, warm, arguments, expected):
    found = warm.run(evaluated, *arguments)
    assert (found.returncode, found.stderr.count("\n")) == (2, 1), found.stderr
    assert expected in found.stderr


def test_a_terminal_gets_no_control_characters_and_no_endless_text(evaluated, warm, tmp_path):
    (tmp_path / "aligntax.yaml").write_text(
        "model_defaults: {provider: recorded}\nmodels: [{id: base}]\nbenchmarks: [arithmetic]\n"
    )
    item = json.loads(
        warm.run(evaluated, "sql", "from marts.dim_item where benchmark_id = 'arithmetic'", "--json").stdout
    )
    hostile = "\x1b]0;owned\x07\x1b[31m\u202e The answer is 1. " + "a" * 10_000_000
    (tmp_path / "answers.jsonl").write_text(json.dumps({"question": item[0]["question"], "response": hostile}) + "\n")
    asked = ["import", "responses", "answers.jsonl", "--benchmark", "arithmetic", "--model", "base"]
    assert warm.run(tmp_path, *asked).returncode == 0
    printed = warm.run(tmp_path, "item", item[0]["item_id"]).stdout
    assert "The answer is 1." in printed
    assert "characters more (--json has all)" in printed
    assert len(printed) < 20_000
    assert not {"\x1b", "\x07", "\u202e"} & set(printed)
