from datetime import date, timedelta

from tasks.report.blocks import charts_of
from tasks.report.sections.night_by_night import NIGHT_BY_NIGHT

DAY = date(2026, 11, 20)


def nights(count, **row):
    return [{"as_of_date": DAY - timedelta(back), **row} for back in range(count)]


def test_nights_are_drawn_under_the_alarms_that_stand(section_text):
    text = section_text(NIGHT_BY_NIGHT, trend=nights(3), alerts=[{}])
    for expected in ("1 alarm:", "item-17", "8.0 [5.0, 11.0]", "gsm8k: squares are reference nights"):
        assert expected in text


def test_an_alarm_for_another_served_model_is_marked(section_text):
    text = section_text(NIGHT_BY_NIGHT, trend=nights(3), alerts=[{"kind": "served_model", "items_fallen_json": None}])
    assert "another served model" in text


def test_without_an_alarm_the_section_says_that_none_stands(section_text):
    assert "No alarm stands." in section_text(NIGHT_BY_NIGHT, trend=nights(2))


def test_a_change_of_the_served_model_stands_beside_the_alarms(section_text):
    text = section_text(NIGHT_BY_NIGHT, trend=nights(2), served_changes=[{}])
    for expected in ("1 change of a served model", "m-2026-01 -> m-2026-02", "+6.0 [+2.0, +10.0]", "significant"):
        assert expected in text


def test_one_night_is_not_a_trend(section_text):
    assert section_text(NIGHT_BY_NIGHT, trend=nights(1)) == ""


def test_only_benchmarks_with_several_scored_nights_have_a_chart(make_blocks):
    trend = [*nights(2), *nights(1, benchmark_id="once"), *nights(3, benchmark_id="unscored", score=None)]
    charts = list(charts_of(make_blocks(NIGHT_BY_NIGHT, trend=trend)))
    assert [chart.chart_id for chart in charts] == ["chart-trend-1"]
