"""Puzzles about what is true: expressions, liars, a thief, syllogisms, conditions.

Tested in tests/tasks/benchmarks/test_logic.py.
"""

from __future__ import annotations

import itertools

from tasks.benchmarks.draw import Draw
from tasks.benchmarks.logic.people import NAMES, yes

_SYLLOGISMS = (  # two premises, a conclusion, and whether it follows from them
    ("All {a} are {b}. All {b} are {c}.", "all {a} are {c}", True),
    ("All {a} are {b}. All {b} are {c}.", "all {c} are {a}", False),
    ("All {a} are {b}. No {b} are {c}.", "no {a} are {c}", True),
    ("All {a} are {b}. No {a} are {c}.", "no {b} are {c}", False),
    ("Some {a} are {b}. All {b} are {c}.", "some {a} are {c}", True),
    ("Some {a} are {b}. Some {b} are {c}.", "some {a} are {c}", False),
    ("No {a} are {b}. Some {c} are {b}.", "some {c} are not {a}", True),
    ("All {a} are {b}. Some {b} are {c}.", "some {a} are {c}", False),
    ("All {a} are {b}. Some {c} are not {b}.", "some {c} are not {a}", True),
    ("All {a} are {b}. Some {c} are not {a}.", "some {c} are not {b}", False),
)
_FACTS = (
    "the lamp is on",
    "the door is open",
    "the bell rings",
    "the cat is awake",
    "the pump runs",
    "the gate is shut",
)
_NONSENSE = ("blickets", "daxes", "wugs", "toves", "feps", "zorbs", "glims", "norks")


def boolean(draw: Draw) -> tuple[str, str]:
    """Whether an expression of true, false, and, or, not is true."""
    text, value = _expression(draw, 3)
    return f"What is the value of this expression, True or False? {text}", str(value)


def _expression(draw: Draw, levels: int) -> tuple[str, bool]:
    """An expression with brackets around every operator, so that nobody needs the rules of precedence."""
    if levels == 0:
        value = draw.pick((True, False))
        return str(value), value
    left, left_value = _expression(draw, levels - 1)
    if draw.between(1, 3) == 1:
        return f"not {left}", not left_value
    right, right_value = _expression(draw, draw.between(0, levels - 1))
    if draw.between(0, 1):
        return f"({left} and {right})", left_value and right_value
    return f"({left} or {right})", left_value or right_value


def chain_of_liars(draw: Draw) -> tuple[str, str]:
    """Whether the last of a chain of liars and truth tellers tells the truth."""
    people = draw.some(NAMES, draw.between(4, 5))
    is_honest = draw.pick((True, False))
    lines = [f"{people[0]} {'tells the truth' if is_honest else 'lies'}."]
    for speaker, subject in zip(people[1:], people, strict=False):
        says_honest = draw.pick((True, False))
        lines.append(f"{speaker} says that {subject} {'tells the truth' if says_honest else 'lies'}.")
        is_honest = is_honest == says_honest
    lead = "Everyone here either always tells the truth or always lies."
    return f"{lead} {' '.join(lines)} Does {people[-1]} tell the truth?", yes(is_true=is_honest)


def one_thief(draw: Draw) -> tuple[str, str]:
    """Draw again until the statements allow one thief only, which most draws do not."""
    people = draw.some(NAMES, 4)
    while True:
        said = [(speaker, draw.pick(people), draw.between(0, 1) == 1) for speaker in people]
        possible = [c for c in people if sum((accused == c) == is_blamed for _, accused, is_blamed in said) == 1]
        if len(possible) == 1:
            break
    lines = [f"{speaker} says: It was {'' if is_blamed else 'not '}{accused}." for speaker, accused, is_blamed in said]
    return (
        f"One of four people took the cake, and exactly one of them tells the truth. {' '.join(lines)} Who took it?",
        possible[0],
    )


def syllogism(draw: Draw) -> tuple[str, str]:
    """Whether a conclusion about things that do not exist follows from two premises."""
    premises, conclusion, is_valid = draw.pick(_SYLLOGISMS)
    names = dict(zip("abc", draw.some(_NONSENSE, 3), strict=True))
    return (
        f"{premises.format(**names)} Does it follow that {conclusion.format(**names)}?",
        yes(is_true=is_valid),
    )


def if_then(draw: Draw) -> tuple[str, str]:
    """A chain of rules: a true cause makes its effects true, and a false effect makes its causes false."""
    chain = draw.some(_FACTS, 4)
    rules = [f"If {cause}, then {effect}." for cause, effect in itertools.pairwise(chain)]
    early, late = sorted(draw.some(range(4), 2))
    answer = draw.pick(("yes", "no", "unknown"))
    is_so = answer == "yes" or (answer == "unknown" and draw.between(0, 1) == 1)
    known, asked = (early, late) if is_so == (answer != "unknown") else (late, early)
    fact = chain[known] if is_so else f"it is not the case that {chain[known]}"
    return (
        (
            f"{' '.join(draw.shuffled(rules))} You know only that {fact}. Can you conclude that {chain[asked]}? "
            "Write yes if it must be so, no if it cannot be so, and unknown otherwise."
        ),
        answer,
    )
