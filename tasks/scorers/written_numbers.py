# ruff: noqa: RUF001 - signs as models write them
r"""Numbers as they are written: ``1{,}234``, ``3\frac{1}{2}``, ``1.2 \times 10^3``, ``2,5 Mio.``, ``4½``, "twenty-one".

A window of text is first made plain (TeX, signs, scripts, words), then its numbers are read. Which of "," and "." marks
the decimals of "1.234" is told by other numbers of the text, else by its language. A number that can be read in two
ways is None. Every pattern takes linear time. ``int()`` refuses more than 4,300 digits, so numbers are ``Decimal``.

Tested in tests/tasks/scorers/test_number_forms.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal

from text_to_num import alpha2digit

SPOKEN = ("en", "de", "fr", "es", "it", "pt", "nl")  # languages whose number words are read
_POINT_GROUPS = {"de", "fr", "es", "it", "pt", "nl", "tr", "id", "vi"}  # in which "1.234" is 1234

_CURRENCY = r"\\?[$€£¥₹₩₽₺₫฿₴₦₱¢]"
_MAGNITUDES: dict[str, int] = {
    r"hundred|hundert|百|백": 2,
    r"thousand|tausend|mille|mila?|duizend|тыс(?:яч[аи]?|\.)|千|천|ألف": 3,
    r"lakhs?": 5,
    r"millions?|millionen|mio\.?|mln\.?|millones|millón|milioni|milione|milhões|milhão|miljoen|млн\.?"
    r"|миллион\w{0,3}|مليون": 6,
    r"crores?": 7,
    r"billions?|bn\.?|milliarden?|mrd\.?|milliards?|miliardi|miliardo|bilhões|bilhão|miljard|млрд\.?"
    r"|миллиард\w{0,3}|مليار": 9,
    r"trillions?|tn": 12,
    r"万|萬|만": 4,
    r"亿|億|억": 8,
}
_ATTACHED = {"k": 3, "K": 3, "M": 6, "mn": 6, "bn": 9, "B": 9, "tn": 12}  # at once behind the digits: "3k"
_MAGNITUDE = re.compile(
    rf"(?:{'|'.join(f'(?P<m{i}>{words})' for i, words in enumerate(_MAGNITUDES))})(?![A-Za-zà-ɏа-я])", re.IGNORECASE
)
_NUMBER = re.compile(
    rf"(?:(?P<sign>(?<![\w)\]}}%])[-+]) ?)?(?:{_CURRENCY} ?(?P<inner>-)?)?"
    r"(?P<digits>(?:\d++|(?<!\d)(?=\.\d))(?:[.,]\d++)*+)"
    r"(?:[eE](?P<exponent>[-+]?\d{1,3})(?!\w))?"
    r"(?: (?P<numerator>\d{1,9}+)(?= ?/ ?\d))?(?: ?/ ?(?P<denominator>\d++)(?!/|\.\d))?"
    r"(?P<clock>(?: ?: ?\d++)++)?"
    r"(?P<attached>(?:mn|bn|tn|[kKMB])(?![A-Za-z]))?"
    r"(?P<percent> ?\\?%| percent\b| per cent\b| Prozent\b| pour ?cent\b| por ciento\b)?"
)
_BEGINS = re.compile(r"[-+\\$€£¥₹₩₽₺₫฿₴₦₱¢.\d]")  # with which a number can begin; to look for one first is faster
_BEHIND = re.compile(r" ?(?:of a )?")

# From TeX to plain signs.
_TEX_SPACE = re.compile(r"(?<=\d)(?:\\[,;:!> ]|\{,\}\\?!?|,\\!|~(?=\d{3}(?!\d))|\\thinspace ?|\\ )(?=\d)")
_TEX_FRACTION = re.compile(
    r"(\d)? ?\\[dtc]?frac ?(?:\{ ?([-+]?[\d.,]{1,40}) ?\}|([\d])) ?(?:\{ ?([\d.,]{1,40}) ?\}|(\d))"
)
_TEX_OVER = re.compile(r"\{? ?(\d{1,40}) ?\\over ?(\d{1,40}) ?\}?")
_TEX_SIGNS = re.compile(
    r"\\(?:left|right|displaystyle|mathbf|mathrm|text|textbf|mbox|bf|rm|quad|qquad)\b ?|\\[()\[\]]|\\ "
)
_TEX_SYMBOLS = {
    "times": "*", "cdot": "*", "div": "/", "leq": "≤", "geq": "≥", "le": "≤", "ge": "≥", "pm": "±", "approx": "≈"
}  # fmt: skip
_TEX_SYMBOL = re.compile(rf"\\({'|'.join(_TEX_SYMBOLS)})(?![A-Za-z]) ?")
_TEX_BRACES = str.maketrans("", "", "{}")
_TIMES = re.compile(r"(?<=\d) ?(?:\\times|\\cdot|[×·*xX]) ?10 ?(?:\^|\*\*) ?\{? ?\(?([-+]?\d{1,3})\)? ?\}?")
_POWER = re.compile(r"(?<![\w.,)])(\d{1,9}) ?(?:\^|\*\*) ?\{? ?(-?\d{1,3}) ?\}?(?!\d|\.\d)")
_UNIT_POWER = re.compile(r"(?<=[A-Za-z)}\]])\^ ?\{? ?-?\d{1,3} ?\}?|(?<=[A-Za-z}])_ ?(?:\{[^{}]{0,20}\}|\d)")
# From other scripts to plain signs.
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUPERSCRIPT = re.compile("[⁻]?[⁰¹²³⁴-⁹]{1,9}")
_VULGAR = re.compile(r"(\d)? ?([¼-¾⅐-⅞↉])")
_SIGNS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "﹣": "-",
        "－": "-",
        "٫": ".",
        "٬": ",",
        "’": "'",
        "⁄": "/",
        "∶": ":",
        "÷": "/",
    }
)
_GROUPED = re.compile(r"(?<![\d.,/:])[1-9]\d{0,2}(?:(?:[ \u00a0\u2009\u202f']\d{3}){1,8}|(?:_\d{3}){1,8})(?![\d/]| \d)")
_CHINESE = re.compile(r"(?<![\u4e00-\u9fff第])[零〇一二两三四五六七八九十百千万亿]{1,20}(?![定样樣些般起直])")
_MYRIAD = 10_000
_CJK_DIGITS = {
    sign: value
    for value, signs in enumerate(("零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for sign in signs
}
_CJK_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
# From words to digits.
_MINUS = re.compile(r"(?<![\d)] )\b(?:minus|negative|moins|menos|meno|min) (?=[\d$€£])", re.IGNORECASE)
_AND_FRACTION = re.compile(r"(?<=\d) (?:and|&) (?=\d{1,4} ?/ ?\d)|(?<=\d) (?:and )?(?:a|one) half\b", re.IGNORECASE)
_PARTS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "thirds": 3,
    "quarter": 4,
    "quarters": 4,
    "fourth": 4,
    "fourths": 4,
    "fifth": 5,
    "fifths": 5,
}
_PART = re.compile(
    r"\b(a|an|one|two|three|four|\d)[ -](half|halves|thirds?|quarters?|fourths?|fifths?)\b", re.IGNORECASE
)
_COUNTS = {"a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "four": "4"}
_ENGLISH_WORDS = (
    (re.compile(r"\bhalf a dozen\b", re.IGNORECASE), "6"),
    (re.compile(r"\ba dozen\b", re.IGNORECASE), "12"),
)
_ONE_OF = re.compile(
    r"\b(?:one|eine[rs]?|une?|uno|una|um|uma|een) (?:of|von|der|de|des|di|van)\b|\bno one\b", re.IGNORECASE
)
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th|er|ère|e|º|ª|\.)(?= [a-z])")

_POINT_SEEN = re.compile(r"\d,\d{3}\.\d|(?<![\d.,])\d{1,9}\.(?:\d{1,2}|\d{4,9})(?![\d.,])")
_COMMA_SEEN = re.compile(r"\d\.\d{3},\d|(?<![\d.,])\d{1,9},(?:\d{1,2}|\d{4,9})(?![\d.,])")
_UNCLEAR = re.compile(r"(?<![\d.,])[1-9]\d{0,2}[.,]\d{3}(?![.,]?\d)")
_FOREIGN = re.compile(
    r"\b(?:der|die|das|und|ist|sind|el|los|las|es|son|que|por|le|les|est|il|sono|che|os|são|het|een|zijn)\b"
)
_ENGLISH = re.compile(r"\b(?:the|is|are|of|and|to|so|for|has|in)\b")
_GROUPS = re.compile(r"[1-9]\d{0,2}(?:,\d{2,3}){0,12},\d{3}|[1-9]\d{0,2}(?:\.\d{3}){1,12}")
_INDEX = 250  # greatest exponent of a power that is worked out


@dataclass(frozen=True)
class Number:
    """A number as written and as numerator over denominator. A ratio or time ("3:30") has only ``parts``."""

    written: str
    numerator: Decimal
    denominator: Decimal = Decimal(1)
    parts: tuple[int, ...] = ()
    is_percent: bool = False

    def equals(self, other: Number) -> bool:
        """Numeric equality, exact for any length. A share may be written as percent: 50% equals 50 and 0.5."""
        if self.parts or other.parts:
            return self.parts == other.parts
        hundreds = {Decimal(1), Decimal(100)} if self.is_percent != other.is_percent else {Decimal(1)}
        parts = (self.numerator, self.denominator, other.numerator, other.denominator)
        exact = Context(prec=sum(len(part.as_tuple().digits) for part in parts) + 10)
        left = exact.multiply(self.numerator, other.denominator)
        right = exact.multiply(other.numerator, self.denominator)
        percent, plain = (left, right) if self.is_percent else (right, left)
        return any(percent == exact.multiply(plain, hundred) for hundred in hundreds)


@dataclass(frozen=True, slots=True)
class Found:
    """A number in a plain window and its place there; None for one that can be read in two ways."""

    number: Number | None
    start: int
    end: int


def plain(window: str, language: str = "en") -> str:
    """A window of text with plain digits and signs; with digits for words where it has no digits."""
    if not window.isascii():
        window = _of_other_scripts(window)
    if "\\" in window or "{" in window or "~" in window:
        window = _of_tex(window)
    if "^" in window or "**" in window:
        window = _UNIT_POWER.sub("", _POWER.sub(_worked_out, _TIMES.sub(r"e\1", window)))
    if not any(map(str.isdigit, window)):
        window = _of_words(window, language)
    window = _AND_FRACTION.sub(lambda m: " " if "half" not in m[0].lower() else " 1/2", window)
    return _GROUPED.sub(lambda m: re.sub(r"[^\d]", "", m[0]), _MINUS.sub("-", window))


def numbers(window: str, mark: str = ".") -> Iterator[Found]:
    """The numbers of a plain window. ``mark`` is the sign before decimals where "1.234" and "1,234" are unclear."""
    position = 0
    while beginning := _BEGINS.search(window, position):
        match = _NUMBER.match(window, beginning.start())
        position = end = match.end() if match else beginning.end()
        if not match:
            continue
        behind = _BEHIND.match(window, end)
        power = 0
        if match["attached"]:
            power = _ATTACHED[match["attached"]]
        elif behind and (magnitude := _MAGNITUDE.match(window, behind.end())):
            power, end = _MAGNITUDES_BY_GROUP[str(magnitude.lastgroup)], magnitude.end()
        yield Found(_number(match, mark, power), match.start(), end)


def decimal_mark(window: str, text: str, language: str = "en") -> str:
    """The sign before decimals for a window of a text: told by the text's clear numbers, else by its language."""
    if not _UNCLEAR.search(window):
        return "."
    has_point, has_comma = bool(_POINT_SEEN.search(text)), bool(_COMMA_SEEN.search(text))
    if has_point != has_comma:
        return "." if has_point else ","
    is_foreign = language == "en" and len(_FOREIGN.findall(text)) > len(_ENGLISH.findall(text))
    return "," if is_foreign or language in _POINT_GROUPS else "."


