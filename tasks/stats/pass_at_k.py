"""pass@k: the chance that at least one of k answers passes, from n answers of which some passed."""

from __future__ import annotations

from math import comb


def pass_at_k(count_answers: int, count_passed: int, k: int) -> float | None:
    """The unbiased estimate of pass@k of one item: one minus the share of subsets of k answers without a pass.

    The simpler 1 - (1 - c/n)^k is biased for k < n. A benchmark's pass@k is the mean over its items.

    Args:
        count_answers: n, the answers sampled for the item.
        count_passed: c, those of them that passed, 0 to n.
        k: the size of the draw, at least 1.

    Returns:
        None where fewer than k answers were sampled, because then there is no unbiased estimate.

    Raises:
        ValueError: a count is out of its range.

    References:
        Chen et al. 2021, arXiv 2107.03374, equation 1.

    Examples:
        With 3 passes among 10 answers, one draw passes in 30% of cases, and the better of two in 53%:

        >>> pass_at_k(10, 3, 1)
        0.3
        >>> round(pass_at_k(10, 3, 2), 4)
        0.5333
        >>> pass_at_k(4, 1, 5) is None
        True
    """
    if not 0 <= count_passed <= count_answers or k < 1:
        raise ValueError(f"expected 0 <= passed <= answers and k >= 1, found {count_passed}, {count_answers}, k = {k}")
    if k > count_answers:
        return None
    subsets, failing = comb(count_answers, k), comb(count_answers - count_passed, k)
    return (subsets - failing) / subsets
