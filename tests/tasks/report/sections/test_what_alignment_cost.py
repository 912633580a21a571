from tasks.report.sections.what_alignment_cost import WHAT_ALIGNMENT_COST


def test_only_headline_taxes_are_shown(section_text):
    rows = [{}, {"is_headline": False, "benchmark_id": "hidden"}, {"kind": "version", "benchmark_id": "other"}]
    text = section_text(WHAT_ALIGNMENT_COST, alignment_tax=rows)
    assert "gsm8k (reasoning: accuracy)" in text
    assert "hidden" not in text
    assert "other" not in text


def test_without_a_pair_the_section_says_that_there_is_no_tax_to_show(section_text):
    assert "There is no tax to show" in section_text(WHAT_ALIGNMENT_COST, model_scores=[{}])
