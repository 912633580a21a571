"""A macro tax over a dense and a sparse benchmark, from an import to the report."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.accept


def test_the_macro_interval_knows_of_losses_that_a_small_benchmark_did_not_sample(run_case):
    case = run_case("numbers/S09_macro_sparse")
    (found,) = case.rows(
        "select count(*), avg((tax_absolute_low <= .05 and .05 <= tax_absolute_high)::int) "
        "from reports.overall_tax where scope = 'all capability' and weighting = 'macro'"
    )
    assert found[0] == 120
    assert found[1] >= 0.92
