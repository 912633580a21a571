"""A best of n: samples of their own, one rating each, and the highest of them."""

from __future__ import annotations

import pytest

from tasks.composites import ChosenPart, composition
from tasks.providers import effective_parameters
from tasks.rubrics import rubric
from tests.tasks.composites.conftest import part

BLOCKED = part(None, status="filtered", finish_reason="content_filter")
SAMPLES = {f"sample {n}": part(f"Answer {n}.") for n in (1, 2, 3)}


@pytest.fixture
def best_of(configured):
    return composition(configured().model("chosen"))


def rated(*ratings):
    """Ratings of the three samples; a number, or what the chooser said in its place."""
    texts = (rating if isinstance(rating, str) else f"Rating: {rating}" for rating in ratings)
    return {f"rating {n}": part(text) for n, text in enumerate(texts, start=1)}


def test_no_two_samples_share_a_seed(best_of, occasion):
    asks = best_of.advance(occasion, {})
    assert list(asks) == ["sample 1", "sample 2", "sample 3"]
    seeds = [effective_parameters(ask.model, ask.prompt, ask.repeat)["seed"] for ask in asks.values()]
    assert seeds == [3, 4, 5]  # the first repeat of the whole had 0, 1 and 2


def test_nothing_is_rated_before_all_samples_are_there(best_of, occasion):
    said = dict(list(SAMPLES.items())[:2])
    assert list(best_of.advance(occasion, said)) == ["sample 3"]


def test_each_sample_is_rated_by_itself(best_of, occasion):
    asks = best_of.advance(occasion, SAMPLES)
    assert list(asks) == ["rating 1", "rating 2", "rating 3"]
    expected = rubric("rating").prompt(occasion.request, "Answer 2.")
    assert asks["rating 2"].prompt.messages[0].content == expected
    assert {(ask.model.id, ask.model.sampling.temperature) for ask in asks.values()} == {("jury", 0.0)}


@pytest.mark.parametrize(
    ("ratings", "stands", "is_undecided"),
    [
        ((1, 5, 3), 2, False),
        ((4, 4, 3), 1, False),
        ((1, 1, 1), 1, False),
        (("I like it.", 1, 1), 2, False),
        (("Rating: 6", "Rating: 4.5", 2), 3, False),
        (("good", "better", "best"), 1, True),
    ],
)
def test_the_first_of_the_highest_rated_samples_is_chosen_and_unrated_ones_come_last(
    best_of, occasion, ratings, stands, is_undecided
):
    choice = best_of.advance(occasion, {**SAMPLES, **rated(*ratings)})
    assert isinstance(choice, ChosenPart)
    assert choice.chosen is SAMPLES[f"sample {stands}"]
    assert [len(wave) for wave in choice.waves] == [3, 3]
    assert choice.is_undecided is is_undecided


def test_a_blocked_sample_is_not_rated_and_comes_last(best_of, occasion):
    samples = {**SAMPLES, "sample 1": BLOCKED}
    assert list(best_of.advance(occasion, samples)) == ["rating 2", "rating 3"]
    ratings = {name: said for name, said in rated(0, 1, 2).items() if name != "rating 1"}
    assert best_of.advance(occasion, {**samples, **ratings}).chosen is samples["sample 3"]


def test_if_all_samples_are_blocked_the_first_is_chosen_without_a_rating(best_of, occasion):
    choice = best_of.advance(occasion, dict.fromkeys(SAMPLES, BLOCKED))
    assert (choice.chosen, len(choice.waves), choice.is_undecided) == (BLOCKED, 1, False)


def test_the_price_at_most_counts_a_rating_of_the_longest_answer_for_each_sample(best_of, occasion):
    asks = list(best_of.at_most(occasion))
    assert [ask.model.id for ask in asks] == ["warm", "jury"] * 3
    assert len(asks[1].prompt.content) > 128 * 4  # a sample of 128 tokens
