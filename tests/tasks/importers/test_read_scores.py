import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain import Outcome
from tasks.errors import InputError
from tasks.importers.read_scores import judgement, read_scores

ROW = {"model": "m", "benchmark": "b", "item": 7, "value": 1}


def read(tmp_path, *rows, mapping=None):
    path = tmp_path / "scores.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_scores(path, mapping=mapping)


def test_a_score_has_what_the_file_says_of_it_and_an_item_what_any_row_says(tmp_path):
    table = read(tmp_path, ROW, ROW | {"category": "law", "cluster": 3, "repeat": 5, "cost_usd": 0.25})
    path = tmp_path / "scores.jsonl"
    assert table.scores.select("model", "benchmark", "item", "repeat", "value", "outcome", "cost_usd").rows() == [
        ("m", "b", "7", 0, 1.0, "correct", None),
        ("m", "b", "7", 5, 1.0, "correct", 0.25),
    ]
    assert "latency_ms" not in table.scores.columns
    assert table.items.rows() == [("b", "7", "3", "law", None, f"{path}: line 1")]


def test_files_are_read_the_same_in_batches_of_any_size(tmp_path):
    path = tmp_path / "scores.jsonl"
    rows = [ROW | {"item": n % 3, "value": n % 2, "cluster": n % 3 if n > 4 else None} for n in range(11)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    whole = read_scores(path)
    for size in (1, 2, 7):
        part = read_scores(path, batch_rows=size)
        assert part.scores.rows() == whole.scores.rows()
        assert part.items.rows() == whole.items.rows()


def test_equal_values_of_several_types_are_read_by_their_type(tmp_path):
    table = read(tmp_path, *(ROW | {"item": item} for item in (1, 1.0, "1", True, "True", "1.0")))
    assert table.scores["item"].to_list() == ["1", "1", "1", "True", "True", "1.0"]


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
    table = read(tmp_path, ROW | {"value": value, "outcome": outcome})
    assert table.scores.select("value", "outcome").rows() == [(read_value, read_outcome)]


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
    assert read(tmp_path, *rows).scores["repeat"].to_list() == [0, 0, 0, 0, 1]


def test_a_repeat_that_only_some_rows_name_follows_those_before_it(tmp_path):
    rows = [ROW | {"repeat": 4}, ROW, ROW | {"repeat": 2}, ROW]
    assert read(tmp_path, *rows).scores["repeat"].to_list() == [4, 5, 2, 6]


@pytest.mark.parametrize("others", [(ROW | {"repeat": 1}, ROW | {"repeat": 1}), (ROW, ROW | {"repeat": 0})])
def test_a_repeat_that_occurs_twice_is_named_with_its_place(tmp_path, others):
    with pytest.raises(InputError, match=r"line 2: repeat \d of .* occurs twice"):
        read(tmp_path, *others)


def test_rows_of_one_item_that_contradict_each_other_are_named_with_both_places(tmp_path):
    rows = [ROW, *(ROW | {"item": n} for n in range(20)), ROW | {"cluster": "b", "model": "n"}, ROW | {"cluster": "a"}]
    with pytest.raises(
        InputError, match=r"line 23: cluster 'a' of item '7' of 'b' contradicts cluster 'b' at .*line 22"
    ):
        read(tmp_path, *rows)


def test_a_csv_with_other_names_is_mapped(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("who,task,doc_id,acc\nm,b,70,0.5\nm,b,71,\n")
    table = read_scores(path, mapping={"model": "who", "value": "acc"})
    assert table.scores.select("model", "benchmark", "item", "value", "outcome").rows() == [
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


def test_of_many_columns_a_message_names_the_first(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{n}" for n in range(200)) + "\n" + ",".join(["1"] * 200) + "\n")
    with pytest.raises(InputError, match=r"no column for model.*Columns: c0, .*, c29 and 170 more\.$"):
        read_scores(path)
