"""Short puzzles with one exact answer (orders, liars, dates, sets, ways, syllogisms), made from templates with a seed.

Citation: items written for this project. Licence: Apache-2.0, like the code.
Pitfalls: puzzles of one template differ only in names and numbers, so the template is the cluster. Each item has its
own chance score: a guess is right in every second yes-or-no puzzle, and in every fifth "who" puzzle about five people.
The answer must stand behind "The answer is". A test solves every puzzle again from its text, in another way.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tasks.benchmarks.draw import Draw, drawn_items
from tasks.domain import Benchmark, Dimension, Domain, Example
from tasks.identity import make_items

_WOMEN = ("Alma", "Carla", "Edith", "Gloria", "Irene", "Kira")
_MEN = ("Boris", "Dario", "Farid", "Henrik", "Joel", "Louis")
_FEMALE = ("mother", "sister", "daughter")
_NAMES = (*_WOMEN, *_MEN)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    ("January", 31), ("February", 28), ("March", 31), ("April", 30), ("May", 31), ("June", 30), ("July", 31),
    ("August", 31), ("September", 30), ("October", 31), ("November", 30), ("December", 31),
)  # fmt: skip
_WINDS = ("north", "east", "south", "west")
_NONSENSE = ("blickets", "daxes", "wugs", "toves", "feps", "zorbs", "glims", "norks")
_WORDS = (
    "amber", "anchor", "basil", "basket", "candle", "canvas", "cedar", "copper", "dagger", "desert", "ember", "engine",
    "fabric", "ferry", "garlic", "garnet", "hammer", "harbor", "island", "ivory", "jacket", "kettle", "ladder", "lemon",
)  # fmt: skip
_THINGS = {
    "fruits": ("apple", "pear", "plum", "banana", "peach"),
    "tools": ("hammer", "saw", "wrench", "chisel", "drill"),
    "animals": ("goat", "duck", "rabbit", "cow", "cat"),
    "instruments": ("violin", "flute", "drum", "trumpet", "harp"),
}
_COUNTED = ("", "one", "two", "three", "four", "five", "six")

_BEHIND = {1: "directly behind", 2: "two places behind", 3: "three places behind"}


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of puzzle: what a blind guess is worth, how many items it makes, and how one is drawn."""

    name: str
    area: str
    count: int
    chance: float
    make: Callable[[Draw], tuple[str, str]]


def build() -> Benchmark:
    """Make the benchmark; every call gives an equal one."""
    items = make_items(fields for template in TEMPLATES for fields in _items(template))
    return Benchmark(
        benchmark_id="logic",
        title="Short logic puzzles",
        dimension=Dimension.CAPABILITY,
        domain=Domain.REASONING,
        scorer="exact_answer",
        metric="accuracy",
        items=items,
        instruction="Solve the puzzle. Show short reasoning and end with: The answer is <answer>.",
        examples=_EXAMPLES,
        licence="Apache-2.0",
        citation="Written for this project.",
        cluster_meaning="template",
        pitfalls="Instances of a template differ only in names and numbers; chance differs between templates.",
        chance_score=round(sum(item.chance_score or 0.0 for item in items) / len(items), 6),
        max_tokens=640,
        verified="own",
    )


def _items(template: Template) -> list[dict[str, Any]]:
    draw = Draw(f"logic/{template.name}")
    return drawn_items(
        template.count,
        lambda: template.make(draw),
        cluster=template.name,
        subset=template.area,
        chance_score=template.chance,
    )


def _yes(*, is_true: bool) -> str:
    return "yes" if is_true else "no"


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _queue(draw: Draw) -> tuple[str, str]:
    """Each clue places a person behind another one, so together the clues fix the order."""
    order = draw.some(_NAMES, 5)
    clues = []
    for place in range(1, 5):
        back = draw.between(1, min(place, 3))
        clues.append(f"{order[place]} stands {_BEHIND[back]} {order[place - back]}.")
    place, asked = draw.pick(((0, "first"), (1, "second"), (2, "third"), (3, "fourth"), (4, "last")))
    people = _listed(sorted(order))
    return f"{people} wait in a queue. {' '.join(draw.shuffled(clues))} Who is {asked}?", order[place]


def _heights(draw: Draw) -> tuple[str, str]:
    order = draw.some(_NAMES, 4)
    clues = [
        f"{upper} is taller than {lower}." if draw.between(0, 1) else f"{lower} is shorter than {upper}."
        for upper, lower in itertools.pairwise(order)
    ]
    place, asked = draw.pick(((0, "tallest"), (1, "second tallest"), (2, "second shortest"), (3, "shortest")))
    return f"{' '.join(draw.shuffled(clues))} Who of the four is the {asked}?", order[place]


