"""Puzzles about moves: a walk, a compass, swaps.

Tested in tests/tasks/benchmarks/test_logic.py.
"""

from __future__ import annotations

from tasks.benchmarks.draw import Draw
from tasks.benchmarks.logic.people import NAMES, yes

_WINDS = ("north", "east", "south", "west")


def back_home(draw: Draw) -> tuple[str, str]:
    """About every second walk ends where it began, so that neither answer is the better guess."""
    east, north, extra = draw.between(2, 9), draw.between(3, 9), draw.between(2, 5)
    is_closed = draw.between(0, 1) == 1
    south = north if is_closed else north + draw.pick((-1, 1, 2))
    legs = [(east, "east"), (north, "north"), (extra, "east"), (east + extra, "west"), (south, "south")]
    walk = ", then ".join(f"{count} steps {wind}" for count, wind in draw.shuffled(legs))
    return f"A robot walks {walk}. Is it back where it started?", yes(is_true=is_closed)


def compass(draw: Draw) -> tuple[str, str]:
    """Where somebody looks after some turns."""
    facing = draw.between(0, 3)
    turns = [draw.pick((("left", -1), ("right", 1), ("around", 2))) for _ in range(draw.between(4, 6))]
    told = ", then ".join(f"turn {word}" for word, _ in turns)
    return (
        f"You face {_WINDS[facing]}. You {told}. Which direction do you face now?",
        _WINDS[(facing + sum(quarter for _, quarter in turns)) % 4],
    )


def swaps(draw: Draw) -> tuple[str, str]:
    """Who holds what after some swaps."""
    people = draw.some(NAMES, 4)
    balls = draw.some(("red", "blue", "green", "yellow", "white", "black"), 4)
    lines = [f"{person} has the {ball} ball." for person, ball in zip(people, balls, strict=True)]
    held = list(balls)
    for _ in range(draw.between(3, 5)):
        one, other = draw.some(range(4), 2)
        held[one], held[other] = held[other], held[one]
        lines.append(f"{people[one]} and {people[other]} swap balls.")
    asked = draw.between(0, 3)
    return f"{' '.join(lines)} Which colour is the ball of {people[asked]} now?", held[asked]
