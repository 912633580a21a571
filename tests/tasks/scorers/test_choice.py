import pytest

from tasks.domain import Item, Outcome
from tasks.scorers import scorer

CITIES = ("Rome", "Paris", "London", "Berlin")


def verdict(text, target="B", choices=CITIES):
    return scorer("choice").score(Item("i", "q", target, "c", "s", choices), text)


@pytest.mark.parametrize(
    "text",
    [
        "The answer is (B).",
        "the answer is B",
        "Answer: B",
        "**Answer:** B",
        "**Answer: (B) Paris**",
        "Answer:\nB",
        "The correct option is B because Rome is in Italy.",
        "The best choice is: (b)",
        "Answer: b",
        "$\\boxed{B}$",
        "\\boxed{\\text{B}}",
        "The answer is A. No, the answer is B.",
        "Die Antwort ist B.",
        "B",
        " (B) ",
        "b.",
        "**B**",
        "B. Paris",
        "B) Paris, of course",
        "(B) Paris",
        "b) Paris",
        "B\n\nIt is the capital.",
        "B: Paris",
        "A: B",
        "Paris",
        "paris.",
        "Paris\nIt is the capital.",
        "The answer is Paris.",
        "A: Paris",
    ],
)
def test_a_chosen_letter_or_option_is_final(text):
    found = verdict(text)
    assert (found.outcome, found.value, found.answer, found.is_final) == (Outcome.CORRECT, 1.0, "B", True)


@pytest.mark.parametrize(
    "text",
    [
        "Not Rome (A), so it must be (B)",
        "We can exclude A and go for option B here",
        "Rome is in Italy, therefore B.",
        "It looks like **B** to me",
        "Let us think.\nB. it is",
    ],
)
def test_a_letter_elsewhere_counts_but_is_not_final(text):
    found = verdict(text)
    assert (found.value, found.is_final) == (1.0, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "\x00",
        "\ud800",
        "A good question is hard to find",
        "I think it is hard to say",
        "The answer is I think hard to say",
        "A. Rome\nB. Paris\nC. London\nD. Berlin",
        "The answer is A or B",
        "The answer is (A) and (B).",
        "Answer: F",
        "Vitamin-B complex",
        "B's",
        "e.g. nothing",
    ],
)
def test_no_clear_letter_is_unparsed(text):
    found = verdict(text)
    assert (found.outcome, found.value) == (Outcome.UNPARSED, None)


@pytest.mark.parametrize("text", ["The answer is (C).", "London", "C", "Answer: A because it is old", "so D."])
def test_another_letter_is_wrong(text):
    found = verdict(text)
    assert (found.outcome, found.value) == (Outcome.INCORRECT, 0.0)


def test_an_option_that_begins_with_a_letter_is_not_that_letter():
    choices = ("E. coli", "C. elegans", "A tax", "yeast")
    assert verdict("C. elegans", choices=choices).answer == "B"
    assert verdict("The answer is C. elegans", choices=choices).answer == "B"
    assert verdict("The answer is A tax.", choices=choices).answer == "C"


def test_an_option_that_begins_like_another_number_is_not_announced():
    assert verdict("The answer is 5.5", choices=("5", "5.5")).answer == "B"
    assert verdict("The answer is 55", choices=("5", "5.5")).value is None


def test_a_target_may_be_the_text_of_its_option():
    assert verdict("The answer is (B)", target="Paris").value == 1.0
    assert verdict("The answer is (A)", target="Paris").value == 0.0


@pytest.mark.parametrize(("text", "answer"), [("Answer: J", "J"), ("Answer: K", None), ("I", "I"), ("(I)", "I")])
def test_without_options_the_letters_are_a_to_j(text, answer):
    assert verdict(text, choices=()).answer == answer


def test_more_than_ten_options_have_letters_too():
    assert verdict("Answer: K", target="K", choices=tuple("0123456789x")).value == 1.0
