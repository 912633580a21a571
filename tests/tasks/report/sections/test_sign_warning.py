import pytest

from tasks.report.sections.sign_warning import SIGN_WARNING

DEPENDENT = {"is_sign_rule_dependent": True}
CHANCE = {
    "unparsed_rule": "chance",
    "is_headline": False,
    "tax_absolute": -0.015,
    "tax_absolute_low": -0.04,
    "tax_absolute_high": 0.01,
}


def test_a_sign_that_depends_on_the_rule_is_shown_under_every_rule(section_text):
    text = section_text(SIGN_WARNING, alignment_tax=[DEPENDENT, DEPENDENT | CHANCE])
    assert "Warning: the sign depends on the rule" in text
    assert "+5.6 [+2.1, +9.1] -1.5 [-4.0, +1.0] — (not computed) wrong" in text


@pytest.mark.parametrize("rows", [[], [{}], [{}, CHANCE], [DEPENDENT | {"subset": "algebra"}]])
def test_without_such_a_sign_on_a_whole_benchmark_there_is_no_warning(section_text, rows):
    assert section_text(SIGN_WARNING, alignment_tax=rows) == ""
