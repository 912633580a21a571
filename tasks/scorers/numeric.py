"""Numbers: the announced one ("answer is 18", "#### 18", a boxed one), else the last one in the text.

Every pattern takes linear time, because all repeats are possessive or bounded. Numbers are ``Decimal``, because
``int()`` refuses more than 4,300 digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal

from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, right_or_wrong, unparsed

_REGION = 200  # characters after an announcement in which its number must begin; keeps the search linear

_NUMBER = re.compile(
    r"(?:(?<![\w)\]}])(?P<sign>[-+−–]))?(?:\\?[$€£¥] ?(?P<inner>[-−])?)?"  # noqa: RUF001 - minus signs as written
    r"(?P<digits>\d{1,3}(?:,\d{2,3}){0,12},\d{3}(?!\d)(?:\.\d++)?|\d++(?:\.\d++)?|\.\d++)"
    r"(?:[eE](?P<exponent>[-+]?\d{1,3})(?!\w))?"
    r"(?: ?/ ?(?P<denominator>\d++)(?!/|\.\d))?"
)
# The characters with which a number or an announcement can begin. To look for one of them first is several times faster
# than to try the whole pattern at every position.
_NUMBER_BEGINS = re.compile(r"[-+−–\\$€£¥.\d]")  # noqa: RUF001 - minus signs as written
_ANNOUNCED_BEGINS = re.compile(r"[aArR\\#]")
_ANNOUNCED = re.compile(
    r"\b(?:answer|antwort|réponse|respuesta)"
    r"(?:[\s*_]{0,4}(?:(?:is|was|ist|lautet|est|es)\b|[:=])| to [^.\n]{0,80}? is\b)"
    r"|\\boxed\{"
    r"|(?P<direct>####|^A:)",  # headings also begin with ####, so there the number must follow at once
    re.IGNORECASE | re.MULTILINE,
)
_FRACTION = re.compile(r"\\[dt]?frac\{([-+]?\d++)\}\{(\d++)\}")
_GROUP_SPACE = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_SENTENCE_END = re.compile(r"[.!?]\s")
_EQUALS = re.compile(r"[\s\d.,$€£¥%+\-−*/×÷xX()^{}\\]*+=[\s$\\]{0,4}")  # noqa: RUF001 - signs as models write them
_GAP = re.compile(r"[^\w\n.+−-]*+")  # noqa: RUF001 - the sign belongs to the number


@dataclass(frozen=True)
class Number:
    """A number as written and as numerator over denominator."""

    written: str
    numerator: Decimal
    denominator: Decimal = Decimal(1)

    def equals(self, other: Number) -> bool:
        """Numeric equality, exact for any length."""
        if self.denominator == other.denominator:
            return self.numerator == other.numerator
        parts = (self.numerator, self.denominator, other.numerator, other.denominator)
        exact = Context(prec=sum(len(p.as_tuple().digits) for p in parts) + 10)
        left = exact.multiply(self.numerator, other.denominator)
        return left == exact.multiply(other.numerator, self.denominator)


@dataclass(frozen=True)
class Numeric(Versioned):
    """The announced number must equal the target's. Without one the last number counts, but is not final."""

    name: str = "numeric"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed when the text or the target holds no number."""
        target = last_number(item.target)
        plain = _plain(text)
        announced = announced_number(plain)
        found = announced or last_number(plain)
        if found is None or target is None:
            return unparsed()
        return right_or_wrong(is_correct=found.equals(target), answer=found.written, is_final=announced is not None)


def last_number(text: str) -> Number | None:
    """The last number of a text, e.g. 18 in ``"so 9 * 2 = 18."``."""
    numbers = (_number(match) for match in reversed(list(_matches(_NUMBER, _NUMBER_BEGINS, text))))
    return next((number for number in numbers if number is not None), None)


def _matches(pattern: re.Pattern[str], begins: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What ``pattern.finditer`` yields, if each of its matches begins with a match of ``begins``."""
    position = 0
    while beginning := begins.search(text, position):
        match = pattern.match(text, beginning.start())
        position = match.end() if match else beginning.end()
        if match:
            yield match


def announced_number(text: str) -> Number | None:
    """The number of the last announcement that has one, e.g. 18 in ``"The answer is $18. Check: 9 * 2"``."""
    for head in reversed(list(_matches(_ANNOUNCED, _ANNOUNCED_BEGINS, text))):
        match = _first(text, head.end(), is_direct=head["direct"] is not None)
        if match and (number := _number(match)):
            return number
    return None


def _first(text: str, start: int, *, is_direct: bool) -> re.Match[str] | None:
    """The first number of the sentence from ``start``. Where it begins a sum ("5 + 3 = 8"), the result of the sum.

    The number must begin within the region. It is read from the whole text, so that its end is not cut off.
    """
    region = text[start : start + _REGION]
    start += len(region) - len(region.lstrip())
    sentence = _SENTENCE_END.split(region.lstrip().partition("\n")[0], maxsplit=1)[0]
    if is_direct:
        gap = _GAP.match(sentence)
        return _NUMBER.match(text, start + (gap.end() if gap else 0))
    found = _NUMBER.search(sentence)
    match = _NUMBER.match(text, start + found.start()) if found else None
    while match and (equals := _EQUALS.match(text, match.end(), start + len(sentence))):
        result = _NUMBER.match(text, equals.end())
        if result is None:
            break
        match = result
    return match


def _plain(text: str) -> str:
    """The text with TeX's fractions written as "1/2", and without the marks and narrow spaces between digit groups."""
    if "\\" in text or "{" in text:
        text = _FRACTION.sub(r"\1/\2", text.replace("{,}", ",").replace(",\\!", ","))
    return text if text.isascii() else _GROUP_SPACE.sub("", text)


def _number(match: re.Match[str]) -> Number | None:
    """The match as a number; None for a zero denominator."""
    is_negative = (match["sign"] or "+") in "-−–" or match["inner"] is not None  # noqa: RUF001 - minus signs
    sign = "-" if is_negative else ""
    numerator = Decimal(f"{sign}{match['digits'].replace(',', '')}e{match['exponent'] or 0}")
    denominator = Decimal(match["denominator"] or 1)
    return Number(match[0].strip(), numerator, denominator) if denominator else None