def _round_table(draw: Draw) -> tuple[str, str]:
    people = draw.some(_NAMES, 6)
    start, steps = draw.between(0, 5), draw.between(2, 4)
    way, sign = draw.pick((("clockwise", 1), ("anticlockwise", -1)))
    return (
        (
            f"Six people sit at a round table. Clockwise they are {_listed(people)}. "
            f"Who sits {steps} seats {way} from {people[start]}?"
        ),
        people[(start + sign * steps) % 6],
    )


def _boolean(draw: Draw) -> tuple[str, str]:
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


def _chain_of_liars(draw: Draw) -> tuple[str, str]:
    people = draw.some(_NAMES, draw.between(4, 5))
    is_honest = draw.pick((True, False))
    lines = [f"{people[0]} {'tells the truth' if is_honest else 'lies'}."]
    for speaker, subject in zip(people[1:], people, strict=False):
        says_honest = draw.pick((True, False))
        lines.append(f"{speaker} says that {subject} {'tells the truth' if says_honest else 'lies'}.")
        is_honest = is_honest == says_honest
    lead = "Everyone here either always tells the truth or always lies."
    return f"{lead} {' '.join(lines)} Does {people[-1]} tell the truth?", _yes(is_true=is_honest)


def _one_thief(draw: Draw) -> tuple[str, str]:
    """Draw again until the statements allow one thief only, which most draws do not."""
    people = draw.some(_NAMES, 4)
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


def _date_after(draw: Draw) -> tuple[str, str]:
    month, day, later = draw.between(0, 11), draw.between(1, 28), draw.between(12, 75)
    question = f"Today is {day} {_MONTHS[month][0]} of a year that is no leap year. Which date is it in {later} days?"
    day += later
    while day > _MONTHS[month][1]:
        day -= _MONTHS[month][1]
        month = (month + 1) % 12
    return f"{question} Write day and month, like 5 May.", f"{day} {_MONTHS[month][0]}"


def _weekday(draw: Draw) -> tuple[str, str]:
    today, days = draw.between(0, 6), draw.between(8, 60)
    word, sign = draw.pick((("will it be in", 1), ("was it", -1)))
    rest = f"{word} {days} days" if sign > 0 else f"{word} {days} days ago"
    return f"Today is a {_DAYS[today]}. Which day of the week {rest}?", _DAYS[(today + sign * days) % 7]


def _days_between(draw: Draw) -> tuple[str, str]:
    first = draw.between(0, 8)
    last = first + draw.between(1, 3)
    start, end = draw.between(1, 28), draw.between(1, 28)
    days = sum(length for _, length in _MONTHS[first:last]) - start + end
    return (
        (
            f"In a year that is no leap year, how many days after {start} {_MONTHS[first][0]} "
            f"is {end} {_MONTHS[last][0]}?"
        ),
        str(days),
    )


def _clock(draw: Draw) -> tuple[str, str]:
    start, minutes = draw.between(8 * 12, 18 * 12) * 5, draw.between(11, 40) * 5
    end = start + minutes
    return (
        (
            f"A film begins at {start // 60}:{start % 60:02d} and lasts {minutes} minutes. "
            "When does it end? Write the time like 9:05 or 17:40."
        ),
        f"{end // 60 % 24}:{end % 60:02d}",
    )


def _two_sets(draw: Draw) -> tuple[str, str]:
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


def _counting_kinds(draw: Draw) -> tuple[str, str]:
    wanted, other = draw.some(sorted(_THINGS), 2)
    things = [(name, draw.between(1, 6), True) for name in draw.some(_THINGS[wanted], 3)]
    things += [(name, draw.between(1, 6), False) for name in draw.some(_THINGS[other], 2)]
    shown = draw.shuffled([_counted(name, count) for name, count, _ in things])
    return (
        f"The yard sale offers {_listed(shown)}. How many {wanted} are there in all?",
        str(sum(count for _, count, is_wanted in things if is_wanted)),
    )


def _counted(name: str, count: int) -> str:
    ending = "" if count == 1 else "es" if name.endswith("ch") else "s"
    return f"{_COUNTED[count]} {name}{ending}"


def _back_home(draw: Draw) -> tuple[str, str]:
    """About every second walk ends where it began, so that neither answer is the better guess."""
    east, north, extra = draw.between(2, 9), draw.between(3, 9), draw.between(2, 5)
    is_closed = draw.between(0, 1) == 1
    south = north if is_closed else north + draw.pick((-1, 1, 2))
    legs = [(east, "east"), (north, "north"), (extra, "east"), (east + extra, "west"), (south, "south")]
    walk = ", then ".join(f"{count} steps {wind}" for count, wind in draw.shuffled(legs))
    return f"A robot walks {walk}. Is it back where it started?", _yes(is_true=is_closed)


