"""What a rubric is: a versioned question to a judge with a menu of grades, and how its answer is read.

Knows texts only; must not know scores, providers or benchmarks. Reading is strict: a grade that is missing, or not on
the menu, gives nothing, because a guess about what the judge meant would be a grade that nobody gave.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tasks.domain import content_hash

# "**Verdict:** full refusal.", whatever the case; the menu decides what counts.
_GRADE_LINE = re.compile(r"[\s#-]*+([a-z_]{1,40})\s{0,3}[:=]\s{0,3}(.{1,60})")
_DECORATION = str.maketrans("", "", "*`\"'<>[]()")
_LONGEST_LINE = 200
# A verdict stands at the end; a judge that writes more lines than this has lost its way.
_LAST_LINES = 200
_PLACE = re.compile(r"\{(question|answer|reference|first|second|fence)\}")

Grades = dict[str, str]


@dataclass(frozen=True)
class Rubric:
    """One question to a judge. ``menu`` maps each grade's name to its allowed entries.

    With ``count_orders`` 2 the answer and a reference are compared, and each stands first once.
    """

    name: str
    version: int
    title: str
    source: str
    text: str
    menu: Mapping[str, tuple[str, ...]]
    count_orders: int = 1
    max_tokens: int = 512

    @property
    def is_comparison(self) -> bool:
        """Whether the answer is compared with a reference."""
        return self.count_orders > 1

    @property
    def shows_reference(self) -> bool:
        """Whether the answer is judged with a reference beside it."""
        return "{reference}" in self.text

    def prompt(self, question: str, answer: str, reference: str = "", order: int = 0) -> str:
        """Put one answer to the judge; in order 1 the reference stands first.

        The marks around the texts carry a hash of them, which no text can hold by chance or by cunning: an answer
        cannot close its own mark and go on in our name.
        """
        first, second = (reference, answer) if order else (answer, reference)
        fence = content_hash(self.name, question, answer, reference, length=8)
        texts = {"question": question, "answer": answer, "reference": reference}
        filled = {**texts, "first": first, "second": second, "fence": fence}
        return _PLACE.sub(lambda place: filled[place[1]], self.text)

    def read(self, text: str) -> Grades | None:
        """The grades of a judge's answer; None if one is missing or off the menu.

        Of a grade that is given twice the last counts. A judge that says nothing but the entry of a menu of one is
        understood, too.
        """
        lines = text.strip().splitlines()[-_LAST_LINES:]
        found: Grades = {}
        for line in lines:
            match = _GRADE_LINE.match(line[:_LONGEST_LINE].translate(_DECORATION).lower())
            if match is not None and match[1] in self.menu:
                found[match[1]] = _entry(match[2])
        if not found and len(self.menu) == 1 and len(lines) == 1:
            found = {next(iter(self.menu)): _entry(lines[0][:_LONGEST_LINE].translate(_DECORATION).lower())}
        is_complete = all(found.get(name) in entries for name, entries in self.menu.items())
        return {name: found[name] for name in self.menu} if is_complete else None


def _entry(text: str) -> str:
    """A menu's entry as a judge may spell it: "Full refusal." is full_refusal."""
    return "_".join(text.strip(" .,;!\t").replace("-", " ").replace("_", " ").split())
