"""The sizes of simulations in tests/support/sizes.py."""

import numpy as np
import pytest

from tests.support.sizes import VARIABLE, at_every_size, bounds, replications


@pytest.fixture(params=["quick", "tenth", "full"])
def size(request, monkeypatch):
    monkeypatch.setenv(VARIABLE, request.param)
    return request.param


def test_a_run_without_a_size_is_quick(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert replications(2_000) == 100


def test_each_size_runs_its_part_and_at_least_one(size):
    assert replications(10_000) == {"quick": 500, "tenth": 1_000, "full": 10_000}[size]
    assert replications(1) == 1


def test_an_unknown_size_is_refused(monkeypatch):
    monkeypatch.setenv(VARIABLE, "huge")
    with pytest.raises(ValueError, match="expected one of quick, tenth, full, found 'huge'"):
        replications(10)


def test_bounds_are_the_stated_ones_at_full_size_and_wider_below(size):
    least, most = bounds(0.93, 0.97, full=10_000)
    if size == "full":
        assert (least, most) == (0.93, 0.97)
    else:
        assert least < 0.93
        assert most > 0.97


def test_a_part_of_a_simulation_that_is_at_its_bound_stays_within_the_wider_bounds(size):
    rng = np.random.default_rng(1)
    full, part = 2_000, replications(2_000)
    hits = np.zeros(full)
    hits[: round(0.93 * full)] = 1
    shares = [rng.permutation(hits)[:part].mean() for _ in range(2_000)]
    least, _ = bounds(0.93, 0.97, full=full)
    assert np.mean(np.array(shares) < least - 1e-12) < 0.006


def test_a_simulation_counts_as_an_endurance_test_outside_the_quick_run(size):
    @at_every_size
    def simulation():
        pass

    marks = [mark.name for mark in getattr(simulation, "pytestmark", [])]
    assert marks == ([] if size == "quick" else ["endurance"])
