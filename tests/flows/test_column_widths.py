"""The widths of printed columns: numbers and ids are whole, and what can be spared goes first."""

from __future__ import annotations

import pytest
from rich.console import Console

from flows.cli import output
from flows.cli.column_widths import Column, fitting, least_width, widths_in, without_spare

LONG = "organisation--model-70b-instruct-"
MODELS = [f"{LONG}{number:047}" for number in range(2)]  # 80 characters
COLUMNS = ("verdict", "model", "against", "points", "interval", "detectable")
ROWS = [["BLOCK", model, "base", "+28.3", "[+20.1, +36.6]", "13.0"] for model in MODELS]
NUMBERS = ("points", "interval", "detectable")


@pytest.fixture
def printed(monkeypatch, capsys):
    """What ``print_table`` shows in so many columns."""

    def show(width, **options):
        monkeypatch.setattr(output, "console", lambda: Console(highlight=False, width=width))
        output.print_table("Gate", COLUMNS, ROWS, right=NUMBERS, **options)
        return capsys.readouterr().out

    return show


@pytest.mark.parametrize("width", [160, 80, 75])
def test_a_number_is_never_broken_over_lines(printed, width):
    text = printed(width)
    assert max(map(len, text.splitlines())) <= width
    for number in ("+28.3", "[+20.1, +36.6]", "13.0"):
        assert text.count(f" {number} ") == 2


def test_columns_that_can_be_spared_are_left_out_in_their_order_and_named(printed):
    text = printed(70, spare=("detectable", "against", "verdict"))
    assert "A wider terminal also shows: detectable." in text
    assert "against" in text
    assert "A wider terminal" not in printed(160, spare=("detectable",))


def test_rows_that_fit_in_no_table_are_blocks_of_lines_with_whole_ids(printed):
    lines = printed(40).splitlines()
    assert lines[:4] == ["Gate", "--- row 1", "verdict     BLOCK", f"model       {MODELS[0]}"]


def test_free_room_completes_first_the_columns_that_lack_least():
    columns = [
        Column.of(0, "model", ["harbor-dpo-100"], is_number=False),
        Column.of(1, "why", ["w" * 50], is_number=False),
    ]
    assert [column.least for column in columns] == [12, 12]
    assert widths_in(columns, least_width(columns) + 5) == [14, 15]
    assert without_spare(columns, ["why"], 20) == columns[:1]


def test_texts_are_cut_so_that_more_columns_fit_but_ids_are_whole():
    names, row = ("model_id", "question", "answer", "value"), ["m" * 24, "q" * 100, "a" * 100, "1"]
    count, cells = fitting(names, [row], 80)
    assert (count, [len(cell) for cell in cells[0]]) == (3, [24, 20, 20, 1])
    assert fitting(names, [row], 240)[1] == [["m" * 24, f"{'q' * 59}…", f"{'a' * 59}…", "1"]]
