"""Programs that cheat, flood or forge fail alone, and right ones pass on a busy machine."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.accept

VERDICTS = (
    "select foreign_id, verdict from raw.executions join raw.plan using (generation_id) "
    "join raw.benchmark_items using (item_id) order by all"
)


def passed(case):
    """Whether the program of each item passed; the command has ended without a traceback."""
    assert "Traceback" not in case.output
    assert case.exit_codes[-1] == 0
    return {item: verdict == "pass" for item, verdict in case.rows(VERDICTS)}


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("G02_sandbox_disk", {"Toy/0": False, "Toy/1": False, "Toy/2": False}),
        ("G04_deep_folders", {"Toy/1": True, "Toy/2": True, "Toy/3": True}),
        ("G04b_odd_verdicts", {"Toy/0": False, "Toy/1": False, "Toy/2": False, "Toy/3": True}),
        ("G05_dangling_decorator", {"Toy/0": False, "Toy/1": False}),
        ("G05c_equal_to_everything", {"Toy/0": False, "Toy/1": False}),
        ("G07_busy_machine", {"Toy/0": True, "Toy/1": True}),
    ],
)
def test_no_wrong_program_passes_and_no_program_changes_the_verdict_of_another(run_case, name, right):
    case = run_case(f"guard/{name}")
    assert passed(case).items() >= right.items()
    assert not list(case.folder.glob("tmp/aligntax-*"))
