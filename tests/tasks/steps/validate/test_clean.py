import logging

import pytest

from tasks.settings import Thresholds
from tasks.steps.validate import validate_landed, validate_reports, validate_scored
from tasks.steps.validate.landed_expectations import landed_expectations
from tasks.steps.validate.report_expectations import report_expectations
from tasks.steps.validate.scored_expectations import scored_expectations

DATES = ["2026-01-10"]
THRESHOLDS = Thresholds(max_filtered_rate=0.5, max_unparsed_rate=0.5, max_judge_error_rate=0.5)


def test_a_clean_landing_passes_every_expectation(landed, run_id, rows):
    result = validate_landed(landed, run_id, THRESHOLDS)

    assert result.failed == ()
    assert result.may_publish
    assert result.quarantined == 0
    assert all(outcome.count_checked > 0 for outcome in result.outcomes)
    assert rows(landed, "select count(*) from raw.quarantine") == [(0,)]


def test_clean_scores_pass_every_expectation(scored, run_id):
    result = validate_scored(scored, run_id, THRESHOLDS)

    assert result.failed == ()
    assert all(outcome.count_checked == 4 for outcome in result.outcomes)


def test_clean_reports_pass_every_expectation(reported, run_id):
    result = validate_reports(reported, run_id, DATES)

    assert result.failed == ()
    assert all(outcome.count_checked > 0 for outcome in result.outcomes)


def test_reports_of_other_dates_are_not_validated(reported, run_id, execute):
    execute(reported, "update reports.alignment_tax set coverage_reference = 7")

    result = validate_reports(reported, run_id, ["2026-01-11"])

    assert result.failed == ()
    # Tables without a date are counted whole.
    dated = [outcome for outcome in result.outcomes if outcome.name != "grain_is_unique"]
    assert {outcome.count_checked for outcome in dated} == {0}


def test_every_validation_result_is_stored_as_a_row(landed, run_id, rows):
    result = validate_landed(landed, run_id, THRESHOLDS)

    stored = rows(
        landed,
        "select expectation, table_name, severity, is_success, count_checked, count_unexpected, detail "
        f"from raw.validations where run_id = '{run_id}' and stage = 'landed' order by expectation",
    )
    expected = [
        (o.name, o.table, o.severity, o.is_success, o.count_checked, o.count_unexpected, o.detail)
        for o in sorted(result.outcomes, key=lambda outcome: outcome.name)
    ]
    assert stored == expected


@pytest.mark.parametrize("corruption", ["select 1", "update raw.generations set finish_reason = '' where repeat = 1"])
def test_validating_twice_adds_no_rows(landed, run_id, rows, execute, corruption):
    execute(landed, corruption)
    counts = []
    for _ in range(2):
        result = validate_landed(landed, run_id, THRESHOLDS)
        landed.build()
        reported = "select expectation, is_success, count_checked, count_unexpected from reports.validations order by 1"
        counts.append((result, rows(landed, reported), rows(landed, "select * from raw.quarantine order by all")))

    assert counts[0] == counts[1]
    assert len(counts[0][1]) == len(landed_expectations(THRESHOLDS))


def test_the_expectations_of_a_table_have_different_names():
    checks = [*landed_expectations(THRESHOLDS), *scored_expectations(THRESHOLDS), *report_expectations()]

    assert len({(check.table, check.name) for check in checks}) == len(checks)


def test_an_expectation_with_its_limit_switched_off_is_still_reported(landed, run_id):
    result = validate_landed(landed, run_id, Thresholds(max_truncated_rate=None))

    assert "rate_truncated" in {outcome.name for outcome in result.outcomes}


def test_a_run_without_rows_passes_every_expectation(landed, rows):
    result = validate_landed(landed, "no such run", THRESHOLDS)

    assert result.may_publish
    # Tables without a date are counted whole.
    dated = [outcome for outcome in result.outcomes if outcome.name != "grain_is_unique"]
    assert {outcome.count_checked for outcome in dated} == {0}


class Remembering(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)


def test_validation_prints_and_logs_nothing(landed, run_id, capfd, monkeypatch):
    root, handler = logging.getLogger(), Remembering()
    monkeypatch.setattr(root, "handlers", [handler])
    monkeypatch.setattr(root, "level", logging.DEBUG)

    validate_landed(landed, run_id, THRESHOLDS)

    assert capfd.readouterr() == ("", "")
    assert [record.getMessage() for record in handler.records if record.name.startswith("great_expectations")] == []
