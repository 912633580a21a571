"""Multiple choice by our own rules: the announced letter or option, else the last clear letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, right_or_wrong, unparsed

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DEFAULT_LETTERS = 10  # A to J, when the item has no options

_HEAD = re.compile(
    r"\b(?:answer|option|choice|antwort|réponse|respuesta)"
    r"(?:[\s*_]{0,4}(?:(?:is|was|would be|ist|lautet|est|es)\b|[:=])| to [^.\n]{0,80}? is\b)"
    r"|\\boxed\{",
    re.IGNORECASE,
)
_ASCII_HEADS = ("answer", "option", "choice", "antwort", "respuesta", "\\boxed{")
_GAP = re.compile(
    r"[\s*_:\"'`\[({$\\]{0,12}+(?:(?:option|choice|letter|text\{|textbf\{)[\s*:\"'`(]{0,4}+)?", re.IGNORECASE
)
_AFTER_OPTION = re.compile(r"\w|[.,]\d")  # in "5.5" the option "5" is not announced
_ANSWER_PREFIX = re.compile(r"\s*+A:\s*+(?=\S)")  # the few-shot "A:" of an answer, not the letter A


@dataclass(frozen=True)
class Choice(Versioned):
    """The announced letter or option, else one at the beginning of the text, else the last clear letter (not final).

    A letter is clear in parentheses, in bold, after "option" or "choice", at the start of a line with a stop or
    bracket, and at the end of a line. "A" inside a sentence is an article, and "I" outside brackets is a pronoun. A
    text that names two letters at once ("A or B") has not chosen and is unparsed.
    """

    name: str = "choice"

    def score(self, item: Item, text: str) -> Verdict:
        """Compare letters. A target that is the text of an option stands for the letter of that option."""
        letter, is_final = _chosen(item.choices, text)
        if letter is None:
            return unparsed()
        return right_or_wrong(is_correct=letter == target_letter(item), answer=letter, is_final=is_final)


def target_letter(item: Item) -> str:
    """The letter of the right option: ``item.target``, or the letter of the option whose text it is."""
    if item.target not in _letters(item.choices) and item.target in item.choices:
        return LETTERS[item.choices.index(item.target)]
    return item.target


@dataclass(frozen=True)
class _Patterns:
    """The patterns for one number of options."""

    announced: re.Pattern[str]
    second: re.Pattern[str]
    alone: re.Pattern[str]
    opening: re.Pattern[str]
    line_start: re.Pattern[str]
    fallback: re.Pattern[str]


@cache
def _patterns(letters: str) -> _Patterns:
    """Compiled once for each number of options. Every repeat is bounded or possessive."""
    upper, lower, both = f"[{letters}]", f"[{letters.lower()}]", f"[{letters}{letters.lower()}]"
    plain = letters.replace("I", "") or letters
    return _Patterns(
        announced=re.compile(rf"({upper})(?!['’\-]?\w)(?!(?<=I)\s++[a-z])|({lower})(?=\)|\.?[ \t]*+(?:\n|\Z))"),  # noqa: RUF001
        second=re.compile(rf"\)?\s{{0,3}}(?:and|or|&|/)\s{{0,3}}\(?(?![AI]\s++[a-z]){upper}(?!\w)"),
        alone=re.compile(rf"[\W_]*+({both})[\W_]*+\Z"),
        opening=re.compile(rf"[\W_]{{0,8}}+(?:({upper})(?:[.)\]*]|(?<!A):|[ \t]*+(?:\n|\Z))|({lower})[.)](?=\s))"),
        line_start=re.compile(rf"^[ \t(*]{{0,4}}+({upper})[.):]", re.MULTILINE),
        fallback=re.compile(
            rf"\(({upper})\)|\*\*\(?({upper})\)?[.:]?\*\*|\b(?:[Oo]ption|[Cc]hoice|[Aa]nswer)\s{{1,2}}({upper})\b"
            rf"|(?<![\w'’\-])([{plain}])[.)*\"']{{0,3}}+[ \t]*+$",  # noqa: RUF001 - typographic apostrophe
            re.MULTILINE,
        ),
    )


def _letters(choices: tuple[str, ...]) -> str:
    return LETTERS[: len(choices) or DEFAULT_LETTERS]


def _chosen(choices: tuple[str, ...], text: str) -> tuple[str | None, bool]:
    """The letter that a text chose (None for no letter or several), and whether it stood where an answer stands."""
    patterns = _patterns(_letters(choices))
    body = text[prefix.end() :] if (prefix := _ANSWER_PREFIX.match(text)) else text
    announced = next(_announced(choices, body, patterns), None)
    if announced is not None:
        return (announced, True) if announced else (None, False)
    if match := patterns.alone.match(body):
        return match[1].upper(), True
    if option := _option_alone(choices, body):
        return option, True
    is_listing = len({match[1] for match in patterns.line_start.finditer(body)}) > 1
    if not is_listing and (match := patterns.opening.match(body)):
        return (match[1] or match[2]).upper(), True
    marks = list(patterns.fallback.finditer(body))
    if not is_listing:
        marks = sorted([*marks, *patterns.line_start.finditer(body)], key=re.Match.start)
    last = next((group for match in reversed(marks) for group in match.groups() if group), None)
    return last, False


def _heads(text: str) -> list[re.Match[str]]:
    """All announcements. In plain text the search starts at the first word that can begin one: that is fast to find."""
    begin = 0
    if text.isascii():  # in other texts lower case may have another length
        lowered = text.lower()
        begin = min((at for head in _ASCII_HEADS if (at := lowered.find(head)) >= 0), default=len(text))
    return list(_HEAD.finditer(text, begin))


def _announced(choices: tuple[str, ...], text: str, patterns: _Patterns) -> Iterator[str]:
    """Announced letters from the last to the first; an empty string where two are named at once."""
    options = sorted(((o.casefold(), i) for i, o in enumerate(choices[:26]) if o not in LETTERS), reverse=True)
    width = max((len(option) for option, _ in options), default=0) + 8
    for head in reversed(_heads(text)):
        gap = _GAP.match(text, head.end())
        start = gap.end() if gap else head.end()
        region = text[start : start + width].casefold()
        for option, index in options:  # an option may itself begin with a letter: "C. elegans", "A tax"
            if region.startswith(option) and not _AFTER_OPTION.match(region, len(option)):
                yield LETTERS[index]
        if match := patterns.announced.match(text, start):
            yield "" if patterns.second.match(text, match.end()) else (match[1] or match[2]).upper()


def _option_alone(choices: tuple[str, ...], text: str) -> str | None:
    """The letter of the option whose text is the whole answer or its first line."""
    said = {_folded(text), _folded(text.strip().partition("\n")[0])}
    return next((LETTERS[i] for i, option in enumerate(choices[:26]) if _folded(option) in said - {""}), None)


def _folded(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()
