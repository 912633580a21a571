# ruff: noqa: RUF001 - signs as models write them
"""Numbers: the announced one ("answer is 18", "#### 18", a boxed one), else the last one in the text.

Only a window around the place where the number must stand is read. A number that can be read in two ways, a range, and
two numbers at once are no answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from functools import lru_cache
from itertools import islice

from tasks.domain import Item, Verdict
from tasks.scorers.announcements import ANSWER_NOUNS, ANSWER_WORDS, CORRECTING, MOST_HEADS, Announcements
from tasks.scorers.contract import Versioned, right_or_wrong, unparsed
from tasks.scorers.json_answers import answers_in_json
from tasks.scorers.written_numbers import Found, Number, decimal_mark, numbers, plain

_REGION = 200  # characters behind an announcement in which its number must begin
_LAST = 80  # characters around the last digit that are read for the last number
_LONGEST_NOUN = 12
_FEW = 20  # characters that may stand behind a corrected number in its sentence
_SHORT = 100  # a text without digits of at most so many characters may say its number in words

_DIRECT = ((re.compile("####"), ("####",)), (re.compile(r"(?<![^\n])A:", re.IGNORECASE), ("a:",)))
_ANNOUNCEMENTS = Announcements(ANSWER_NOUNS, _DIRECT)
_CORRECTIONS = Announcements((), (CORRECTING,))
_SENTENCE_END = re.compile(
    r"(?<!approx)(?<!\bca)(?<!\bRs)(?<!\bNo)(?<!\bNr)(?<!\bNr)(?<!Mio)(?<!Mrd)[.!?]\s|[。！？]", re.IGNORECASE
)
_MORE_DIGITS = re.compile(r"[\d.,]*+")
_DIGITS_BEFORE = re.compile(r"[\d.,]++\Z")
_EQUALS = re.compile(
    r"(?:[\s\d.,$€£¥%+*/×÷xX()^{}\\-]|(?<=\s)[A-Za-z]{1,12}(?=\s?[-+*/×÷=])|(?<=\s)of(?=\s\d))*+=[\s$\\]{0,4}"
)
_GAP = re.compile(r"[^\w\n.+-]*+")
_OR = r"(?:or|to|vs\.?|oder|bis|ou|à|o|hasta|até|tot|или|до|至|或|到|から|または|또는|~)"
_JOINED = re.compile(
    rf"[ \"'*)\]]{{0,3}}(?:(?:[^\W\d]{{1,12}} )?{_OR}|and|und|et|y|e|en|и|和|[-+*×·x]|±|\+/-|\\pm)"
    r" {0,2}(?:about |approximately |even |[a-z] ?= ?)?[$€£(]?(?=-?\d)",
    re.IGNORECASE,
)  # fmt: skip
_COMPOUND = re.compile(
    r" ?(?P<unit>hours?|hrs?|h|minutes?|mins?|days?|weeks?|months?|years?|feet|foot|ft|pounds?|lbs?|kg|km|met(?:er"
    r"|re)s?|m|dollars?"
    r"|euros?|stunden?|heures?|horas?|ore|uur),? (?:and |und |et |y |e |en )?(?P<part>\d++(?:\.\d++)?) ?"
    r"(?P<part_unit>minutes?|mins?|min|seconds?|secs?|s|inch(?:es)?|in|ounces?|oz|cents?|pence|days?|weeks?|months?"
    r"|hours?|g|grams?"
    r"|m|cm|met(?:er|re)s?|minuten?|minutos?|minuti)\b",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?:(?<!\w)(?:at least|at most|(?:more|less|greater|fewer|larger|smaller|other) than(?: or equal to)?|over|under"
    r"|above|below"
    r"|up to|between|from|n?either"
    r"|not|isn't|nicht|zwischen|entre|tussen|между|mindestens|höchstens)|[<>≤≥±])[ $€£]{0,2}\Z",
    re.IGNORECASE,
)
_BUT = re.compile(r"[ ,;]{0,2}(?:but|sondern|mais|sino|ma|mas|maar) [^\d]{0,20}(?=[-\d$€£])", re.IGNORECASE)
_LISTED = re.compile(r"/\d| ?[,;] ?-?\d[\d.,]{0,40}[ $)\]}.]{0,4}\Z| ?[,;] ?-?\d[\d.,]{0,40} ?\)")
_ITEM = re.compile(r"[\s*]{0,6}+(\d{1,2})[.)] ++[A-Za-z*]")


@dataclass(frozen=True)
class Numeric(Versioned):
    """The announced number must equal the target's. Without one the last number counts, but is not final."""

    name: str = "numeric"
    version: int = 2

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed when the text or the target holds no number, or one that can be read in several ways."""
        target = _target(item.target)
        found, is_final = _said(text)
        if found is None or target is None or bool(found.parts) is not bool(target.parts):
            return unparsed()
        return right_or_wrong(is_correct=found.equals(target), answer=found.written, is_final=is_final)


@lru_cache(maxsize=4_096)
def _target(text: str) -> Number | None:
    return last_number(text)


def last_number(text: str, language: str = "en") -> Number | None:
    """The last number of a text, e.g. 18 in ``"so 9 * 2 = 18."``; None where it is joined to another: "3 or 4"."""
    last = max((at for at in map(text.rfind, "0123456789")), default=-1) if text.isascii() else _last_digit(text)
    if last < 0:
        window = plain(text, language) if len(text) <= _SHORT else ""
    else:
        begin = max(0, last - _LAST)
        before = _DIGITS_BEFORE.search(text[:begin][-100_000:])
        window = plain(text[begin - (len(before[0]) if before else 0) : last + _LAST], language)
    found = list(numbers(window, decimal_mark(window, text, language)))
    if len(found) > 1 and _are_joined(window, *found[-2:]) and not _are_equal(*found[-2:]):
        return None
    return found[-1].number if found else None


def _last_digit(text: str) -> int:
    return next((at for at in range(len(text) - 1, -1, -1) if text[at].isnumeric()), -1)


def _said(text: str) -> tuple[Number | None, bool]:
    """The number that a text gives as its answer, and whether it stood where an answer stands."""
    in_json = [found for value in answers_in_json(text) if (found := _first(value, text))]
    if in_json:
        is_one = all(_are_equal(in_json[0], number) for number in in_json)
        return (in_json[0].number, True) if is_one else (None, False)
    lowered = text.replace("İ", "I").lower()
    for head in islice(_ANNOUNCEMENTS.from_last(text, lowered), MOST_HEADS):
        language = _language(lowered[head.begin : head.begin + _LONGEST_NOUN])
        said = _first(_region(text, head.end), text, language, is_direct=head.is_bare)
        if said and not _begins_list(text, head.end):
            number = _corrected(text, lowered, head.end) or said.number
            return number, number is not None
    return last_number(text), False


def _corrected(text: str, lowered: str, begin: int) -> Number | None:
    """The number that a text ends a sentence with after it takes back what it said: "Wait, it is 20."."""
    for head in islice(_CORRECTIONS.from_last(text, lowered, begin), MOST_HEADS):
        region = _region(text, head.end)
        found = _first(region, text, is_direct=True)
        if found and found.number and len(region) - found.end <= _FEW:
            return found.number
    return None


def _language(head: str) -> str:
    return next((language for language, words in ANSWER_WORDS.items() if head.startswith(words)), "en")


def _region(text: str, start: int) -> str:
    """The sentence behind an announcement. A number that begins within the region is not cut off at its end."""
    end = start + _REGION
    more = _MORE_DIGITS.match(text, end)
    line = text[start : more.end() if more else end].lstrip().partition("\n")[0]
    return _SENTENCE_END.split(line, maxsplit=1)[0]


def _begins_list(text: str, start: int) -> bool:
    """Whether the number only counts the first item of a list: "Answer: 1. First ..., 2. Then ..."."""
    item = _ITEM.match(text, start)
    return item is not None and any(f"\n{int(item[1]) + 1}{mark}" in text for mark in ".)")


def _first(sentence: str, text: str, language: str = "en", *, is_direct: bool = False) -> Found | None:
    """The first number of a sentence of a text, or the result of the sum that it begins ("5 + 3 = 8").

    None where the sentence holds none, or where it ``is_direct`` and holds other words before.
    """
    window = plain(sentence, language)
    found = list(numbers(window, decimal_mark(window, text, language)))
    gap = _GAP.match(window)
    if not found or (is_direct and gap and found[0].start > gap.end()):
        return None
    place = 0
    if _BOUND.search(window[: found[0].start]):
        but = _BUT.match(window, found[0].end)
        place = next((i for i, other in enumerate(found) if but and other.start >= but.end() - 1), -1)
        if place < 0:
            return replace(found[0], number=None)
    while equals := _EQUALS.match(window, found[place].end):
        result = next((i for i, other in enumerate(found) if other.end > equals.end() and i > place), None)
        if result is None:
            break
        place = result
    return _alone(window, found, place)


def _alone(window: str, found: Sequence[Found], place: int) -> Found:
    """A number of a window, without its value where another one is joined to it: "18 or 20", "2 hours 30 minutes"."""
    said = found[place]
    if compound := _COMPOUND.match(window, said.end):
        return replace(said, number=_with_cents(said.number, compound))
    is_joined = len(found) > place + 1 and (
        _are_joined(window, said, found[place + 1]) or _LISTED.match(window, said.end)
    )
    return replace(said, number=None) if is_joined and not _are_equal(said, found[place + 1]) else said


def _with_cents(number: Number | None, compound: re.Match[str]) -> Number | None:
    """Dollars and cents as one number; None for other units, whose numbers do not add up."""
    if number is None or not compound["part_unit"].lower().startswith(("cent", "pence")) or number.parts:
        return None
    exact = Context(prec=len(number.numerator.as_tuple().digits) + 10)
    cents = exact.multiply(Decimal(compound["part"][:9]), Decimal("0.01"))
    return replace(
        number, written=f"{number.written} {compound[0].strip()}", numerator=exact.add(number.numerator, cents)
    )


def _are_joined(window: str, one: Found, other: Found) -> bool:
    joined = _JOINED.match(window, one.end)
    return joined is not None and other.start <= joined.end() <= other.end


def _are_equal(one: Found, other: Found) -> bool:
    return one.number is not None and other.number is not None and one.number.equals(other.number)
