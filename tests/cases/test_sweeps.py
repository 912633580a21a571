"""Families along a knob."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.accept


def test_the_base_is_strength_zero_of_every_knob(run_case):
    case = run_case("numbers/M09_knob_zero_of_base")
    found = case.rows("select distinct method, knob_name, count_strengths, knob_low, reason from reports.sweep_fit")
    assert found == [("control-vector", "norm", 4, 0.0, None)]
