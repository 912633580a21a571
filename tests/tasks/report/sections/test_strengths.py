from tasks.report.sections.strengths import STRENGTHS


def test_a_knob_shows_its_form_and_the_strength_that_pays(section_text):
    text = section_text(STRENGTHS, sweep_fit=[{}])
    for expected in ("parabola, concave", "-3.0 [-4.0, -2.0]", "1.5 [1.1, 2.2]", "forms cannot be told apart"):
        assert expected in text


def test_only_the_chosen_forms_and_knobs_without_a_form_are_shown(section_text):
    forms = [("line", False), ("parabola", True), ("none", False)]
    rows = [{"form": form, "is_shown": is_shown, "benchmark_id": f"on-{form}"} for form, is_shown in forms]
    text = section_text(STRENGTHS, sweep_fit=rows)
    assert "on-line" not in text
    assert "on-parabola" in text
    assert "on-none" in text


def test_fewer_than_four_strengths_are_no_sweep(section_text):
    row = {"form": "none", "is_shown": False, "reason": "fewer_than_four_strengths"}
    assert section_text(STRENGTHS, sweep_fit=[row]) == ""


def test_without_a_knob_the_section_is_left_out(section_text):
    assert section_text(STRENGTHS) == ""


def test_each_benchmark_has_a_panel_with_the_scores_of_the_base_and_along_the_knob(make_blocks):
    knob = {"method": "dpo", "knob_name": "strength"}
    models = [{"model_id": "llama-base"}, {**knob, "model_id": "dpo-1", "knob_value": 1.0}]
    pair = {"reference_model_id": "llama-base", "candidate_model_id": "dpo-1"}
    panels, _ = make_blocks(STRENGTHS, sweep_fit=[{}], model_scores=models, alignment_tax=[pair])
    (panel,) = panels.panels
    values = next(values for values in panel.chart.wide["datasets"].values() if "model" in values[0])
    assert [(value["model"], value["strength"]) for value in values] == [("llama-base", 0.0), ("dpo-1", 1.0)]
    assert panel.caption == "gsm8k (helpfulness)"
