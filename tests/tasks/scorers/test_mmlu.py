import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain import Outcome
from tasks.scorers.mmlu import second_rule, third_rule
from tests.support.verdicts import verdict

PIECES = ["Answer:", "answer:", "answer is ", " ", "\n", "(", ")", "A", "B", "J", "K", "x", ".", "\t", "é"]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_the_linear_rules_find_what_the_published_expressions_find(text):
    published = re.search(r".*[aA]nswer:\s*([A-J])", text)
    assert second_rule(text) == (published[1] if published else None)
    published = re.search(r"\b[A-J]\b(?!.*\b[A-J]\b)", text, re.DOTALL)
    assert third_rule(text) == (published[0] if published else None)


@pytest.mark.parametrize(
    ("text", "first", "chain", "is_final"),
    [
        ("The answer is (B). The answer is (C).", "B", "B", True),
        ("answer is (b)", None, None, False),
        ("Answer: A, or rather Answer: B", None, "B", True),
        ("Answer: A\nAnswer: B", None, "A", True),
        ("it is A or B", None, "B", False),
        ("The answer is 5", None, None, False),
        ("", None, None, False),
    ],
)
def test_the_chain_goes_on_where_the_first_rule_finds_nothing(text, first, chain, is_final):
    assert verdict("mmlu_pro_first", "B", text).answer == first
    found = verdict("mmlu_pro_chain", "B", text)
    assert (found.answer, found.is_final) == (chain, is_final)


@pytest.mark.parametrize("text", ["", "BB", "b", "K", "null", "(B)", "\x00"])
def test_a_text_that_is_not_a_single_letter_is_unparsed(text):
    assert verdict("letter", "B", text).outcome is Outcome.UNPARSED


def test_a_single_letter_is_compared_with_the_target():
    assert verdict("letter", "B", "B\n").value == 1.0
    assert verdict("letter", "B", "C").value == 0.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I think so.\nAnswer: B", 1.0),
        ("**ANSWER**: $\\boxed{B}$", 1.0),
        ("answer :\t(B)", None),
        ("Answer: B because A is wrong. Answer: A", 1.0),
        ("Answer: A. On reflection, Answer: B", 0.0),
        ("Answer: b", 0.0),
        ("B", None),
        ("The answer is (B).", None),
    ],
)
def test_mmlu_answer_takes_the_first_announcement(text, expected):
    assert verdict("mmlu_answer", "B", text).value == expected
