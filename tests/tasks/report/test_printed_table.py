import pytest

from tasks.report.printed_table import PrintedTable, TableColumn, TableLine


def table(*notes, groups=("", "")):
    lines = [
        TableLine(group, f"line {index}", ("1", "2", "3"), note)
        for index, (group, note) in enumerate(zip(groups, notes, strict=True))
    ]
    columns = (TableColumn("A", spanner="Both"), TableColumn("B", spanner="Both"), TableColumn("C"))
    return PrintedTable.of("table", "A caption", "Head", columns, lines)


def test_a_note_that_all_lines_share_moves_to_the_caption():
    made = table(("simulated", "few"), ("simulated",))
    assert made.caption == "A caption (in every row: simulated)"
    assert [line.cells[-1] for line in made.lines] == ["few", "\u2014"]
    assert made.columns[-1] == TableColumn("Notes", is_number=False)


@pytest.mark.parametrize("notes", [((), ()), (("simulated",), ("simulated",))])
def test_without_notes_of_single_lines_there_is_no_column_for_them(notes):
    assert len(table(*notes).columns) == 3


def test_a_column_that_is_empty_in_every_line_is_left_out_and_the_caption_says_why():
    empty, unknown, odd = "\u2014", "\u2014 (no price is stated)", "\u2014 (one item)"
    lines = [TableLine("", f"line {index}", (str(index), unknown, empty, odd), ("simulated",)) for index in range(2)]
    columns = (TableColumn("A"), TableColumn("B", spanner="Money"), TableColumn("C"), TableColumn("D"))
    made = PrintedTable.of("table", "A caption", "Head", columns, lines)
    assert made.columns == (TableColumn("A"),)
    assert [line.cells for line in made.lines] == [("0",), ("1",)]
    assert made.caption == "A caption; not shown: Money: B (no price is stated); D (one item) (in every row: simulated)"
    assert (
        len(PrintedTable.of("table", "A caption", "Head", columns, [TableLine("", "1", lines[0].cells)]).columns) == 4
    )


def test_columns_that_share_a_label_stand_under_it():
    made = table((), ())
    assert [(label, [column.label for column in columns]) for label, columns in made.spans] == [
        ("Both", ["A", "B"]),
        ("", ["C"]),
    ]
    assert made.head_rows == 2


def test_lines_are_gathered_in_the_order_in_which_their_groups_first_appear():
    made = table((), (), (), groups=("b", "a", "b"))
    assert {group: [line.head for line in lines] for group, lines in made.groups.items()} == {
        "b": ["line 0", "line 2"],
        "a": ["line 1"],
    }


def test_a_table_without_lines_has_a_head_alone():
    assert PrintedTable.of("table", "A caption", "Head", (TableColumn("A"),), ()).groups == {}
