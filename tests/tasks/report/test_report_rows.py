import polars as pl
import pytest

from tasks.errors import InputError
from tasks.report.report_rows import ReportFrames, ReportSource, by_pair, grouped, ordered
from tasks.report.tax_comparisons import MODEL_ORDER, TAXES

SOURCE = ReportSource("safety", ("model", "rate"))


def rows_of(frame):
    return ReportFrames({"safety": frame}, "2026-11-20").rows([SOURCE])["safety"]


def test_only_the_stated_columns_are_read():
    frame = pl.DataFrame({"model": ["a"], "rate": [0.5], "other": [1]})
    assert rows_of(frame) == [{"model": "a", "rate": 0.5}]


def test_a_table_that_lacks_a_column_is_refused_by_name():
    with pytest.raises(InputError, match=r"reports\.safety with rate: run `aligntax build`"):
        rows_of(pl.DataFrame({"model": ["a"]}))


@pytest.mark.parametrize("frame", [pl.DataFrame(), pl.DataFrame(schema={"model": pl.String, "rate": pl.Float64})])
def test_an_empty_table_has_no_rows(frame):
    assert rows_of(frame) == []


def test_a_table_that_was_not_given_has_no_rows():
    assert ReportFrames({}, "2026-11-20").rows([SOURCE]) == {"safety": []}


def test_values_that_cannot_be_printed_are_missing_or_made_visible():
    frame = pl.DataFrame({"model": ["a\u202eb", None, "c"], "rate": [float("nan"), float("inf"), 0.5]})
    assert rows_of(frame) == [
        {"model": "a\u27e8U+202E\u27e9b", "rate": None},
        {"model": None, "rate": None},
        {"model": "c", "rate": 0.5},
    ]


def test_decimals_of_a_database_become_numbers():
    frame = pl.DataFrame({"model": ["a"], "rate": ["0.056"]}).with_columns(pl.col("rate").cast(pl.Decimal(10, 4)))
    assert rows_of(frame) == [{"model": "a", "rate": pytest.approx(0.056)}]


def test_missing_values_come_last_in_any_order():
    rows = [{"name": None}, {"name": "b"}, {"name": "a"}]
    assert ordered(rows, "name") == [{"name": "a"}, {"name": "b"}, {"name": None}]


def test_groups_stand_in_the_order_of_their_first_row():
    rows = [{"name": "b", "row": 1}, {"name": "a", "row": 2}, {"name": "b", "row": 3}]
    assert grouped(rows, "name") == [[rows[0], rows[2]], [rows[1]]]


def test_pairs_stand_in_the_order_of_family_and_knob(make_frames):
    knob = {"method": "dpo", "knob_name": "beta"}
    scores = [{"model_id": f"m{value:g}", **knob, "knob_value": value} for value in (10.0, 9.0, 0.5)]
    taxes = [{"candidate_model_id": f"m{value:g}"} for value in (9.0, 10.0, 0.5)]
    tables = make_frames(model_scores=scores, alignment_tax=taxes).rows([TAXES, MODEL_ORDER])
    ids = [row["candidate_model_id"] for row in by_pair(tables["alignment_tax"], tables["model_scores"])]
    assert ids == ["m0.5", "m9", "m10"]
