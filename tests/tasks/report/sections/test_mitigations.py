from tasks.report.blocks import charts_of
from tasks.report.sections.mitigations import MITIGATIONS


def test_a_mitigation_that_cost_safety_says_so(section_text):
    text = section_text(MITIGATIONS, mitigation=[{}])
    for expected in ("+6.0 [+1.0, +11.0]", "less safe than the aligned model", "tax too small to compare recoveries"):
        assert expected in text


def test_mitigations_of_one_model_stand_in_the_order_of_their_rank(section_text):
    rows = [{"mitigated_model_id": "a-second", "method_rank": 2}, {"mitigated_model_id": "b-first", "method_rank": 1}]
    text = section_text(MITIGATIONS, mitigation=rows)
    assert text.index("b-first") < text.index("a-second")


def test_without_a_mitigation_the_section_is_left_out(section_text):
    assert section_text(MITIGATIONS) == ""


def test_each_mitigated_model_has_a_panel_with_the_tax_before_and_after(make_blocks):
    rows = [{}, {"benchmark_id": "gsm8k", "remaining": None}, {"mitigated_model_id": "ppo-mean"}]
    charts = list(charts_of(make_blocks(MITIGATIONS, mitigation=rows)))
    assert len(charts) == 2
    values = next(values for values in charts[0].wide["datasets"].values() if len(values) > 1)
    assert [(value["row"], value["form"], round(value["estimate"])) for value in values] == [
        ("drop", "hollow", 22),
        ("drop", "filled", 16),
    ]
