import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from tasks.stats.multiplicity import benjamini_hochberg, holm

families = st.lists(st.floats(0, 1) | st.sampled_from([0.01, 0.05]), min_size=1, max_size=30)
ADJUSTMENTS = [(holm, "holm"), (benjamini_hochberg, "fdr_bh")]


@pytest.mark.parametrize(("adjust", "name"), ADJUSTMENTS)
@given(p_values=families)
@settings(max_examples=20)  # theirs takes 70 ms a call
def test_adjusted_p_values_are_those_of_statsmodels(adjust, name, p_values):
    assert adjust(p_values) == pytest.approx(multipletests(p_values, method=name)[1], abs=1e-12)


@given(families)
def test_benjamini_hochberg_is_that_of_scipy(p_values):
    assert benjamini_hochberg(p_values) == pytest.approx(stats.false_discovery_control(p_values), abs=1e-12)


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
@given(p_values=st.lists(st.none() | st.floats(0, 1), max_size=20))
def test_tests_without_a_p_value_do_not_count_in_the_family(adjust, p_values):
    adjusted = adjust(p_values)
    members = np.array([p is not None for p in p_values], dtype=bool)
    assert np.isnan(adjusted[~members]).all()
    assert adjusted[members] == pytest.approx(adjust([p for p in p_values if p is not None]))


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_nan_means_no_p_value_and_the_argument_is_not_changed(adjust):
    p_values = np.array([0.04, np.nan, 0.01])
    assert adjust(p_values)[[0, 2]] == pytest.approx(adjust([0.04, 0.01]))
    assert p_values[0] == 0.04


@pytest.mark.parametrize("bad", [[-0.1], [1.1, 0.5]])
def test_p_values_outside_0_to_1_are_refused(bad):
    with pytest.raises(ValueError, match=r"p-values in \[0, 1\]"):
        holm(bad)
