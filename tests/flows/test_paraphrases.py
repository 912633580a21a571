"""A run with several wordings of an instruction: what is asked anew, and what the tables say of the wordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.runs import count_requests
from warehouse.connection import Warehouse

DATE = ("--as-of", "2026-03-21")
PLAIN = "{id: arithmetic, sample_size: 30, repeats: 1}"
WORDED = "{id: arithmetic, sample_size: 30, repeats: 1, paraphrases: [Work it out., Find the number.]}"


@pytest.mark.accept
def test_paraphrases_ask_only_what_is_new_and_their_variance_is_reported(project, aligntax, simulator):
    aligntax(project, "run", *DATE)
    asked = count_requests(simulator)
    config = Path(project, "aligntax.yaml")
    config.write_text(config.read_text().replace(PLAIN, WORDED))
    aligntax(project, "run", *DATE)
    assert count_requests(simulator) - asked == 2 * 2 * 30
    with Warehouse.read(project / "warehouse.duckdb") as warehouse:
        found = warehouse.rows(
            "select count_repeats, count_templates, variance_wordings, reason from reports.reliability "
            "where count_templates > 1"
        )[1]
    assert [row[:2] for row in found] == [(3, 3)] * 2
    assert all(row[2] >= 0 and row[3] == "one_repeat" for row in found)
