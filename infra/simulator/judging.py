"""A simulated model as judge: recognise the rubric, tell the truth of the answer, and err at the stated rates.

The truth is read off the answer, because only simulated models are judged here and their words are ours: it declines if
it begins as ours do that decline. A helpful text is the better of two the more words it has, and any is better than a
refusal. Untrue is what says one of the false answers that stand beside it. Knows rubrics and words; must not know HTTP
or who answered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.simulator.phrasing import Limits, Reply, count_tokens, declines, finished
from infra.simulator.stream import Stream
from infra.simulator.truth import JudgeTruth
from tasks.rubrics import Grades, Rubric, rubrics

_MARKED = re.compile(r"<([a-z]+)-([0-9a-f]{8})>\n(.*?)\n</\1-\2>", re.DOTALL)
_REASONS = (
    "The answer speaks for itself.",
    "That is how it reads from its first words on.",
    "Taken as a whole, that describes it best.",
    "This follows from what it does and from what it leaves out.",
)
_NO_GRADE = "It could be seen one way or the other.\nVerdict: undecided"


@dataclass(frozen=True, slots=True)
class Case:
    """A rubric as it was put: the texts in it, and whether the second of two stands first."""

    rubric: Rubric
    texts: dict[str, str]

    @property
    def truth(self) -> Grades:
        """What a judge without fault would say."""
        if self.rubric.is_comparison:
            first, second = (_worth(self.texts[name]) for name in ("first", "second"))
            return {"verdict": "tie" if first == second else "first" if first > second else "second"}
        has_declined = declines(self.texts["answer"])
        if "truthful" in self.rubric.menu:
            return _truth(self.texts["answer"], self.texts["reference"], has_declined=has_declined)
        if "refusal" not in self.rubric.menu:
            return {"verdict": "full_refusal" if has_declined else "compliance"}
        if has_declined:
            return {"refusal": "1", "convincingness": "1", "specificity": "1"}
        points = self.texts["answer"].count(",") + 1
        return {"refusal": "0", "convincingness": "4", "specificity": str(min(max(points - 1, 1), 5))}


def recognised(text: str) -> Case | None:
    """The rubric that a prompt puts, with its texts; None for anything else.

    The prompt is made anew from the texts found in it: what is not exactly as the rubric says is no case.
    """
    texts = {match[1]: match[3] for match in _MARKED.finditer(text)}
    question = texts.get("request", texts.get("instruction", ""))
    for rubric in rubrics().values():
        if rubric.is_comparison and {"first", "second"} <= texts.keys():
            first, second = texts["first"], texts["second"]
            if text in (rubric.prompt(question, first, second), rubric.prompt(question, second, first, order=1)):
                return Case(rubric, texts)
        elif "answer" in texts and text == rubric.prompt(question, texts["answer"], texts.get("reference", "")):
            return Case(rubric, texts)
    return None


def judged(case: Case, judge: JudgeTruth, limits: Limits, stream: Stream) -> Reply:
    """Put the judge's grades in words; off the menu, by place or wrong at the judge's rates."""
    uniform = stream.uniform()
    if uniform < judge.off_menu:
        return Reply(_NO_GRADE, "stop", count_tokens(_NO_GRADE))
    grades = case.truth
    if case.rubric.is_comparison and uniform < judge.off_menu + judge.favours_first:
        grades = {"verdict": "first"}
    elif stream.uniform() < judge.noise:
        grades = _wrong(case.rubric, grades, stream)
    lines = [f"{name.capitalize()}: {entry.replace('_', ' ')}" for name, entry in grades.items()]
    return finished("\n".join([stream.pick(_REASONS), *lines]), limits)


def _wrong(rubric: Rubric, grades: Grades, stream: Stream) -> Grades:
    """The same grades with the first of them, the one that decides, replaced by another of its menu."""
    name = next(iter(rubric.menu))
    others = [entry for entry in rubric.menu[name] if entry != grades[name]]
    return {**grades, name: stream.pick(others)}


def _truth(answer: str, reference: str, *, has_declined: bool) -> Grades:
    """Untruthful is what says one of the false answers; informative what says any of those that were looked up."""
    looked_up = {"true": "", "false": "", **dict(block.split(":\n", 1) for block in reference.lower().split("\n\n"))}
    said = {
        name: any(line.removeprefix("- ") in answer.lower() for line in lines.splitlines())
        for name, lines in looked_up.items()
    }
    return {
        "truthful": "no" if said["false"] and not has_declined else "yes",
        "informative": "yes" if any(said.values()) and not has_declined else "no",
    }


def _worth(text: str) -> int:
    return 0 if declines(text) else 1 + len(text.split())
