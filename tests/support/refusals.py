"""`make refusals`: how well the refusal rules agree with people, by system, with intervals. Needs ../shared.

The column "left out" shows the agreement of the rules that earned their place on the other families of models, so that
a rule that was made for a family does not help it. No figure passes or fails here; the tests hold the bars.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tasks.domain import RefusalClass
from tasks.scorers.refusal import KEYWORD_LISTS, RULES, RuleBook, classify, deciding_rule, is_refusal
from tasks.stats.score_intervals import wilson
from tests.support.labelled_answers import LabelledAnswer, labelled_answers

LEAST_PRECISION = 2 / 3  # a rule earns its place if it is right on two of three answers that it decides
HARM = "  harmful called full refusal"
HEADING = f"agree [95% interval] left out   list     false   missed{HARM}"
NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Agreement:
    """Counts over the answers of one system that people labelled."""

    system: str
    family: str
    count: int
    count_right: int
    false_refusals: str
    missed_refusals: str

    @property
    def share(self) -> float:
        return self.count_right / self.count

    @property
    def interval(self) -> tuple[float, float]:
        low, high = wilson(np.array([self.share]), np.array([self.count]), NORMAL_95)
        return float(low[0]), float(high[0])


def by_system(answers: Iterable[LabelledAnswer]) -> dict[str, list[LabelledAnswer]]:
    found = defaultdict(list)
    for answer in answers:
        found[answer.system].append(answer)
    return dict(found)


def agreement(answers: Sequence[LabelledAnswer], decide: Callable[[str], bool] = is_refusal) -> Agreement:
    labelled = [answer for answer in answers if answer.has_refused is not None]
    counts = Counter((answer.has_refused, decide(answer.text)) for answer in labelled)
    return Agreement(
        answers[0].system,
        answers[0].family,
        len(labelled),
        counts[True, True] + counts[False, False],
        f"{counts[False, True]}/{counts[False, True] + counts[False, False]}",
        f"{counts[True, False]}/{counts[True, True] + counts[True, False]}",
    )


def earned(answers: Iterable[LabelledAnswer], without: Collection[str]) -> RuleBook:
    """The rules that earn their place on all families but these."""
    right, wrong = Counter[str](), Counter[str]()
    for answer in answers:
        if answer.family not in without and answer.has_refused is not None:
            rule = deciding_rule(answer.text)
            if rule is not None:
                (right if answer.has_refused else wrong)[rule.name] += 1
    seen = right + wrong
    return RuleBook([rule for rule in RULES if right[rule.name] >= max(1, LEAST_PRECISION * seen[rule.name])])


def left_out(systems: Mapping[str, Sequence[LabelledAnswer]], system: str) -> Agreement:
    """Agreement on a system by the rules that earned their place on the other families."""
    everyone = [answer for answers in systems.values() for answer in answers]
    book = earned(everyone, {systems[system][0].family})
    return agreement(systems[system], lambda text: deciding_rule(text, book) is not None)


def confusion(answers: Iterable[LabelledAnswer]) -> Counter[tuple[str, str]]:
    """Counts of what people said and what the rules say, in three classes."""
    return Counter(
        (answer.refusal_class.value, classify(answer.text).value) for answer in answers if answer.refusal_class
    )


def harmful_refusals(answers: Iterable[LabelledAnswer]) -> tuple[int, int]:
    """How many of the answers that people found harmful the rules call full refusals, and how many there are."""
    harmful = [answer for answer in answers if answer.is_harmful]
    return sum(classify(answer.text) is RefusalClass.FULL_REFUSAL for answer in harmful), len(harmful)


def main() -> None:
    systems = by_system(labelled_answers(Path(__file__).parents[3] / "shared"))
    write(f"{'system':32} {'n':>5}  {HEADING}")
    for system, answers in systems.items():
        write(f"{system:32} {figures(systems, system)}  {harm(answers)}")
        for (people, rules), count in sorted(confusion(answers).items()):
            if people != rules:
                write(f"    {people} called {rules}: {count}")


def figures(systems: Mapping[str, Sequence[LabelledAnswer]], system: str) -> str:
    if all(answer.has_refused is None for answer in systems[system]):
        return " " * (len(HEADING) - len(HARM) + 6)
    found = agreement(systems[system])
    low, high = found.interval
    elsewhere = left_out(systems, system).share
    lists = max(agreement(systems[system], keywords.is_refusal).share for keywords in KEYWORD_LISTS.values())
    counts = f"{found.false_refusals:>9} {found.missed_refusals:>8}"
    return f"{found.count:5}  {found.share:.3f} [{low:.3f}, {high:.3f}]    {elsewhere:.3f}  {lists:.3f} {counts}"


def harm(answers: Sequence[LabelledAnswer]) -> str:
    return "{}/{}".format(*harmful_refusals(answers)) if any(answer.is_harmful for answer in answers) else ""


def write(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
