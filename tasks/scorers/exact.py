"""Exact match: the answer, without its code marks and blanks, must equal the target character by character."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, right_or_wrong, unparsed

_MARKER = re.compile(r"(?:^|(?<=[\s*_]))output\s{0,2}\*{0,2}:\*{0,2}", re.IGNORECASE)
_LANGUAGE = re.compile(r"[\w+#.-]{0,20}[ \t]*+\n")


@dataclass(frozen=True)
class Exact(Versioned):
    """Case-sensitive equality without an "Output:" marker, one code fence or pair of backticks, and outer blanks.

    Where the target is a single line and the answer has several, the first line is the answer. A wrong answer without
    a marker is not final: a text that was cut at the token limit may not have reached its answer.
    """

    name: str = "exact"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed when the text without its marks is empty."""
        target = item.target.strip()
        answer, is_marked = _unwrapped(text)
        if "\n" not in target:
            answer = answer.partition("\n")[0].rstrip()
        is_correct = target in (answer, text.strip())
        if not (answer or is_correct):
            return unparsed()
        return right_or_wrong(is_correct=is_correct, answer=answer, is_final=is_marked or is_correct)


def _unwrapped(text: str) -> tuple[str, bool]:
    """The stripped text without marker and code marks, and whether it had any."""
    markers = list(_MARKER.finditer(text))
    body = text[markers[-1].end() :] if markers else text
    fenced = body.split("```")
    if len(fenced) == 3:
        language = _LANGUAGE.match(fenced[1])
        return fenced[1][language.end() if language else 0 :].strip(), True
    lines = body.strip().split("\n", maxsplit=1)
    quoted = (body if lines[0].endswith(":") else lines[0]).split("`")  # later lines may explain with code of their own
    if len(quoted) == 3:
        return quoted[1].strip(), True
    return body.strip(), bool(markers)
