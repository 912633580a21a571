from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain import Item, Outcome
from tasks.scorers import scorer
from tasks.scorers.numeric import last_number


def verdict(target, text):
    return scorer("numeric").score(Item("i", "q", target, "c", "s"), text)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("18", "She sells 9 eggs at $2. The answer is 18."),
        ("18", "The answer is $18. Check: 9 * 2"),
        ("18", "**Answer:** 18 dollars"),
        ("18", "Answer:\n\n18"),
        ("18", "9 * 2\n#### 18"),
        ("18", "so\nA: 18"),
        ("18", "Thus \\boxed{18}."),
        ("18", "Thus \\boxed{\\$18 \\text{ per day}}"),
        ("0.5", "\\boxed{\\frac{1}{2}}"),
        ("18", "The answer is 5. No, wait: the answer is 18"),
        ("8", "The answer is 5 + 3 = 8."),
        ("16", "\\boxed{x^2 = 16}"),
        ("1234567", "The answer is 1,234,567."),
        ("100000", "Answer: 1,00,000"),
        ("1000", "Answer: 1{,}000"),
        ("1000", "Answer: 1\u202f000"),
        ("-3", "The answer is -3"),
        ("-3", "The answer is \u22123"),
        ("-5", "Answer: -$5"),
        ("-5", "Answer: $-5"),
        ("3", "Answer: +3"),
        ("50", "Answer: 50%"),
        ("2.50", "Answer: 2.5"),
        ("0.5", "Answer: .5"),
        ("1500", "Answer: 1.5e3"),
        ("1/3", "Answer: 2/6"),
        ("18", "Die Antwort lautet 18."),
        ("18", "The answer to the riddle of the eggs is 18."),
        ("$1,000", "Answer: 1000"),
        ("... #### 72", "Answer: 72"),
        ("7", "\u202e7\u202c is right. Answer: \u0667"),
    ],
)
def test_the_announced_number_is_right_and_final(target, text):
    found = verdict(target, text)
    assert (found.outcome, found.value, found.is_final) == (Outcome.CORRECT, 1.0, True)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("18", "9 * 2 makes 18."),
        ("18", "3 eggs and 15 eggs, 18 in all"),
        ("18", "The answer is hard. Say 18"),
        ("18", "#### Step by step\nwe get 18"),
        ("-4", "it falls to -4"),
    ],
)
def test_the_last_number_counts_but_is_not_final(target, text):
    found = verdict(target, text)
    assert (found.value, found.is_final) == (1.0, False)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("18", "Answer: 18.5"),
        ("18", "Answer: -18"),
        ("18", "Answer: 118"),
        ("18", "The answer is 17. 18 would be too many"),
        ("1", "Answer: 1,000"),
        ("1000000", "Answer: 1,000"),
        ("0.33", "Answer: 1/3"),
    ],
)
def test_another_number_is_wrong(target, text):
    found = verdict(target, text)
    assert (found.outcome, found.value) == (Outcome.INCORRECT, 0.0)


@pytest.mark.parametrize("text", ["", " \n", "no idea", "Answer: none", "\x00", "\ud800", "5/0"])
def test_a_text_without_a_number_is_unparsed(text):
    found = verdict("18", text)
    assert (found.outcome, found.value, found.answer) == (Outcome.UNPARSED, None, None)


def test_numbers_too_long_for_int_are_compared_exactly():
    digits = "7" * 100_000
    assert verdict(digits, f"Answer: {digits}").value == 1.0
    assert verdict(digits, f"Answer: {digits[:-1]}8").value == 0.0
    assert verdict(f"{digits}/3", f"Answer: {digits}/{digits}").value == 0.0


def test_a_number_is_never_cut_where_the_search_ends():
    for blanks in range(180, 200):
        assert verdict("12345", f"Answer:{' x' * 90}{' ' * (blanks - 180)}12345 apples").value == 1.0


def test_the_kept_answer_is_short():
    assert len(verdict("1", f"Answer: {'1' * 10_000}").answer) == 500


@given(st.fractions(max_denominator=10_000), st.integers(1, 50))
def test_a_fraction_equals_itself_however_it_is_extended(number, factor):
    written = f"{number.numerator * factor}/{number.denominator * factor}"
    found = last_number(f"it is {written}")
    assert Fraction(found.numerator) / Fraction(found.denominator) == number
    assert verdict(f"{number.numerator}/{number.denominator}", f"Answer: {written}").value == 1.0


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12))
def test_commas_and_trailing_zeros_change_nothing(number):
    assert verdict(str(number), f"The answer is {number:,}00.").value == 1.0
    assert verdict(str(number), f"The answer is {number + 1:,}.").value == 0.0
