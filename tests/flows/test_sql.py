"""`aligntax sql`: the forms of an answer, the list of tables, and the cookbook."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import threading

import polars as pl
import pytest

from tests.support.golden.__main__ import demo_warehouse
from tests.support.golden.cookbook_page import PAGE, page
from tests.support.runs import command, environment
from warehouse.connection import Warehouse
from warehouse.recipes import recipes

WIDE = "select * from reports.alignment_tax where is_headline"


def test_without_a_query_the_tables_and_the_questions_are_listed(published, warm):
    printed = warm.run(published, "sql").stdout
    assert "reports.alignment_tax" in printed
    assert "What alignment cost" in printed
    assert "surely_lost" in printed
    listed = json.loads(warm.run(published, "sql", "--json").stdout)
    assert {found["name"] for found in listed["questions"]} == {found.name for found in recipes()}
    assert all(table["holds"].endswith(".") for table in listed["tables"])


def test_of_a_wide_table_a_terminal_shows_the_columns_that_fit_and_a_file_all(published, warm):
    lines = on_terminal(published, "sql", WIDE, COLUMNS="100").splitlines()
    assert max(map(len, lines)) < 100
    assert "columns fit: --vertical shows all" in "".join(lines[-2:])
    whole = warm.run(published, "sql", WIDE).stdout
    assert "days_apart" in whole
    assert "columns fit" not in whole
    vertical = warm.run(published, "sql", WIDE, "--vertical").stdout.splitlines()
    assert vertical[0] == "--- row 1"
    assert "candidate_model_id                  aligned" in vertical


def test_where_a_terminal_has_no_room_for_three_columns_each_row_is_a_block(published):
    long = f"select '{'m' * 59}' as model_id, '{'b' * 59}' as benchmark_id, 1.5 as tax"
    lines = on_terminal(published, "sql", long, COLUMNS="80").splitlines()
    assert lines == ["--- row 1", f"model_id      {'m' * 59}", f"benchmark_id  {'b' * 59}", "tax           1.5"]


def test_an_answer_without_rows_says_so_and_a_question_says_what_that_means(published, warm):
    assert warm.run(published, "sql", "select 1 as one, 2 as two where false").stdout == "0 rows (one, two).\n"
    asked = warm.run(published, "sql", "--ask", "noise_of_repeats").stdout
    assert asked == "Each item was asked once. `repeats: 3` on a benchmark asks each of its items three times.\n"


def test_csv_and_parquet_hold_every_row(published, warm):
    query = "select * from range(1000) as numbers(number)"
    rows = list(csv.DictReader(io.StringIO(warm.run(published, "sql", query, "--csv").stdout)))
    assert [int(row["number"]) for row in rows] == list(range(1000))
    assert "1000 rows" in warm.run(published, "sql", query, "--parquet", "numbers.parquet").stdout
    assert pl.read_parquet(published / "numbers.parquet")["number"].to_list() == list(range(1000))


def test_csv_holds_no_formula_and_keeps_numbers(published, warm):
    printed = warm.run(published, "sql", "select '=1+1' as text, -1.5 as number", "--csv").stdout
    assert printed == "text,number\n'=1+1,-1.5\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--ask", "nothing"], "'nothing' is not a question of the cookbook. Known: alarms, "),
        (["select 1", "--ask", "alarms"], "not both"),
        (["select 1", "--csv", "--json"], "one of them"),
    ],
)
def test_a_mistake_is_one_line(published, warm, arguments, expected):
    found = warm.run(published, "sql", *arguments)
    assert (found.returncode, found.stderr.count("\n")) == (2, 1)
    assert expected in found.stderr


def test_a_long_answer_on_a_terminal_is_paged(published):
    asked = "select * from range(60) as numbers(number)"
    assert "paged:" in on_terminal(published, "sql", asked, COLUMNS="80", PAGER="sed s/^/paged:/")


def on_terminal(folder, *arguments, **settings):
    """What a command shows on a terminal of 24 lines, without colours."""
    ours, theirs = pty.openpty()
    own = {**environment(), "TERM": "dumb", "LINES": "24", "PAGER": "cat", **settings}
    process = subprocess.Popen(command(*arguments), cwd=folder, env=own, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    printed: list[bytes] = []
    reader = threading.Thread(target=lambda: printed.extend(_all_of(ours)))
    reader.start()
    assert process.wait(timeout=60) == 0
    reader.join(timeout=60)
    os.close(ours)
    return b"".join(printed).decode()


def _all_of(terminal: int) -> list[bytes]:
    """What a terminal shows until its program ends."""
    parts = []
    try:
        while part := os.read(terminal, 65536):
            parts.append(part)
    except OSError:  # Linux says so when the other side is closed
        pass
    return parts


def test_every_question_of_the_cookbook_has_an_answer_and_a_place_on_its_page(published, warm):
    text = PAGE.read_text()
    assert len(recipes()) >= 25
    with Warehouse.read(published / "publish" / "aligntax.duckdb") as reader:
        for found in recipes():
            assert found.question.endswith(("?", ".")), found.name
            assert found.empty.endswith("."), found.name
            assert found.sql.startswith(("select", "with")), found.name
            assert found.sql in text, f"{found.name}: make golden ARGS=--record"
            reader.rows(found.sql)
    assert "aligned" in warm.run(published, "sql", "--ask", "cost_of_alignment").stdout


@pytest.mark.accept
def test_the_answers_on_the_cookbooks_page_are_those_of_the_demo(tmp_path):
    warehouse = demo_warehouse(tmp_path)
    assert page(warehouse.parent / "publish" / "aligntax.duckdb") == PAGE.read_text()
