"""The first sentences of report and terminal, on cases where they once said what the tables do not."""

from __future__ import annotations

import html

import pytest

from tests.support.sentences import missing_means, unknown_numbers
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept


def sentences(case):
    """The lines on taxes that are in no table."""
    lines = html.unescape(case.output).splitlines()
    return " ".join(line for line in lines if " points" in line and "Alignment tax" not in line)


def test_the_sentence_on_stars_says_over_what_they_were_adjusted(run_case):
    case = run_case("numbers/S08_holm_sentence")
    families = "the 2 comparisons of family a and the 2 comparisons of family h"
    assert f"Holm's correction over {families} leaves 2 significant taxes" in case.output
    page = (case.folder / "publish" / "report.html").read_text()
    assert "leaves 2 significant taxes and no significant windfall" in page
    with Warehouse.read(case.folder / "warehouse.duckdb") as warehouse:
        assert unknown_numbers(sentences(case), warehouse) == []
        assert missing_means(sentences(case), warehouse) == []


def test_a_verdict_that_rests_on_missing_answers_says_so(run_case):
    case = run_case("numbers/S16_verdict_ignores_missing")
    page = (case.folder / "publish" / "report.html").read_text().replace("\u2212", "-").replace("\u00a0", " ")
    expected = "if the missing answers are like the others (whatever they are, the tax is in [-0.9, +33.0])"
    assert expected in page
    assert expected in case.output
    assert "(*)" in case.output
