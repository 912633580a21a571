"""The nightly monitor through the warehouse: alarms, series, and what changes when an earlier night changes."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from scipy import special

from flows import transform
from flows.cli.looking import change_line, newest_cells
from flows.configuration import load_configuration
from tasks.steps.land import void
from tests.support.nights import (
    CONFIG,
    COUNT,
    FIRST,
    TABLES,
    answers,
    import_night,
    night_scores,
    rebuilt,
    rows,
    write_settings,
)
from warehouse.connection import Warehouse


@pytest.fixture(scope="module")
def fallen(tmp_path_factory):
    """Ten nights. From the seventh on the aligned model fails three items in ten."""
    folder = tmp_path_factory.mktemp("fallen")
    config = write_settings(folder, CONFIG.format(more=""))
    with Warehouse.open(folder / "warehouse.duckdb") as warehouse:
        for night in range(10):
            scores = night_scores(night, 0.3 if night >= 6 else 0.0)
            import_night(warehouse, config, FIRST + timedelta(night), scores, rebuild=night == 9)
            if night == 8:
                rebuilt(warehouse, config)
        yield warehouse, config


def test_a_fall_raises_an_alarm_for_its_model_only_and_gives_the_date_it_began(fallen):
    warehouse, _ = fallen
    alerts = rows(
        warehouse,
        "select model_id, as_of_date, is_new, since_date, fall, fall_low, fall_high, items_fallen_json "
        "from reports.alerts order by as_of_date",
    )
    assert {alert[0] for alert in alerts} == {"aligned"}
    assert FIRST + timedelta(6) < alerts[0][1] <= FIRST + timedelta(9)
    assert [alert[2] for alert in alerts] == [True] + [False] * (len(alerts) - 1)
    _, _, _, since, fall, low, high, items = alerts[-1]
    assert since == FIRST + timedelta(6)
    assert low < 0.24 < high
    assert fall == pytest.approx(0.24, abs=0.04)
    named = ", ".join(f"'{item['item_id']}'" for item in json.loads(items))
    foreign = rows(warehouse, f"select foreign_id from raw.benchmark_items where item_id in ({named})")
    assert len(foreign) == 10
    assert all(int(str(item).removeprefix("i")) < 0.3 * COUNT for (item,) in foreign)


def test_each_night_has_a_phase_and_reference_nights_have_a_reason(fallen):
    warehouse, _ = fallen
    found = rows(
        warehouse,
        "select night_number, phase, reason, p_value is null from reports.trend where model_id = 'base' order by all",
    )
    assert found[:3] == [
        (1, "reference", "first_night", True),
        (2, "reference", "reference_night", True),
        (3, "monitored", None, False),
    ]


@pytest.mark.parametrize("count_at_once", [1, 5, 30])
def test_the_tables_do_not_depend_on_how_many_nights_are_rebuilt_at_once(fallen, monkeypatch, count_at_once):
    monkeypatch.setattr(transform, "_DATES_AT_ONCE", count_at_once)
    warehouse, config = fallen
    before = {table: rows(warehouse, f"from {table} order by all") for table in TABLES}
    rebuilt(warehouse, config)
    assert {table: rows(warehouse, f"from {table} order by all") for table in TABLES} == before


def test_voiding_a_night_changes_all_later_nights(fallen):
    warehouse, config = fallen
    settings = load_configuration(config, will_send=False)
    third = str(FIRST + timedelta(2))
    ((run_id,),) = rows(warehouse, f"select run_id from raw.runs where as_of_date = '{third}'")
    newest = "select night_number, count_reference from reports.trend where model_id = 'base' order by as_of_date desc"
    for is_undone, expected in ((False, 9), (True, 10)):
        void(warehouse, run_id, "broken", is_undone=is_undone)
        transform.rebuild(warehouse, settings, run_id)
        assert rows(warehouse, newest)[0] == (expected, 2)


def test_a_changed_set_of_items_starts_a_new_series(tmp_path):
    config = write_settings(tmp_path, CONFIG.format(more=""))
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        for night, count in enumerate((200, 190, 190, 150)):
            scores = answers(night, count=count)
            import_night(warehouse, config, FIRST + timedelta(night), {("base", "knowledge"): scores}, rebuild=False)
        rebuilt(warehouse, config)
        found = rows(
            warehouse,
            "select night_number, phase, count_items, count_answered, is_split from reports.trend order by as_of_date",
        )
    assert found == [
        (1, "reference", 200, 200, False),
        (1, "reference", 190, 190, True),
        (2, "reference", 190, 190, False),
        (1, "reference", 150, 150, True),
    ]


def test_the_years_budget_is_shared_by_series_of_other_nights_and_by_restarts(tmp_path):
    """Two series take turns, so no night has both. One is restarted by another set of items."""
    config = write_settings(tmp_path, CONFIG.format(more=""))
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        for night in range(12):
            model, count = ("base", 150 if night >= 6 else COUNT) if night % 2 else ("aligned", COUNT)
            scores = {(model, "knowledge"): answers(night, count=count)}
            import_night(warehouse, config, FIRST + timedelta(night), scores, rebuild=False)
        rebuilt(warehouse, config)
        budgets = rows(warehouse, "select model_id, count_series, start_number from reports.trend order by as_of_date")
        wrong = rows(
            warehouse,
            "select count(*) from reports.trend where p_value_adjusted is distinct from"
            " least(1, p_value * count_series * start_number * (start_number + 1))",
        )
        visible = rows(
            warehouse,
            "select (smallest_visible_fall - tolerance) / night_standard_error * sqrt(count_reference), "
            "alpha / (count_series * start_number * (start_number + 1)) from reports.trend "
            "where smallest_visible_fall is not null",
        )
    assert len(visible) == 9
    for quantiles, level in visible:
        assert quantiles == pytest.approx(special.ndtri(1 - level) + special.ndtri(0.9), abs=0.001)
    assert budgets[0] == ("aligned", 1, 1)
    assert budgets[1:6] == [("base", 2, 1), ("aligned", 2, 1)] * 2 + [("base", 2, 1)]
    assert [row[2] for row in budgets[6:]] == [1, 2] * 3
    assert wrong == [(0,)]


def test_undefined_numbers_are_null_with_a_reason(fallen):
    warehouse, _ = fallen
    assert rows(warehouse, "select count(*) from reports.trend where p_value is null and reason is null") == [(0,)]
    for column in ("score_same_items", "log_evidence", "fall", "night_standard_error", "smallest_visible_fall"):
        assert rows(warehouse, f"select count(*) from reports.trend where isnan({column}) or isinf({column})") == [(0,)]


def test_status_says_what_another_served_model_changed(fallen):
    warehouse, _ = fallen
    cells = newest_cells(warehouse, "live_cells")
    assert {cell["served_change"] for cell in cells} == {None}
    night = FIRST + timedelta(9)
    change = {"as_of_date": night, "change_id": "c", "model_served_before": "m-1", "model_served": "m-2"}
    found = {"fall": 0.06, "fall_low": 0.02, "fall_high": 0.1, "is_significant": True, "origin": "imported"}
    cell = {name: cells[0][name] for name in ("model_id", "benchmark_id", "prompt_style")}
    warehouse.replace("reports.served_changes", [str(night)], [change | found | cell])
    lines = [change_line(cell) for cell in newest_cells(warehouse, "live_cells") if cell["served_change"]]
    warehouse.replace("reports.served_changes", [str(night)], [])
    (line,) = lines
    assert line == (
        f"{cell['model_id']} on knowledge ({cell['prompt_style']}): since {night} the endpoint serves m-2 in place "
        "of m-1; the score changed by -6.0 points [-10.0, -2.0], a significant change."
    )


def test_acknowledging_an_alarm_starts_a_new_series(fallen):
    warehouse, config = fallen
    seen = FIRST + timedelta(7)
    mark = f", acknowledged: [{{model: aligned, benchmark: knowledge, night: {seen}}}]"
    config.write_text(config.read_text().replace("reference_nights: 2", f"reference_nights: 2{mark}"))
    rebuilt(warehouse, config)
    after = "select phase, is_split from reports.trend where model_id = 'aligned' order by as_of_date"
    assert rows(warehouse, after)[8:] == [("reference", True), ("reference", False)]
    assert rows(warehouse, f"select count(*) from reports.alerts where as_of_date > '{seen}'") == [(0,)]
