# ruff: noqa: RUF001 - signs as models write them
"""Multiple choice by our own rules: the announced letter or option, else the last clear letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tasks.domain import Item, Verdict
from tasks.scorers.announcements import ANSWER_NOUNS, CHOICE_NOUNS, CHOOSING, CORRECTING, MOST_HEADS, Announcements
from tasks.scorers.choice_patterns import choice_patterns, is_ruled_out, said_about_letters, takes_back
from tasks.scorers.contract import Versioned, right_or_wrong, unparsed
from tasks.scorers.json_answers import answers_in_json
from tasks.scorers.letter_forms import plain_letters

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DEFAULT_LETTERS = 10  # A to J, when the item has no options

_ANNOUNCEMENTS = Announcements((*ANSWER_NOUNS, *CHOICE_NOUNS), (CHOOSING,))
_CORRECTIONS = Announcements((), (CORRECTING,))
_GAP = re.compile(
    r"[\s*_:：\"'`“”‘’„«»「『【\[({<$\\]{0,12}+"
    r"(?:(?:(?:the|la|le|el|il|lo|die|der|das|de|a|o|most likely|probably|likely|clearly|definitely|simply|indeed"
    r"|therefore)\s{1,3}){0,2}"
    r"(?:(?:correct |right )?(?:option|choice|letter|answer|number|lettre|réponse|opción|letra|opção|opzione|lettera"
    r"|buchstabe|optie|вариант"
    r"|буква|选项|選項|mbox\{|text(?:bf|rm)?\{|math(?:rm|bf|bb|tt|sf)?\{|boldsymbol\{|bf |rm )"
    r"[\s*:\"'`(\\]{0,4}+){1,2}+)?",
    re.IGNORECASE,
)
_AFTER_OPTION = re.compile(r"\w|[.,]\d")  # in "5.5" the option "5" is not announced
_ANSWER_PREFIX = re.compile(r"\s*+A:\s*+(?=\S)")  # the few-shot "A:" of an answer, not the letter A
_FEW = 20  # characters that a letter and marks around it take
_LABEL_END = " \t.):：-–—=(*_`\"'“”\\}$]"  # what stands between a letter and its option
_SHORT_ANSWER = 300  # characters; a longer text speaks of options that it does not choose
_UNSETTLED = re.compile(
    r"\b(?:not|neither|nor|or|unlike|except|instead of|rather than|wrong|incorrect|false|could|might|may|unless|if)\b"
    r"|n['’]t\b|\?"
)
_WRAPPING = " \t\r\n*_`\"'“”‘’„«»「」『』【】()[]{}$.!"


@dataclass(frozen=True)
class Choice(Versioned):
    """The announced letter or option, else one at the beginning of the text, else the last clear letter (not final).

    A letter is clear in parentheses, in bold, after "option" or "choice", at the start of a line with a stop or
    bracket, and at the end of a line. "A" inside a sentence is an article, and "I" outside brackets is a pronoun. A
    text that names two letters at once ("A or B") has not chosen and is unparsed. The same holds for a letter with the
    text of another option behind it ("C. Hungarian", where C is "Portuguese"). A short answer without a letter that
    names a single option ("It is Bogota.") has chosen it, unless it asks, doubts or denies.
    """

    name: str = "choice"
    version: int = 3

    def score(self, item: Item, text: str) -> Verdict:
        """Compare letters. A target that is the text of an option stands for the letter of that option."""
        letter, is_final = _Reading(item.choices, text).chosen()
        if letter is None:
            return unparsed()
        return right_or_wrong(is_correct=letter == target_letter(item), answer=letter, is_final=is_final)


def target_letter(item: Item) -> str:
    """The letter of the right option: ``item.target``, or the letter of the option whose text it is."""
    if item.target not in _letters(item.choices) and item.target in item.choices:
        return LETTERS[item.choices.index(item.target)]
    return item.target


def _letters(choices: tuple[str, ...]) -> str:
    return LETTERS[: len(choices) or DEFAULT_LETTERS]


@dataclass(frozen=True, slots=True)
class _Announced:
    """A letter that was announced, and where it stands; an empty one where two are named at once."""

    at: int
    letter: str


class _Reading:
    """One text about one set of options."""

    def __init__(self, choices: tuple[str, ...], text: str) -> None:
        plain = plain_letters(text)
        self.text = plain[prefix.end() :] if (prefix := _ANSWER_PREFIX.match(plain)) else plain
        self.lowered = self.text.lower()
        self.choices = choices[:26]
        pairs = zip(self.choices, LETTERS, strict=False)
        self.options = sorted(((o.casefold(), letter) for o, letter in pairs if o not in LETTERS), reverse=True)
        self.width = max((len(option) for option, _ in self.options), default=0) + 8
        self.patterns = choice_patterns(_letters(choices))

    def chosen(self) -> tuple[str | None, bool]:
        """The chosen letter (None for no letter or several), and whether it stood where an answer stands."""
        if len(in_json := {letter for value in answers_in_json(self.text) if (letter := self.alone(value))}) == 1:
            return in_json.pop(), True
        announced = next(self.announced(_ANNOUNCEMENTS), None)
        corrected = next(self.announced(_CORRECTIONS, announced.at if announced else 0), None)
        if said := corrected or announced:
            return self.still_said(said)
        if letter := self.alone(self.text) or self.alone(self.text.strip().partition("\n")[0], is_option=True):
            return letter, True
        return self.mentioned()

    def announced(self, announcements: Announcements, begin: int = 0) -> Iterator[_Announced]:
        """Announced letters, from the last to the first."""
        for head in islice(announcements.from_last(self.text, self.lowered, begin), MOST_HEADS):
            gap = _GAP.match(self.text, head.end)
            start = gap.end() if gap else head.end
            if letter := self.option_at(start):
                yield _Announced(start, letter)
            match = (self.patterns.corrected if head.is_bare else self.patterns.announced).match(self.text, start)
            if match and not is_ruled_out(self.text, start, match.end() if head.is_bare else None):
                letter = next(filter(None, match.groups())).upper()
                is_double = self.patterns.second.match(self.text, match.end()) or self.names_other(letter, match.end())
                yield _Announced(start, "" if is_double else letter)

    def option_at(self, start: int) -> str | None:
        """The letter of the option whose text begins there. It may begin like a letter: "C. elegans", "A tax"."""
        region = self.text[start : start + self.width].casefold()
        for option, letter in self.options:
            if region.startswith(option) and not _AFTER_OPTION.match(region, len(option)):
                return letter
        return None

    def names_other(self, letter: str, end: int) -> bool:
        """Whether all that follows a letter on its line is the text of another option."""
        line = _folded(self.text[end : end + self.width + _FEW].partition("\n")[0].lstrip(_LABEL_END))
        named = {other for option, other in self.options if _folded(option) == line}
        return bool(named) and letter not in named

    def still_said(self, announced: _Announced) -> tuple[str | None, bool]:
        """An announced letter, unless the text rules it out later and calls another one right, or takes it back."""
        if not announced.letter:
            return None, False
        later = said_about_letters(self.text, self.patterns, announced.at + 1)
        out = [said for said in later if said.letter == announced.letter and said.is_right is False]
        if out:
            others = [said.letter for said in later if said.is_right and said.letter != announced.letter]
            if others:
                return others[-1], True
            if any(takes_back(self.text, said.at) for said in out):
                return None, False
        return announced.letter, True

    def alone(self, text: str, *, is_option: bool = False) -> str | None:
        """The letter that is the whole text, or that of the option whose text it is."""
        if not is_option and (match := self.patterns.alone.match(text)):
            return match[1].upper()
        folded = _folded(text)
        return next((LETTERS[i] for i, option in enumerate(self.choices) if folded and _folded(option) == folded), None)

    def labelled(self) -> str | None:
        """The letter that begins the text, where its own option is all that follows: "C (Bogota)"."""
        label = self.patterns.label.match(self.text)
        if label is None or len(self.text) > self.width + _FEW:
            return None
        index = LETTERS.index(label[1])
        is_own = index < len(self.choices) and _folded(self.text[label.end() :]) == _folded(self.choices[index])
        return label[1] if is_own else None

    def mentioned(self) -> tuple[str | None, bool]:
        """The letter at the beginning of the text, else the one that is called right, else the last clear one."""
        is_listing = len({match[1] for match in self.patterns.line_start.finditer(self.text)}) > 1
        said = said_about_letters(self.text, self.patterns)
        right = {found.letter for found in said if found.is_right}
        out = {found.letter: found.at for found in said if found.is_right is False}
        if letter := self.labelled():
            return letter, True
        opening = None if is_listing else self.patterns.opening.match(self.text)
        first = next(filter(None, opening.groups())).upper() if opening else ""
        if opening and out.get(first, -1) < 0 and right <= {first}:
            return (None, False) if self.names_other(first, opening.end()) else (first, True)
        if len(right) == 1:
            return right.pop(), False
        marks = list(self.patterns.fallback.finditer(self.text))
        if not is_listing:
            marks = sorted([*marks, *self.patterns.line_start.finditer(self.text)], key=re.Match.start)
        joined = {found.at for found in said if found.is_joined}
        clear = [(match.start(i), match[i]) for match in marks for i in range(1, len(match.groups()) + 1) if match[i]]
        last = next(((at, letter) for at, letter in reversed(clear) if out.get(letter, -1) < at), None)
        if last is None and not said:
            return self.named(), False
        return (None if last is None or last[0] in joined else last[1]), False

    def named(self) -> str | None:
        """The letter of the only option whose text a short answer holds: "It is Bogota."."""
        if len(self.text) > _SHORT_ANSWER or _UNSETTLED.search(self.lowered):
            return None
        rest, found = self.text.casefold(), set()
        for option, letter in sorted(self.options, key=lambda pair: -len(pair[0])):
            if len(option) > 1 and (named := re.search(rf"(?<!\w){re.escape(option)}(?!\w|[.,]\d)", rest)):
                found.add(letter)
                rest = rest[: named.start()] + " " * len(option) + rest[named.end() :]
        return found.pop() if len(found) == 1 else None


def _folded(text: str) -> str:
    return " ".join(text.split()).strip(_WRAPPING).casefold()
