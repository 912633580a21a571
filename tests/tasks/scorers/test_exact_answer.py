import pytest

from tasks.domain import Item, Outcome
from tasks.scorers import scorer


def verdict(target, text):
    return scorer("exact_answer").score(Item("i", "q", target, "c", "s"), text)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("Lena", "She came first. The answer is Lena."),
        ("Lena", "the answer is lena"),
        ("Lena", "The answer is: Lena"),
        ("Lena", "**The answer is Lena.**"),
        ("Lena", "**The answer is:** Lena"),
        ("Lena", "The answer is **Lena**."),
        ("Lena", "The answer is **Lena.**"),
        ("Lena", "The answer is “Lena”."),
        ("Lena", "The answer is (Lena)"),
        ("Lena", "Answer: Lena"),
        ("Lena", "Final Answer:\n\nLena"),
        ("Lena", "The answer is Lena. She stands behind Kai."),
        ("Lena", "The answer is Kai. No: the answer is Lena."),
        ("Lena", "The answer to the question of the queue is Lena."),
        ("Lena", "So the answer is $\\boxed{\\text{Lena}}$."),
        ("17 April", "The answer is 17  april."),
        ("17:40", "The answer is 17:40."),
        ("yes", "The answer is Yes!"),
        ("(B)", "So the answer is (B)."),
        ("] }", "So the answer is ] }."),
        ("Lena", " Lena"),
        ("Lena", "Lena."),
        ("of 3. May", "The answer is of 3. May"),
        ("שלום", "The answer is שלום."),
    ],
)
def test_the_announced_answer_is_right_and_final(target, text):
    found = verdict(target, text)
    assert (found.outcome, found.value, found.is_final) == (Outcome.CORRECT, 1.0, True)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("Lena", "The answer is Kai."),
        ("Lena", "The answer is Lena or Kai."),
        ("Lena", "The answer is Kai. Lena is second."),
        ("yes", "The answer is yes and no"),
        ("] }", "The answer is ] } )"),
        ("8", "The answer is 18."),
        ("", "The answer is ."),
    ],
)
def test_anything_else_announced_is_wrong_and_final(target, text):
    found = verdict(target, text)
    assert (found.outcome, found.value, found.is_final) == (Outcome.INCORRECT, 0.0, True)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Kai", Outcome.INCORRECT),
        ("We look at the queue first.\n**Lena**", Outcome.CORRECT),
        ("We look at the queue first.\nIt is Kai", Outcome.INCORRECT),
    ],
)
def test_a_short_last_line_counts_but_is_not_final(text, outcome):
    found = verdict("Lena", text)
    assert (found.outcome, found.is_final) == (outcome, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "...",
        "\x00",
        "\ud800",
        "The answer is",
        "The answer is:\n",
        "It could well be that Lena came first, but who knows.",
    ],
)
def test_a_text_without_an_answer_is_unparsed(text):
    found = verdict("Lena", text)
    assert (found.outcome, found.value, found.answer) == (Outcome.UNPARSED, None, None)


def test_long_numbers_and_brackets_are_compared_whole():
    digits = "7" * 100_000
    assert verdict(digits, f"The answer is {digits}.").value == 1.0
    assert verdict(digits, f"The answer is {digits}8.").value == 0.0
    assert verdict("x", f"The answer is {'(' * 30_000}x{')' * 30_000}").value == 1.0


def test_an_answer_that_is_denied_is_not_announced():
    text = "No, it does not follow. The answer is not a straightforward logical conclusion."
    assert verdict("no", text).outcome is Outcome.UNPARSED


def test_an_adverb_before_the_answer_is_no_part_of_it():
    assert verdict("6 steps east", "The answer is indeed 6 steps east.").value == 1.0
