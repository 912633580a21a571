from tasks.report.sections.validation_results import VALIDATION_RESULTS


def test_broken_expectations_come_first_and_the_most_serious_on_top(section_text):
    broken = {"is_success": False, "detail": "7% were cut"}
    rows = [
        {},
        {**broken, "expectation": "a warning", "severity": "warning"},
        {**broken, "expectation": "the gate", "severity": "gate"},
    ]
    text = section_text(VALIDATION_RESULTS, validations=rows)
    assert text.index("the gate") < text.index("a warning") < text.index("answers are unique")
    assert "7% were cut" in text


def test_without_validations_the_section_says_so(section_text):
    assert "No validation was recorded." in section_text(VALIDATION_RESULTS)
