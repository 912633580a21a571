"""Puzzles about how many: two sets, and things of a kind.

Tested in tests/tasks/benchmarks/test_logic.py.
"""

from __future__ import annotations

from tasks.benchmarks.draw import Draw
from tasks.benchmarks.logic.people import listed

_THINGS = {
    "fruits": ("apple", "pear", "plum", "banana", "peach"),
    "tools": ("hammer", "saw", "wrench", "chisel", "drill"),
    "animals": ("goat", "duck", "rabbit", "cow", "cat"),
    "instruments": ("violin", "flute", "drum", "trumpet", "harp"),
}
_COUNTED = ("", "one", "two", "three", "four", "five", "six")


def two_sets(draw: Draw) -> tuple[str, str]:
    """How many do one thing, the other, both or neither."""
    both, only_first, only_second, neither = (draw.between(2, 14) for _ in range(4))
    first, second = draw.some(("chess", "tennis", "the piano", "football", "cards", "the guitar"), 2)
    total = both + only_first + only_second + neither
    asked, answer = draw.pick(
        (
            (f"How many play neither {first} nor {second}?", neither),
            (f"How many play {first} but not {second}?", only_first),
            ("How many play exactly one of the two?", only_first + only_second),
        )
    )
    return (
        (
            f"In a club of {total} people, {both + only_first} play {first}, {both + only_second} play {second} "
            f"and {both} play both. {asked}"
        ),
        str(answer),
    )


def counting_kinds(draw: Draw) -> tuple[str, str]:
    """How many things of a list are of a kind."""
    wanted, other = draw.some(sorted(_THINGS), 2)
    things = [(name, draw.between(1, 6), True) for name in draw.some(_THINGS[wanted], 3)]
    things += [(name, draw.between(1, 6), False) for name in draw.some(_THINGS[other], 2)]
    shown = draw.shuffled([_counted(name, count) for name, count, _ in things])
    return (
        f"The yard sale offers {listed(shown)}. How many {wanted} are there in all?",
        str(sum(count for _, count, is_wanted in things if is_wanted)),
    )


def _counted(name: str, count: int) -> str:
    ending = "" if count == 1 else "es" if name.endswith("ch") else "s"
    return f"{_COUNTED[count]} {name}{ending}"
