"""The shape of the code: what CONTRIBUTING promises a newcomer, as tests."""

from __future__ import annotations

import statistics

from tests.support.structure import PACKAGES, ROOT, functions, untested


def test_every_module_has_a_test_of_its_name_or_says_where_it_is_tested():
    assert untested("tasks", "warehouse") == []


def test_functions_are_short():
    found = functions(*PACKAGES)
    assert [f.place for f in found if f.count_lines > 50] == []
    assert statistics.quantiles([f.count_body for f in found], n=10)[8] <= 17


def test_signatures_are_narrow_outside_the_command_line():
    assert [f.place for f in functions(*PACKAGES) if f.count_parameters > 8 and "flows/cli/" not in f.place] == []


def test_the_top_of_tasks_fits_on_a_screen():
    assert len([path for path in (ROOT / "tasks").iterdir() if path.name != "__pycache__"]) <= 20
