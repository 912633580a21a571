import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain import Item, Outcome
from tasks.scorers import scorer
from tasks.scorers.mmlu import second_rule, third_rule

PIECES = ["Answer:", "answer:", "answer is ", " ", "\n", "(", ")", "A", "B", "J", "K", "x", ".", "\t", "é"]


def verdict(name, text, target="B"):
    return scorer(name).score(Item("i", "q", target, "c", "s"), text)


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
def test_first_rule_and_chain(text, first, chain, is_final):
    assert verdict("mmlu_pro_first", text).answer == first
    found = verdict("mmlu_pro_chain", text)
    assert (found.answer, found.is_final) == (chain, is_final)


@pytest.mark.parametrize("text", ["", "BB", "b", "K", "null", "(B)", "\x00"])
def test_only_a_bare_letter_is_a_recorded_letter(text):
    assert verdict("letter", text).outcome is Outcome.UNPARSED


def test_a_recorded_letter_is_compared():
    assert verdict("letter", "B\n").value == 1.0
    assert verdict("letter", "C").value == 0.0
