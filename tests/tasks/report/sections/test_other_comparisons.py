from tasks.report.sections.other_comparisons import OTHER_COMPARISONS


def test_a_comparison_that_is_not_a_tax_is_shown_with_its_kind(section_text):
    text = section_text(OTHER_COMPARISONS, alignment_tax=[{"kind": "version", "tax_absolute": 0.3}])
    assert "Candidate against reference" in text
    assert "version comparison" in text


def test_taxes_stay_out_of_the_section(section_text):
    assert section_text(OTHER_COMPARISONS, alignment_tax=[{}]) == ""
