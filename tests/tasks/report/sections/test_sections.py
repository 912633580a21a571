"""The registry of sections: what each states of itself is true."""

from pathlib import Path

import pytest
import yaml

from tasks.report.page import sources
from tasks.report.sections import SECTIONS

MODELS = Path(__file__).resolve().parents[4] / "warehouse" / "models" / "reports"
NAMES = [section.section_id for section in SECTIONS]


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.table)
def test_every_column_that_the_page_reads_is_one_that_the_warehouse_declares(source):
    declared = yaml.safe_load((MODELS / f"{source.table}.yml").read_text())["columns"]
    assert set(source.columns) - set(declared) == set()


def test_sections_have_ids_of_their_own():
    assert len(set(NAMES)) == len(NAMES) > 10


def test_sections_that_read_the_same_table_read_the_same_days():
    days = {}
    for source in (source for section in SECTIONS for source in section.sources):
        days.setdefault(source.table, set()).add(source.days)
    assert {table: found for table, found in days.items() if len(found) > 1} == {}


@pytest.mark.parametrize("section", SECTIONS, ids=NAMES)
def test_a_section_can_be_made_without_any_rows(section, section_text):
    assert "Traceback" not in section_text(section)