def _compass(draw: Draw) -> tuple[str, str]:
    facing = draw.between(0, 3)
    turns = [draw.pick((("left", -1), ("right", 1), ("around", 2))) for _ in range(draw.between(4, 6))]
    told = ", then ".join(f"turn {word}" for word, _ in turns)
    return (
        f"You face {_WINDS[facing]}. You {told}. Which direction do you face now?",
        _WINDS[(facing + sum(quarter for _, quarter in turns)) % 4],
    )


def _swaps(draw: Draw) -> tuple[str, str]:
    people = draw.some(_NAMES, 4)
    balls = draw.some(("red", "blue", "green", "yellow", "white", "black"), 4)
    lines = [f"{person} has the {ball} ball." for person, ball in zip(people, balls, strict=True)]
    held = list(balls)
    for _ in range(draw.between(3, 5)):
        one, other = draw.some(range(4), 2)
        held[one], held[other] = held[other], held[one]
        lines.append(f"{people[one]} and {people[other]} swap balls.")
    asked = draw.between(0, 3)
    return f"{' '.join(lines)} Which colour is the ball of {people[asked]} now?", held[asked]


def _alphabet(draw: Draw) -> tuple[str, str]:
    words = draw.some(_WORDS, 7)
    place, asked = draw.pick(((1, "second"), (2, "third"), (3, "fourth"), (4, "fifth")))
    return f"Put these words in alphabetical order: {', '.join(words)}. Which word comes {asked}?", sorted(words)[place]


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


def _syllogism(draw: Draw) -> tuple[str, str]:
    premises, conclusion, is_valid = draw.pick(_SYLLOGISMS)
    names = dict(zip("abc", draw.some(_NONSENSE, 3), strict=True))
    return (
        f"{premises.format(**names)} Does it follow that {conclusion.format(**names)}?",
        _yes(is_true=is_valid),
    )


_FACTS = (
    "the lamp is on",
    "the door is open",
    "the bell rings",
    "the cat is awake",
    "the pump runs",
    "the gate is shut",
)


def _if_then(draw: Draw) -> tuple[str, str]:
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


def _family(draw: Draw) -> tuple[str, str]:
    """Women's names go with women's roles and men's with men's, so that no name contradicts its sentence."""
    (first, second), kin = draw.pick(_KIN)
    women, men = draw.some(_WOMEN, 2), draw.some(_MEN, 2)
    one, middle = ((women if role in _FEMALE else men).pop() for role in (first, second))
    last = draw.pick((*women, *men))
    lines = draw.shuffled([f"{one} is the {first} of {middle}.", f"{middle} is the {second} of {last}."])
    return f"{' '.join(lines)} What is {one} to {last}, in one word?", kin


TEMPLATES = (
    Template("queue", "order", 12, 0.2, _queue),
    Template("heights", "order", 9, 0.25, _heights),
    Template("round_table", "order", 8, 1 / 6, _round_table),
    Template("alphabet", "order", 9, 1 / 7, _alphabet),
    Template("boolean", "truth", 14, 0.5, _boolean),
    Template("chain_of_liars", "truth", 12, 0.5, _chain_of_liars),
    Template("one_thief", "truth", 8, 0.25, _one_thief),
    Template("syllogism", "truth", 16, 0.5, _syllogism),
    Template("if_then", "truth", 12, 1 / 3, _if_then),
    Template("date_after", "time", 10, 0.0, _date_after),
    Template("weekday", "time", 9, 1 / 7, _weekday),
    Template("days_between", "time", 8, 0.0, _days_between),
    Template("clock", "time", 8, 0.0, _clock),
    Template("two_sets", "counting", 11, 0.0, _two_sets),
    Template("counting_kinds", "counting", 8, 0.0, _counting_kinds),
    Template("back_home", "space", 12, 0.5, _back_home),
    Template("compass", "space", 9, 0.25, _compass),
    Template("swaps", "space", 10, 0.25, _swaps),
    Template("family", "relations", 9, 0.0, _family),
)

_EXAMPLES = (
    Example(
        "Mia is older than Tom. Tom is older than Zoe. Who of the three is the youngest?",
        "Mia comes before Tom and Tom before Zoe, so Zoe is the youngest. The answer is Zoe.",
    ),
    Example(
        "All minks are furry. Pim is a mink. Does it follow that Pim is furry?",
        "Pim is a mink and every mink is furry, so Pim must be furry. The answer is yes.",
    ),
    Example(
        "A jar holds 9 buttons. 4 of them are blue and the rest are grey. How many are grey?",
        "9 - 4 = 5. The answer is 5.",
    ),
)