_MAGNITUDES_BY_GROUP = {f"m{i}": power for i, power in enumerate(_MAGNITUDES.values())}


def _number(match: re.Match[str], mark: str, power: int) -> Number | None:
    """The match as a number; None for a zero denominator, or separators that cannot be read."""
    digits = _without_groups(match["digits"], mark)
    if digits is None:
        return None
    sign = "-" if match["sign"] == "-" or match["inner"] else ""
    written = match[0].strip()
    if match["clock"]:
        return Number(written, Decimal(0), parts=tuple(int(part[:18]) for part in re.findall(r"\d+", match[0])))
    value = Decimal(f"{sign}{digits}e{int(match['exponent'] or 0) + power}")
    denominator = Decimal(match["denominator"] or 1)
    if not denominator:
        return None
    is_percent = match["percent"] is not None
    if match["numerator"]:
        part = Decimal(match["numerator"])
        if part >= denominator or not digits.isdigit():
            return None
        exact = Context(prec=2 * len(digits) + 40)
        value = exact.add(exact.multiply(abs(value), denominator), part).copy_sign(Decimal(f"{sign}1"))
    return Number(written, value, denominator, is_percent=is_percent)


def _without_groups(digits: str, mark: str) -> str | None:
    """Digits with a point before the decimals and without separators of groups; None where that cannot be told."""
    parts = re.split("[.,]", digits)
    kinds = {sign for sign in digits if sign in ".,"}
    sign = digits[-len(parts[-1]) - 1] if kinds else ""
    is_grouped = bool(_GROUPS.fullmatch(digits))
    if not kinds or (is_grouped and (len(parts) > 2 or sign != mark)):
        return "".join(parts)
    if len(parts) > 2 and not (len(kinds) == 2 and _GROUPS.fullmatch(digits[: -len(parts[-1]) - 1])):
        return None
    return f"{''.join(parts[:-1])}.{parts[-1]}"


