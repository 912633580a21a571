from tasks.report.sections.strengths import STRENGTHS


def test_a_knob_shows_its_form_and_the_strength_that_pays(section_text):
    text = section_text(STRENGTHS, sweep_fit=[{}])
    for expected in ("parabola, concave", "-3.0 [-4.0, -2.0]", "1.5 [1.1, 2.2]", "forms cannot be told apart"):
        assert expected in text


def test_a_slope_without_an_error_says_why(section_text):
    text = section_text(STRENGTHS, sweep_fit=[{"slope": 0.0, "slope_low": None, "slope_high": None}])
    assert "0.0 [— (the same on every item)]" in text


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


ALONG = {"family": "llama", "origin": "simulated", "method": "dpo", "knob_name": "strength"}


def along(*counts):
    """Two benchmarks at the strengths 0, 1, ...; ``counts`` are the senseless ones of ten answers to the first."""
    return [
        {**ALONG, "strength": float(n), "model_id": f"dpo-{n}", "count_texts": 10, "count_senseless": count * is_first}
        for n, count in enumerate(counts)
        for is_first in (True, False)
    ]


def test_senseless_answers_have_a_curve_and_a_table_over_all_benchmarks(make_blocks, section_text):
    models = [{**ALONG, "model_id": "dpo-1", "knob_value": 1.0}]
    panels, *_ = make_blocks(STRENGTHS, sweep_fit=[{}], model_scores=models, sweep_points=along(0, 2, 10))
    assert panels.panels[-1].caption == "senseless or looping answers"
    values = next(v for v in panels.panels[-1].chart.wide["datasets"].values() if "model" in v[0])
    assert [(value["strength"], value["score"]) for value in values] == [(0.0, 0.0), (1.0, 10.0), (2.0, 50.0)]
    assert all(value["low"] < value["high"] for value in values)
    assert "turning a knob too far" in panels.caption
    assert "10.0 [2.8, 30.1]" in section_text(STRENGTHS, sweep_fit=[{}], sweep_points=along(0, 2, 10))


def test_where_every_answer_made_sense_the_curve_is_left_out(make_blocks):
    models = [{**ALONG, "model_id": "dpo-1", "knob_value": 1.0}]
    panels, table = make_blocks(STRENGTHS, sweep_fit=[{}], model_scores=models, sweep_points=along(0, 0))
    assert [panel.caption for panel in panels.panels] == ["gsm8k (helpfulness)"]
    assert table.caption == "Along a knob: how scores follow its strength"


def test_scores_without_texts_leave_the_curve_out(make_blocks):
    rows = [{**row, "count_texts": 0} for row in along(0, 2)]
    blocks = make_blocks(STRENGTHS, sweep_fit=[{}], sweep_points=rows)
    assert len(blocks) == 1
