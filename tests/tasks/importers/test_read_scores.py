import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain import Outcome
from tasks.errors import InputError
from tasks.importers.read_scores import SCORE_SCHEMA, judgement, read_scores

ROW = {"model": "m", "benchmark": "b", "item": 7, "value": 1}


def read(tmp_path, *rows, mapping=None):
    path = tmp_path / "scores.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return pl.concat(read_scores(path, mapping=mapping))


def test_columns_are_fixed_and_missing_ones_null(tmp_path):
    frame = read(tmp_path, ROW, ROW | {"category": "law", "cluster": 3, "repeat": 5, "cost_usd": 0.25})
    path = tmp_path / "scores.jsonl"
    assert frame.schema == SCORE_SCHEMA
    assert frame.rows() == [
        ("m", "b", "7", None, None, None, 0, 1.0, "correct", None, None, None, None, f"{path}: line 1"),
        ("m", "b", "7", "3", "law", None, 5, 1.0, "correct", None, None, None, 0.25, f"{path}: line 2"),
    ]


@pytest.mark.parametrize(
    ("value", "outcome", "read_value", "read_outcome"),
    [
        (1, None, 1.0, "correct"),
        (True, None, 1.0, "correct"),
        (0, None, 0.0, "incorrect"),
        ("0.0", None, 0.0, "incorrect"),
        (0.4, None, 0.4, "partial"),
        (None, None, None, "failed"),
        (0, "refused", 0.0, "refused"),
        (1, "filtered", 1.0, "filtered"),
        (0, "truncated", 0.0, "truncated"),
        (0, "unparsed", None, "unparsed"),
        (1, "unparsed", None, "unparsed"),
        (None, "unparsed", None, "unparsed"),
        (None, "judge_error", None, "judge_error"),
        (None, "not_run", None, "not_run"),
        (None, "quarantined", None, "quarantined"),
    ],
)
def test_a_value_and_an_outcome_complete_each_other(tmp_path, value, outcome, read_value, read_outcome):
    frame = read(tmp_path, ROW | {"value": value, "outcome": outcome})
    assert frame.select("value", "outcome").rows() == [(read_value, read_outcome)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": 56.2}, r"line 2: value 56\.2 is not between 0 and 1; a percentage"),
        ({"value": -0.1}, "line 2: value is '-0.1', not a finite number"),
        ({"value": "good"}, "line 2: value is 'good', not a number"),
        ({"outcome": "corect"}, "line 2: 'corect' is not an outcome. Did you mean 'correct'"),
        ({"outcome": "failed"}, r"line 2: outcome failed with value 1\.0"),
        ({"value": None, "outcome": "refused"}, "line 2: outcome refused with value None"),
        ({"value": 0, "outcome": "correct"}, r"line 2: outcome correct contradicts value 0\.0"),
        ({"outcome": "incorrect"}, r"line 2: outcome incorrect contradicts value 1\.0"),
        ({"model": None}, "line 2 lacks a model"),
        ({"item": ""}, "line 2 lacks a model, benchmark or item"),
        ({"repeat": -1}, "line 2: repeat is '-1'"),
    ],
)
def test_a_bad_row_gives_one_clear_error_with_its_place(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, ROW, ROW | change)


def test_a_missing_column_names_those_that_exist(tmp_path):
    with pytest.raises(InputError, match=r"no column for benchmark.*Columns: model, item, value"):
        read(tmp_path, {key: ROW[key] for key in ("model", "item", "value")})


def test_repeats_are_counted_per_model_benchmark_and_item(tmp_path):
    rows = [ROW, ROW | {"model": "n"}, ROW | {"benchmark": "c"}, ROW | {"item": 8}, ROW]
    assert read(tmp_path, *rows)["repeat"].to_list() == [0, 0, 0, 0, 1]


def test_a_csv_with_other_names_is_mapped(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("who,task,doc_id,acc\nm,b,70,0.5\nm,b,71,\n")
    frame = pl.concat(read_scores(path, mapping={"model": "who", "value": "acc"}))
    assert frame.select("model", "benchmark", "item", "value", "outcome").rows() == [
        ("m", "b", "70", 0.5, "partial"),
        ("m", "b", "71", None, "failed"),
    ]


@given(st.one_of(st.none(), st.floats(0, 1)), st.one_of(st.none(), st.sampled_from(list(Outcome))))
def test_a_value_is_null_exactly_for_outcomes_that_have_none(value, outcome):
    try:
        read_value, read_outcome = judgement(value, outcome)
    except ValueError:
        assert outcome is not None  # a default never contradicts its value
        return
    without = {"failed", "judge_error", "not_run", "quarantined", "unparsed"}
    assert (read_value is None) == (read_outcome in without)
