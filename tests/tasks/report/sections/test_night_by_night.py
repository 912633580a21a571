from datetime import date, timedelta

from tasks.report.blocks import Panels
from tasks.report.sections.night_by_night import NIGHT_BY_NIGHT

DAY = date(2026, 11, 20)


def nights(count, **row):
    return [{"as_of_date": DAY - timedelta(back), **row} for back in range(count)]


def test_the_alarms_that_stand_are_told(section_text):
    text = section_text(NIGHT_BY_NIGHT, trend=nights(3), alerts=[{}])
    for expected in ("1 alarm:", "item-17", "8.0 [5.0, 11.0]", "allows for all series"):
        assert expected in text


def test_an_alarm_for_another_served_model_is_marked(section_text):
    text = section_text(NIGHT_BY_NIGHT, trend=nights(3), alerts=[{"kind": "served_model", "items_fallen_json": None}])
    assert "another served model" in text


def test_without_an_alarm_the_section_says_that_none_stands(section_text):
    assert "No alarm stands." in section_text(NIGHT_BY_NIGHT, trend=nights(2))


def test_a_change_of_the_served_model_stands_beside_the_alarms(section_text):
    text = section_text(NIGHT_BY_NIGHT, trend=nights(2), served_changes=[{}])
    for expected in (
        *("1 change of a served model", "m-2026-01 \u2192 m-2026-02", "-6.0 [-10.0, -2.0]"),
        "significant fall",
    ):
        assert expected in text


def test_a_served_model_that_answers_better_is_a_rise(section_text):
    better = {"fall": -0.06, "fall_low": -0.1, "fall_high": -0.02}
    text = section_text(NIGHT_BY_NIGHT, trend=nights(2), served_changes=[better])
    assert "+6.0 [+2.0, +10.0]" in text
    assert "significant rise" in text


def test_one_night_is_not_a_trend(section_text):
    assert section_text(NIGHT_BY_NIGHT, trend=nights(1)) == ""


def test_each_pair_with_several_nights_has_a_panel_with_its_tax(make_blocks):
    once = nights(1, pair_id="2", candidate_model_id="llama-sft")
    unknown = nights(2, pair_id="3", tax_absolute=None)
    blocks = make_blocks(NIGHT_BY_NIGHT, trend=nights(2), tax_trend=[*nights(3), *once, *unknown])
    (panels,) = (block for block in blocks if isinstance(block, Panels))
    assert [panel.caption for panel in panels.panels] == ["llama-dpo against llama-base"]
