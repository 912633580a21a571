"""Nightly alarms, from nights that are imported to the trend."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.accept


def test_a_larger_fall_never_alarms_later(run_case):
    case = run_case("numbers/S15_slow_on_collapse")
    first = dict(
        case.rows("select model_id, min(as_of_date) filter (where is_alarm) from reports.trend group by 1 order by 1")
    )
    assert None not in first.values()
    assert first["fall0"] <= first["fall50"] <= first["fall70"]
