import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain import Item, Outcome
from tasks.scorers import scorer
from tasks.scorers.token_f1 import f1, normalised

WORDS = st.lists(st.sampled_from(["old", "mill", "red", "sea", "ten"]), min_size=1, max_size=8)


def verdict(target, text):
    return scorer("token_f1").score(Item("i", "q", target, "c", "s"), text)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("the old mill", "the old mill"),
        ("the old mill", " Old Mill.\n\nQuestion: what else?"),
        ("the old mill", "**The old mill**"),
        ("the old mill", "It says so in line two.\nAnswer: an old mill"),
        ("the old mill", "**Answer:** the old mill"),
        ("the old mill", "Answer:\n\nThe “old mill”!"),
        ("the old mill", "Answer: the barn\nNo, wait.\nAnswer: the old mill\nbecause it is old"),
        ("whale oil | oil of whales", "Oil of whales"),
        ("a | b", "B"),
        ("mill-wheel", "millwheel"),
        ("20 %", "20%"),
        ("naïve", "Naïve"),
        ("שלום עולם", "עולם שלום"),
        ("very very old", "old very very"),
    ],
)
def test_an_answer_with_exactly_the_right_words_is_right(target, text):
    found = verdict(target, text)
    assert (found.outcome, found.value, found.is_final) == (Outcome.CORRECT, 1.0, True)


@pytest.mark.parametrize(
    ("target", "text", "value"),
    [
        ("old mill", "the mill", 2 / 3),
        ("the old mill", "They met at the old mill by night", 2 * 2 / (7 + 2)),
        ("very very old", "very old", 4 / 5),
        ("red | the red sea", "red sea shore", 4 / 5),
        ("1871", "in 1871", 2 / 3),
    ],
)
def test_some_words_are_partly_right(target, text, value):
    found = verdict(target, text)
    assert (found.outcome, found.is_final) == (Outcome.PARTIAL, True)
    assert found.value == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(("text", "is_final"), [("the barn", False), ("Answer: the barn", True), ("millstone", False)])
def test_an_answer_without_a_common_word_is_wrong_and_final_only_behind_the_marker(text, is_final):
    found = verdict("the old mill", text)
    assert (found.outcome, found.value, found.is_final) == (Outcome.INCORRECT, 0.0, is_final)


@pytest.mark.parametrize("text", ["", " \n", "...", "Answer:", "The mill.\nAnswer: \n --", "the", "\x00", "\ud800"])
def test_a_text_without_a_word_is_unparsed(text):
    found = verdict("the old mill", text)
    assert (found.outcome, found.value, found.answer) == (Outcome.UNPARSED, None, None)


def test_articles_alone_never_match_a_target_without_words():
    assert verdict("the", "the").value is None
    assert verdict("", "mill").value == 0.0


def test_long_numbers_and_one_long_line_are_compared():
    digits = "7" * 100_000
    assert verdict(digits, f"Answer: {digits}").value == 1.0
    assert verdict(digits, f"Answer: {digits}8").value == 0.0
    assert verdict("mill", "mill " * 13_000).outcome is Outcome.PARTIAL


@given(WORDS, WORDS)
def test_f1_is_symmetric_lies_between_0_and_1_and_is_1_for_equal_multisets_only(one, other):
    value = f1(one, other)
    assert value == f1(other, one)
    assert 0.0 <= value <= 1.0
    assert (value == 1.0) == (sorted(one) == sorted(other))


@given(WORDS, WORDS)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(answer, gold):
    common = sum(min(answer.count(word), gold.count(word)) for word in set(answer))
    precision, recall = common / len(answer), common / len(gold)
    expected = 2 * precision * recall / (precision + recall) if common else 0.0
    assert f1(answer, gold) == pytest.approx(expected, abs=1e-12)


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text):
    once = normalised(text)
    assert normalised(" ".join(once)) == once
