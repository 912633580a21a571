import os
import subprocess
import sys

import polars as pl
import pytest

from tasks.errors import InputError
from tasks.report import ReportFrames, render_report, write_report


def test_the_same_frames_give_the_same_bytes(make_frames, small_rows, small_page, tmp_path):
    path = write_report(make_frames(**small_rows), tmp_path / "new" / "report.html")
    assert path == tmp_path / "new" / "report.html"
    assert path.read_bytes() == small_page.encode()


def test_the_order_of_the_rows_does_not_matter(make_frames, small_rows, small_page):
    turned = {table: list(reversed(rows)) for table, rows in small_rows.items()}
    assert render_report(make_frames(**turned)) == small_page


def test_a_write_that_fails_leaves_the_old_page_and_no_debris(make_frames, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError, match="disk full"):
        write_report(make_frames(taxes=[{}]), path)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("report.html", "old")]


def test_a_frame_that_lacks_a_column_is_refused_by_name(make_frames):
    frames = make_frames(taxes=[{}])
    cut = ReportFrames(
        frames.alignment_tax.drop("p_value_holm", "reason"), *[pl.DataFrame()] * 4, as_of_date="2026-11-20"
    )
    with pytest.raises(InputError, match=r"reports\.alignment_tax with p_value_holm, reason"):
        render_report(cut)


def test_a_hundred_taxes_stay_under_three_megabytes(make_frames, demo_rows):
    rows = demo_rows(4, (0.1,), tuple(f"benchmark-{number:02d}" for number in range(25)))
    assert len(rows["taxes"]) == 100
    assert len(render_report(make_frames(**rows)).encode()) < 3_000_000


def test_importing_the_report_loads_no_drawing_library():
    code = (
        "import sys, tasks.report; "
        "print({'altair', 'great_tables', 'vl_convert', 'duckdb', 'prefect', 'warehouse'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
