"""Puzzles about who stands where: queues, heights, a round table, the alphabet.

Tested in tests/tasks/benchmarks/test_logic.py.
"""

from __future__ import annotations

import itertools

from tasks.benchmarks.draw import Draw
from tasks.benchmarks.logic.people import NAMES, listed

_WORDS = (
    "amber", "anchor", "basil", "basket", "candle", "canvas", "cedar", "copper", "dagger", "desert", "ember", "engine",
    "fabric", "ferry", "garlic", "garnet", "hammer", "harbor", "island", "ivory", "jacket", "kettle", "ladder", "lemon",
)  # fmt: skip
_BEHIND = {1: "directly behind", 2: "two places behind", 3: "three places behind"}


def queue(draw: Draw) -> tuple[str, str]:
    """Each clue places a person behind another one, so together the clues fix the order."""
    order = draw.some(NAMES, 5)
    clues = []
    for place in range(1, 5):
        back = draw.between(1, min(place, 3))
        clues.append(f"{order[place]} stands {_BEHIND[back]} {order[place - back]}.")
    place, asked = draw.pick(((0, "first"), (1, "second"), (2, "third"), (3, "fourth"), (4, "last")))
    people = listed(sorted(order))
    return f"{people} wait in a queue. {' '.join(draw.shuffled(clues))} Who is {asked}?", order[place]


def heights(draw: Draw) -> tuple[str, str]:
    """Who is how tall among four, by three comparisons."""
    order = draw.some(NAMES, 4)
    clues = [
        f"{upper} is taller than {lower}." if draw.between(0, 1) else f"{lower} is shorter than {upper}."
        for upper, lower in itertools.pairwise(order)
    ]
    place, asked = draw.pick(((0, "tallest"), (1, "second tallest"), (2, "second shortest"), (3, "shortest")))
    return f"{' '.join(draw.shuffled(clues))} Who of the four is the {asked}?", order[place]


def round_table(draw: Draw) -> tuple[str, str]:
    """Who sits so many seats from whom."""
    people = draw.some(NAMES, 6)
    start, steps = draw.between(0, 5), draw.between(2, 4)
    way, sign = draw.pick((("clockwise", 1), ("anticlockwise", -1)))
    return (
        (
            f"Six people sit at a round table. Clockwise they are {listed(people)}. "
            f"Who sits {steps} seats {way} from {people[start]}?"
        ),
        people[(start + sign * steps) % 6],
    )


def alphabet(draw: Draw) -> tuple[str, str]:
    """Which word comes where in alphabetical order."""
    words = draw.some(_WORDS, 7)
    place, asked = draw.pick(((1, "second"), (2, "third"), (3, "fourth"), (4, "fifth")))
    return f"Put these words in alphabetical order: {', '.join(words)}. Which word comes {asked}?", sorted(words)[place]
