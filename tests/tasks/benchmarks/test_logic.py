"""Puzzles: every one is solved again from its text, in another way than the one that made it."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tasks.benchmarks import BUILTIN
from tasks.benchmarks.logic import TEMPLATES
from tasks.domain import Item, Outcome
from tasks.scorers import scorer

LOGIC = BUILTIN["logic"]()
ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1}


def only(values: Iterator[str] | list[str]) -> str:
    """The one value that all solutions have."""
    found = set(values)
    assert len(found) == 1, found
    return found.pop()


def queue(text: str) -> str:
    clues = re.findall(r"(\w+) stands (directly|two places|three places) behind (\w+)\.", text)
    people = re.match(r"(.*) wait in", text).group(1).replace(" and ", ", ").split(", ")
    steps = {"directly": 1, "two places": 2, "three places": 3}
    place = ORDINALS[re.search(r"Who is (\w+)\?", text).group(1)]
    orders = itertools.permutations(people)
    return only([o[place] for o in orders if all(o.index(a) == o.index(b) + steps[how] for a, how, b in clues)])


def heights(text: str) -> str:
    clues = [(a, b) if how == "taller" else (b, a) for a, how, b in re.findall(r"(\w+) is (\w+) than (\w+)\.", text)]
    place = {"tallest": 0, "second tallest": 1, "second shortest": 2, "shortest": 3}[
        re.search(r"is the (.*)\?", text).group(1)
    ]
    orders = itertools.permutations({name for clue in clues for name in clue})
    return only([o[place] for o in orders if all(o.index(a) < o.index(b) for a, b in clues)])


def round_table(text: str) -> str:
    people = re.search(r"they are (.*?)\.", text).group(1).replace(" and ", ", ").split(", ")
    steps, way, who = re.search(r"sits (\d) seats (\w+) from (\w+)\?", text).groups()
    around = people if way == "clockwise" else people[::-1]
    seats = itertools.islice(itertools.cycle(around), around.index(who), None)
    return next(itertools.islice(seats, int(steps), None))


def alphabet(text: str) -> str:
    words = re.search(r"order: (.*?)\.", text).group(1).split(", ")
    place = ORDINALS[re.search(r"comes (\w+)\?", text).group(1)]
    return next(word for word in words if sum(other < word for other in words) == place)


def boolean(text: str) -> str:
    expression = text.partition("? ")[2]
    assert re.fullmatch(r"(?:True|False|and|or|not|[() ])+", expression)
    return str(eval(expression))


def chain_of_liars(text: str) -> str:
    facts = re.search(r"lies\. (\w+) (tells the truth|lies)\.", text).groups()
    claims = re.findall(r"(\w+) says that (\w+) (tells the truth|lies)\.", text)
    asked = re.search(r"Does (\w+) tell", text).group(1)
    people = sorted({facts[0], *(name for claim in claims for name in claim[:2])})
    answers = []
    for honest in itertools.product((True, False), repeat=len(people)):
        world = dict(zip(people, honest, strict=True))
        claimed = all(world[who] == (world[of] == (what != "lies")) for who, of, what in claims)
        if claimed and world[facts[0]] == (facts[1] != "lies"):
            answers.append("yes" if world[asked] else "no")
    return only(answers)


def one_thief(text: str) -> str:
    said = re.findall(r"(\w+) says: It was (not )?(\w+)\.", text)
    assert len(said) == 4
    return only([who for who, _, _ in said if sum((of == who) != bool(no) for _, no, of in said) == 1])


def syllogism(text: str) -> str:
    """Try every world: each of the eight kinds of thing exists in it or does not.

    A name that stands for no existing thing must not change the answer.
    """
    said = re.findall(r"([Aa]ll|[Ss]ome|[Nn]o) (\w+) are (not )?(\w+)", text)
    *premises, conclusion = [(how.lower() + (" not" if no else ""), a, b) for how, a, no, b in said]
    names = sorted({name for _, *pair in premises for name in pair})
    kinds = [frozenset(c) for size in range(4) for c in itertools.combinations(names, size)]

    def holds(claim: tuple[str, str, str], world: list[frozenset[str]]) -> bool:
        how, a, b = claim
        inside, outside = (any(a in kind and (b in kind) == is_b for kind in world) for is_b in (True, False))
        return {"all": not outside, "no": not inside, "some": inside, "some not": outside}[how]

    follows, follows_where_all_exist = True, True
    for exists in itertools.product((True, False), repeat=len(kinds)):
        world = list(itertools.compress(kinds, exists))
        if all(holds(premise, world) for premise in premises) and not holds(conclusion, world):
            follows = False
            follows_where_all_exist &= not all(any(name in kind for kind in world) for name in names)
    assert follows == follows_where_all_exist
    return "yes" if follows else "no"


def if_then(text: str) -> str:
    rules = re.findall(r"If (.*?), then (.*?)\.", text)
    denied, known = re.search(r"You know only that (it is not the case that )?(.*?)\.", text).groups()
    asked = re.search(r"conclude that (.*?)\?", text).group(1)
    facts = sorted({fact for rule in rules for fact in rule})
    possible = set()
    for values in itertools.product((True, False), repeat=len(facts)):
        world = dict(zip(facts, values, strict=True))
        if world[known] == (denied is None) and all(world[effect] for cause, effect in rules if world[cause]):
            possible.add(world[asked])
    return "unknown" if len(possible) == 2 else "yes" if possible == {True} else "no"


def as_date(day: str, month: str) -> dt.date:
    return dt.datetime.strptime(f"{day} {month} 2027", "%d %B %Y").replace(tzinfo=dt.UTC).date()


def date_after(text: str) -> str:
    day, month, days = re.search(r"Today is (\d+) (\w+) of .* in (\d+) days", text).groups()
    result = as_date(day, month) + dt.timedelta(days=int(days))
    return f"{result.day} {result:%B}"


def weekday(text: str) -> str:
    name, days, ago = re.search(r"Today is a (\w+)\..* (\d+) days( ago)?\?", text).groups()
    monday = dt.date(2027, 1, 4)
    today = next(d for d in (monday + dt.timedelta(days=n) for n in range(7)) if f"{d:%A}" == name)
    return f"{today + dt.timedelta(days=-int(days) if ago else int(days)):%A}"


def days_between(text: str) -> str:
    day, month, other_day, other_month = re.search(r"after (\d+) (\w+) is (\d+) (\w+)\?", text).groups()
    return str((as_date(other_day, other_month) - as_date(day, month)).days)


def clock(text: str) -> str:
    hour, minute, minutes = map(int, re.search(r"begins at (\d+):(\d+) and lasts (\d+) minutes", text).groups())
    end = dt.datetime(2027, 1, 4, hour, minute, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    return f"{end.hour}:{end:%M}"


def two_sets(text: str) -> str:
    total, first, second, both = map(int, re.findall(r"\d+", text))
    people = ["both"] * both + ["first"] * (first - both) + ["second"] * (second - both)
    people += ["none"] * (total - len(people))
    assert len(people) == total
    if "neither" in text:
        return str(people.count("none"))
    return str(people.count("first") + (people.count("second") if "exactly one" in text else 0))


def counting_kinds(text: str) -> str:
    kinds = {
        "fruits": "apple pear plum banana peach",
        "tools": "hammer saw wrench chisel drill",
        "animals": "goat duck rabbit cow cat",
        "instruments": "violin flute drum trumpet harp",
    }
    wanted = re.search(r"How many (\w+) are", text).group(1)
    numbers = {word: number for number, word in enumerate(["one", "two", "three", "four", "five", "six"], start=1)}
    found = re.findall(r"\b(one|two|three|four|five|six) (\w+)", text)
    assert len(found) == 5
    singular = [
        (numbers[count], re.sub(r"(?<=ch)es$|s$", "", name) if count != "one" else name) for count, name in found
    ]
    return str(sum(count for count, name in singular if name in kinds[wanted].split()))


def back_home(text: str) -> str:
    steps = {"north": 1j, "south": -1j, "east": 1, "west": -1}
    legs = re.findall(r"(\d+) steps (\w+)", text)
    assert len(legs) == 5
    return "yes" if sum(int(count) * steps[wind] for count, wind in legs) == 0 else "no"


def compass(text: str) -> str:
    winds = {"north": 1j, "south": -1j, "east": 1, "west": -1}
    facing = winds[re.search(r"You face (\w+)\.", text).group(1)]
    for turn in re.findall(r"turn (\w+)", text):
        facing *= {"left": 1j, "right": -1j, "around": -1}[turn]
    return next(name for name, wind in winds.items() if wind == facing)


def swaps(text: str) -> str:
    held = dict(re.findall(r"(\w+) has the (\w+) ball\.", text))
    for one, other in re.findall(r"(\w+) and (\w+) swap", text):
        held |= {one: held[other], other: held[one]}
    return held[re.search(r"ball of (\w+) now", text).group(1)]


def family(text: str) -> str:
    links = {one: (role, other) for one, role, other in re.findall(r"(\w+) is the (\w+) of (\w+)\.", text)}
    asked, last = re.search(r"What is (\w+) to (\w+),", text).groups()
    role, middle = links[asked]
    other_role, end = links[middle]
    assert end == last
    up, level, down = {"mother", "father"}, {"sister", "brother"}, {"son", "daughter"}
    is_female = role in {"mother", "sister", "daughter"}
    if role in up and other_role in up:
        return "grandmother" if is_female else "grandfather"
    if role in level and other_role in up:
        return "aunt" if is_female else "uncle"
    assert role in down
    assert other_role in level
    return "niece" if is_female else "nephew"


SOLVERS: dict[str, Callable[[str], str]] = {
    solver.__name__: solver
    for solver in (
        queue, heights, round_table, alphabet, boolean, chain_of_liars, one_thief, syllogism, if_then, date_after,
        weekday, days_between, clock, two_sets, counting_kinds, back_home, compass, swaps, family,
    )
}  # fmt: skip


def items_of(template: str) -> list[Item]:
    return [item for item in LOGIC.items if item.cluster_id == template]


def test_every_template_has_a_solver_here():
    assert {template.name for template in TEMPLATES} == set(SOLVERS)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_the_target_is_what_the_solver_finds(template):
    items = items_of(template.name)
    assert len(items) == template.count
    for item in items:
        assert SOLVERS[template.name](item.question) == item.target, item.question


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_no_answer_of_a_template_is_right_much_more_often_than_by_chance(template):
    counts = Counter(item.target for item in items_of(template.name))
    assert max(counts.values()) / template.count <= max(0.67, template.chance)
    assert len(counts) >= 2


@pytest.mark.parametrize("item", LOGIC.items, ids=lambda item: item.item_id)
def test_the_scorer_accepts_the_target_and_no_other_answer(item):
    rule = scorer("exact_answer")
    for text in (f"So it must be. The answer is {item.target}.", f" {item.target}", f"**Answer:** {item.target}"):
        assert rule.score(item, text).outcome is Outcome.CORRECT
    others = {other.target for other in LOGIC.items} - {item.target}
    assert {rule.score(item, f"The answer is {other}.").outcome for other in others} == {Outcome.INCORRECT}


@pytest.mark.parametrize(("example", "answer"), list(zip(LOGIC.examples, ["Zoe", "yes", "5"], strict=True)))
def test_the_scorer_finds_the_answer_of_an_example(example, answer):
    verdict = scorer("exact_answer").score(Item("id", example.question, answer, "cluster", "subset"), example.answer)
    assert (verdict.outcome, verdict.is_final) == (Outcome.CORRECT, True)
