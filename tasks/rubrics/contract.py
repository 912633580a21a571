"""What a rubric is: a versioned question to a judge, the grades it may give, and how its answer is read.

Knows texts only; must not know scores, providers or benchmarks. If a grade is missing or not on the menu, the whole
answer counts as unread. A guess at what the judge meant would be a grade that the judge did not give.

Tested in tests/tasks/rubrics/test_rubrics.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tasks.domain import content_hash

# For example "**Verdict:** full refusal.", in any case. The menu decides which lines count.
_GRADE_LINE = re.compile(r"[\s#-]*+([a-z_]{1,40})\s{0,3}[:=]\s{0,3}(.{1,60})")
_DECORATION = str.maketrans("", "", "*`\"'<>[]()")
_LONGEST_LINE = 200
# The grades stand at the end, so earlier lines of a very long answer are not read.
_LAST_LINES = 200
_PLACE = re.compile(r"\{(question|answer|reference|first|second|fence)\}")

Grades = dict[str, str]


@dataclass(frozen=True)
class Rubric:
    """One question to a judge. ``menu`` maps the name of each grade to its allowed entries.

    With ``count_orders`` 2 the judge compares the answer with a reference, and each of them stands first once.
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
        """True if the judge compares the answer with a reference."""
        return self.count_orders > 1

    @property
    def shows_reference(self) -> bool:
        """True if the judge sees a reference beside the answer."""
        return "{reference}" in self.text

    def prompt(self, question: str, answer: str, reference: str = "", order: int = 0) -> str:
        """The prompt that shows one answer to the judge. In order 1 the reference stands first.

        The marks around the texts carry a hash of these texts. An answer cannot contain that hash, so it cannot close
        its own mark and pass off the rest as part of our prompt.
        """
        first, second = (reference, answer) if order else (answer, reference)
        fence = content_hash(self.name, question, answer, reference, length=8)
        texts = {"question": question, "answer": answer, "reference": reference}
        filled = {**texts, "first": first, "second": second, "fence": fence}
        return _PLACE.sub(lambda place: filled[place[1]], self.text)

    def read(self, text: str) -> Grades | None:
        """The grades in a judge's answer; None if one is missing or not on the menu.

        If a grade is given twice, the last one counts. If there is only one grade, its entry alone is enough.
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
    """The menu entry that a judge's spelling stands for: "Full refusal." is full_refusal."""
    return "_".join(text.strip(" .,;!\t").replace("-", " ").replace("_", " ").split())