def _of_other_scripts(window: str) -> str:
    window = _VULGAR.sub(_vulgar, window.translate(_SIGNS))
    window = _SUPERSCRIPT.sub(lambda match: f"^{{{match[0].translate(_SUPERSCRIPTS)}}}", window)
    window = unicodedata.normalize("NFKC", window)
    return re.sub(r"(?![0-9])\d", lambda match: str(unicodedata.digit(match[0])), window).translate(_SIGNS)


def _vulgar(match: re.Match[str]) -> str:
    numerator, _, denominator = unicodedata.normalize("NFKC", match[2]).partition("⁄")
    return f"{match[1] or ''} {numerator}/{denominator}" if match[1] else f"{numerator}/{denominator}"


def _of_chinese(match: re.Match[str]) -> str:
    """The digits of a Chinese number: "十八" is 18, "二〇" is 20."""
    if not set(match[0]) & set(_CJK_UNITS):
        return "".join(str(_CJK_DIGITS[sign]) for sign in match[0])
    total = section = digit = 0
    for sign in match[0]:
        unit = _CJK_UNITS.get(sign, 0)
        if not unit:
            digit = _CJK_DIGITS[sign]
        elif unit < _MYRIAD:
            section, digit = section + (digit or 1) * unit, 0
        else:
            total, section, digit = (total + section + digit or 1) * unit, 0, 0
    return str(total + section + digit)


