"""What imports state, correct and leave to `publish`."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.accept


def test_unknown_chance_is_null_with_its_reason(run_case):
    case = run_case("numbers/S02_chance_unknown")
    columns = "chance_score, tax_chance_adjusted, tax_chance_adjusted_reason"
    assert case.rows(f"select distinct {columns} from reports.alignment_tax") == [(None, None, "no_chance_score")]


def test_clusters_that_contradict_each_other_are_refused(run_case):
    case = run_case("numbers/S03_cluster_labels_disagree")
    assert case.exit_codes[0] == 2
    assert "contradicts cluster" in case.output


def test_publish_builds_every_night(run_case):
    case = run_case("numbers/S11_publish_skips_nights")
    assert case.rows("select phase, count(*) from reports.trend group by 1 order by 1") == [
        ("monitored", 3),
        ("reference", 5),
    ]


def test_a_spot_check_of_the_same_day_replaces_no_whole_cell(run_case):
    case = run_case("numbers/S13_same_day_partial_import")
    assert case.rows("select count_paired_items, flags from reports.alignment_tax") == [
        (200, "smaller_cell_later_candidate")
    ]
    assert "the newest cell of the day has fewer items" in case.output


def test_equal_ids_are_one_item_when_the_user_says_so(run_case):
    case = run_case(
        "numbers/S14_shared_items_in_imports", "aligntax import scores scores.csv --as-of 2026-01-31 --shared-items\n"
    )
    ((error,),) = case.rows(
        "select standard_error from reports.overall_tax where scope = 'all capability' and weighting = 'macro'"
    )
    ((own,),) = case.rows("select distinct standard_error from reports.alignment_tax")
    assert error == pytest.approx(own)
    assert error == pytest.approx(0.0207, abs=1e-4)


def test_a_family_that_was_edited_between_two_imports_leaves_one_row(run_case):
    case = run_case("guard/S05_family_changed_same_day")
    assert set(case.exit_codes) == {0}
    assert len(case.rows("select benchmark_id from reports.alignment_tax where family = 'f2'")) == 2
    assert case.rows("select count(*) from reports.alignment_tax") == [(2,)]
