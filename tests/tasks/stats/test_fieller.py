import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tasks.stats.ratio import fieller

T = 2.1


def is_rejected(ratio, case):
    """The t test of a - ratio b = 0, which the set inverts."""
    a, b, v_aa, v_ab, v_bb = case
    return (a - ratio * b) ** 2 > T**2 * (v_aa - 2 * ratio * v_ab + ratio**2 * v_bb)


@st.composite
def cases(draw):
    a, b = draw(st.floats(-1, 1)), draw(st.floats(-1, 1))
    s_a, s_b = draw(st.floats(0.01, 0.5)), draw(st.floats(0.01, 0.5))
    correlation = draw(st.floats(-0.95, 0.95))
    return a, b, s_a**2, correlation * s_a * s_b, s_b**2


@given(cases(), st.floats(-50, 50))
def test_the_set_contains_exactly_the_ratios_that_are_not_rejected(case, ratio):
    result = fieller(*case, T)
    ends = (result.low, result.high, result.excluded_low, result.excluded_high)
    assume(all(end is None or abs(end - ratio) > 1e-6 * max(1, abs(end)) for end in ends))
    if result.kind == "interval":
        assert is_rejected(ratio, case) == (not result.low <= ratio <= result.high)
    elif result.kind == "complement":
        assert is_rejected(ratio, case) == (result.excluded_low < ratio < result.excluded_high)
    else:
        assert not is_rejected(ratio, case)


@given(cases())
def test_the_set_is_an_interval_exactly_where_the_denominator_differs_from_0(case):
    a, b, *_, v_bb = case
    assume(abs(b**2 - T**2 * v_bb) > 1e-9)
    result = fieller(*case, T, unless="nothing_bought")
    is_interval = abs(b) > T * math.sqrt(v_bb)
    assert (result.kind == "interval") == is_interval
    assert (result.estimate, result.reason) == (
        (pytest.approx(a / b), None) if is_interval else (None, "nothing_bought")
    )
    assert (result.low is None) == (result.high is None) == (not is_interval)
    assert (result.excluded_low is None) == (result.kind != "complement")


def test_a_known_denominator_gives_the_scaled_t_interval():
    result = fieller(0.2, 0.5, 0.01, 0.0, 0.0, 2.0)
    assert [result.low, result.high] == pytest.approx([0.0, 0.8])


def test_a_denominator_of_0_excludes_no_ratio():
    result = fieller(0.0, 0.0, 0.0, 0.0, 0.0, 2.0)
    assert (result.kind, result.estimate, result.low) == ("whole_line", None, None)
