from pathlib import Path

import pytest
import yaml

from tasks.report.frames import COLUMNS

MODELS = Path(__file__).resolve().parents[3] / "warehouse" / "models" / "reports"


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_every_column_the_page_reads_is_one_the_warehouse_declares(table):
    declared = yaml.safe_load((MODELS / f"{table}.yml").read_text())["columns"]
    assert set(COLUMNS[table]) - set(declared) == set()