def _of_tex(window: str) -> str:
    window = _TEX_SPACE.sub(lambda m: "," if m[0] == "{,}" else "", window)
    window = _TEX_FRACTION.sub(_fraction, window)
    window = _TEX_OVER.sub(r"\1/\2", window)
    window = _TEX_SYMBOL.sub(lambda m: _TEX_SYMBOLS[m[1]], window)
    return _TEX_SIGNS.sub("", window).translate(_TEX_BRACES).replace("\\$", "$").replace("\\%", "%")


def _fraction(match: re.Match[str]) -> str:
    blank = f"{match[1]} " if match[1] else ""
    return f"{blank}{match[2] or match[3]}/{match[4] or match[5]}"


def _worked_out(match: re.Match[str]) -> str:
    base, index = int(match[1]), int(match[2])
    if base == 10:
        return f"1e{index}"
    if index < 0:
        return f"1/{base ** min(-index, _INDEX)}" if base else match[0]
    return str(base**index) if index <= _INDEX else match[0]


def _of_words(window: str, language: str) -> str:
    """The window with digits for number words; unchanged where the words stand for no number ("one of them")."""
    if _ONE_OF.search(window):
        return window
    for words, digits in _ENGLISH_WORDS if language == "en" else ():
        window = words.sub(digits, window)
    window = _CHINESE.sub(_of_chinese, window)
    window = _PART.sub(lambda m: f"{_COUNTS.get(m[1].lower(), m[1])}/{_PARTS[m[2].lower()]}", window)
    if language in SPOKEN:
        window = alpha2digit(window.encode(errors="replace").decode(), language, threshold=0)
    return _ORDINAL.sub(" ", window)
