"""A verdict on models that cost nothing, from an import to the exit code."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.accept


def test_a_harmless_model_passes_on_the_upper_limit_of_its_macro_tax(run_case):
    case = run_case("numbers/S07_gate_pass_unreachable")
    assert set(case.exit_codes) == {0}
    (line,) = (line for line in case.output.splitlines() if line.startswith('{"as_of_date"'))
    document = json.loads(line)
    first = document["findings"][0]
    assert (document["verdict"], first["benchmark_id"]) == ("PASS", "all capability")
    assert first["high"] == pytest.approx(0.0062, abs=5e-5)
    assert first["at_most"] == pytest.approx(0.0052, abs=5e-5)
