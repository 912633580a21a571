from tasks.report.sections.model_scores import MODEL_SCORES


def test_scores_are_shown_with_the_outcomes_that_occurred(section_text):
    text = section_text(MODEL_SCORES, model_scores=[{}])
    assert "71.2 [64.0, 77.5]" in text
    assert "Answers that were" in text
    assert "(no answer was partial, refused, filtered, unparsed, failed, judge error, not run, quarantined)" in text


def test_a_style_that_is_not_the_primary_one_says_so(section_text):
    rows = [{}, {"prompt_style": "chat", "is_primary_style": False}, {"subset": "algebra", "score": 0.123}]
    text = section_text(MODEL_SCORES, model_scores=rows)
    assert "control style" in text
    assert "12.3" not in text


def test_without_scores_the_section_says_so(section_text):
    assert "No model was scored." in section_text(MODEL_SCORES)
