"""IFEval: how rows are read, and the one line for each bad one."""

from __future__ import annotations

import json

import pytest

from tasks.benchmarks import load
from tasks.errors import InputError

PROMPT = {
    "key": 7,
    "prompt": "Say it without commas in 3 words.",
    "instruction_id_list": ["punctuation:no_comma", "length_constraints:number_words"],
    "kwargs": [{}, {"relation": "at least", "num_words": 3}],
}


@pytest.fixture
def loaded(tmp_path):
    """Write rows to a file and give the items read from it."""

    def write(rows):
        (tmp_path / "rows.json").write_text(json.dumps(rows))
        return load("ifeval", str(tmp_path / "rows.json")).items

    return write


def test_a_row_becomes_an_item(loaded):
    (item,) = loaded([PROMPT])
    assert json.loads(item.target) == [
        {"kind": "punctuation:no_comma"},
        {"kind": "length_constraints:number_words", "relation": "at least", "num_words": 3},
    ]
    assert (item.cluster_id, item.subset, item.foreign_id) == ("punctuation:no_comma", "punctuation", "7")


def test_the_edition_that_lists_every_parameter_gives_the_same_item(loaded):
    empty = {"keywords": None, "num_words": None, "relation": None}
    listed = {**PROMPT, "kwargs": [empty, {**empty, "relation": "at least", "num_words": 3.0}]}
    assert loaded([listed]) == loaded([PROMPT])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"prompt": ""}, r"row 1: expected prompt, instruction_id_list and kwargs, found key, prompt"),
        ({"kwargs": [{}]}, r"row 1: expected one kwargs for each of 2 instructions, found 1\."),
        (
            {"instruction_id_list": ["punctuation:no_coma", "x"]},
            r"'punctuation:no_coma' is not an instruction\. Did you mean 'punctuation:no_comma'\?",
        ),
        ({"kwargs": [{}, {"num_words": 3}]}, r"number_words expects num_words, relation, found \{\"num_words\": 3\}\."),
    ],
)
def test_a_bad_row_is_named(loaded, changes, message):
    with pytest.raises(InputError, match=message):
        loaded([{**PROMPT, **changes}])
