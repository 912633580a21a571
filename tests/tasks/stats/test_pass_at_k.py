"""pass@k, compared with counting every draw and with the product that its authors compute."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from tasks.stats.pass_at_k import pass_at_k

SMALL = [(n, c, k) for n in range(1, 8) for c in range(n + 1) for k in range(1, n + 1)]


@pytest.mark.parametrize(("n", "c", "k"), SMALL)
def test_pass_at_k_is_the_share_of_draws_with_a_pass(n, c, k):
    draws = list(combinations([True] * c + [False] * (n - c), k))
    assert pass_at_k(n, c, k) == pytest.approx(sum(map(any, draws)) / len(draws), abs=1e-15)


@pytest.mark.parametrize(("n", "c", "k"), [(100, 3, 10), (200, 1, 100), (200, 150, 100), (100, 100, 1), (100, 0, 50)])
def test_pass_at_k_equals_the_authors_product(n, c, k):
    product = 1.0 if n - c < k else float(1.0 - np.prod(1.0 - k / np.arange(n - c + 1, n + 1)))
    assert pass_at_k(n, c, k) == pytest.approx(product, abs=1e-12)


def test_fewer_than_k_answers_have_no_pass_at_k():
    assert pass_at_k(4, 4, 5) is None


@pytest.mark.parametrize(("n", "c", "k"), [(5, 6, 1), (5, -1, 1), (5, 1, 0)])
def test_impossible_counts_are_refused(n, c, k):
    with pytest.raises(ValueError, match="expected 0 <= passed"):
        pass_at_k(n, c, k)
