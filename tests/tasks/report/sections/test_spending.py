import pytest

from tasks.report.sections.spending import SPENDING


def test_each_night_and_model_has_planned_beside_actual(section_text):
    text = section_text(SPENDING, spend=[{}, {"model_id": "llama-dpo", "stopped_by": "night.usd", "count_missing": 12}])
    assert "1,200 1,210 8.40 3.15 0.02" in text
    assert "night.usd" in text
    assert "12 answers missing" in text


def test_what_is_not_known_has_a_reason(section_text):
    unknown = {"cost_usd": None, "cost_usd_planned_at_most": None, "count_requests_planned": None}
    text = section_text(SPENDING, spend=[{}, {"model_id": "llama-dpo", "count_without_cost": 1, **unknown}])
    for said in ("(not planned)", "(no price is stated)", "(unknown)", "1 answer of unknown cost"):
        assert said in text


@pytest.mark.parametrize(("count_reused", "said"), [(0, "no answer was reused"), (3, "unknown")])
def test_what_reuse_saved_is_missing_for_a_reason(section_text, count_reused, said):
    text = section_text(SPENDING, spend=[{"count_reused": count_reused}])
    assert f"\u2014 ({said})" in text


def test_where_nothing_was_asked_the_section_is_left_out(section_text):
    assert section_text(SPENDING, spend=[{"count_requests": 0, "count_requests_planned": None}]) == ""
