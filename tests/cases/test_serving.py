"""Prefect's server: nobody else is let in, nothing is left behind, and its end is not the end of a run."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.accept


def test_a_request_to_the_served_flow_brings_no_key_to_another_server(run_case):
    case = run_case("guard/G01_serve_gives_keys")
    assert "no key arrived (refused with 401; 0 requests)" in case.output


def test_a_failed_run_leaves_no_results_in_the_storage_of_prefect(run_case):
    case = run_case("guard/G16_left_on_disk")
    assert case.exit_codes == (1, 0)
    assert [path for path in case.folder.rglob("*") if path.is_file() and "storage" in str(path.parent)] == []


def test_a_run_whose_server_is_killed_while_it_asks_ends_well(run_case):
    case = run_case("guard/G10_prefect_server_killed")
    assert "killed 1 exit 0" in case.output
    assert "Traceback" not in case.output
    assert case.rows("select count(*) from raw.generations") == [(12,)]
