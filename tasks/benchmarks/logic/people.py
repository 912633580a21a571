"""People of puzzles, and puzzles about kin.

Tested in tests/tasks/benchmarks/test_logic.py.
"""

from __future__ import annotations

from tasks.benchmarks.draw import Draw

_WOMEN = ("Alma", "Carla", "Edith", "Gloria", "Irene", "Kira")
_MEN = ("Boris", "Dario", "Farid", "Henrik", "Joel", "Louis")
_FEMALE = ("mother", "sister", "daughter")
NAMES = (*_WOMEN, *_MEN)
_KIN = (  # two links, and what the first person is to the last
    (("mother", "mother"), "grandmother"),
    (("father", "mother"), "grandfather"),
    (("mother", "father"), "grandmother"),
    (("father", "father"), "grandfather"),
    (("sister", "mother"), "aunt"),
    (("brother", "mother"), "uncle"),
    (("sister", "father"), "aunt"),
    (("brother", "father"), "uncle"),
    (("daughter", "sister"), "niece"),
    (("son", "brother"), "nephew"),
    (("daughter", "brother"), "niece"),
    (("son", "sister"), "nephew"),
)


def family(draw: Draw) -> tuple[str, str]:
    """Women's names go with women's roles and men's with men's, so that no name contradicts its sentence."""
    (first, second), kin = draw.pick(_KIN)
    women, men = draw.some(_WOMEN, 2), draw.some(_MEN, 2)
    one, middle = ((women if role in _FEMALE else men).pop() for role in (first, second))
    last = draw.pick((*women, *men))
    lines = draw.shuffled([f"{one} is the {first} of {middle}.", f"{middle} is the {second} of {last}."])
    return f"{' '.join(lines)} What is {one} to {last}, in one word?", kin


def yes(*, is_true: bool) -> str:
    """The word for a truth value."""
    return "yes" if is_true else "no"


def listed(words: list[str]) -> str:
    """Words as an enumeration."""
    return f"{', '.join(words[:-1])} and {words[-1]}"
