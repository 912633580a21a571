import re
import zipfile

import pytest

from tasks.errors import AligntaxError
from tasks.steps.publish import excel_workbook
from tasks.steps.publish.excel_workbook import write_workbook


def test_each_report_is_a_sheet_whose_numbers_are_numbers_and_whose_texts_are_texts(reports, settings):
    path = write_workbook(reports, settings)
    with zipfile.ZipFile(path) as parts:
        names = parts.read("xl/workbook.xml").decode()
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/")]
        texts = parts.read("xl/sharedStrings.xml").decode()
    assert set(re.findall(r'<sheet name="(\w+)"', names)) == {
        name.removeprefix("reports.") for name in reports.contents if name.startswith("reports.")
    }
    assert "=1+1" in texts
    assert not any("<f>" in sheet for sheet in sheets)
    assert any("<v>0.125</v>" in sheet for sheet in sheets)


def test_the_same_publication_makes_the_same_file(reports, settings):
    first = write_workbook(reports, settings).read_bytes()
    assert write_workbook(reports, settings).read_bytes() == first


def test_a_table_that_no_sheet_can_hold_gives_one_line(reports, settings, monkeypatch):
    monkeypatch.setattr(excel_workbook, "_MOST_ROWS", 0)
    with pytest.raises(AligntaxError, match=r"reports\.\w+ has 1 rows, and a sheet holds 0"):
        write_workbook(reports, settings)
    assert not list(settings.folder.iterdir())
