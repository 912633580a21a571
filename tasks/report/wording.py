"""Numbers and names as a reader sees them. Knows no frame and no HTML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

DASH = "\u2014"
MINUS = "\u2212"
NO_BREAK = "\u00a0"
NO_REASON = "no reason was recorded"
# Reasons that the warehouse writes as codes, as a reader reads them.
REASON_WORDS = {
    "alignment_axis": "more of it is always better",
    "all_differences_equal": "the same on every item",
    "all_ratios_equal": "the same in every pair",
    "answers_reused": "the answers are those of an earlier night",
    "base_below_chance": "the base scores below chance",
    "base_not_distinguishable_from_0": "the base may be 0",
    "base_not_distinguishable_from_chance": "the base may be at chance",
    "base_not_distinguishable_from_zero": "the base may be 0",
    "base_not_evaluated": "the base was not evaluated",
    "base_not_positive": "the base is not above 0",
    "candidate_costs_nothing": "the candidate costs nothing",
    "denominator_may_be_zero": "the denominator may be 0",
    "few_clusters": "few clusters",
    "fewer_than_100_pairs": "fewer than 100 pairs",
    "fewer_than_four_strengths": "fewer than four strengths",
    "may_not_be_reachable": "this safety may be out of reach",
    "metric_undefined": "undefined on these answers",
    "no_base_model": "no base model is declared",
    "no_common_benchmarks": "every checkpoint lacks a benchmark that most others have",
    "no_interior_optimum": "the curves do not surely turn",
    "no_mean": "no mean can be taken",
    "no_safety_benchmark": "no safety benchmark was asked",
    "no_tax_to_recover": "no tax to recover",
    "no_variation": "the same in every resample",
    "not_reachable": "no variant is that safe",
    "one_checkpoint": "this checkpoint, not the method",
    "one_cluster": "only one cluster",
    "one_item": "only one item",
    "outside_the_tried_strengths": "outside the strengths that were tried",
    "price_unknown": "no price is stated",
    "reference_costs_nothing": "the reference costs nothing",
    "reference_not_distinguishable_from_zero": "the reference may be 0",
    "resamples_do_not_vary": "the same in every resample",
    "some_references_are_shared": "neither one base for all checkpoints nor one for each",
    "tax_not_distinguishable_from_zero": "the tax may be 0",
    "too_few_answers": "too few answers",
    "too_few_right_answers": "too few right answers",
    "usage_unknown": "usage not reported",
}
_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
# Control, format (zero-width, direction) and surrogate characters, line and paragraph separators: they cannot be seen,
# make one name look like another, or break SVG.
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def visible(text: str) -> str:
    """Spell out characters that cannot be seen. Tabs and line ends become a blank.

    >>> visible("a" + chr(0x202E) + "b")
    'a⟨U+202E⟩b'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible_character(character) for character in text)


def _visible_character(character: str) -> str:
    if character in "\t\n\r":
        return " "
    if unicodedata.category(character) in _INVISIBLE:
        return f"\u27e8U+{ord(character):04X}\u27e9"
    return character


def fixed(value: float, digits: int = 1) -> str:
    """A number with a true minus sign. Zero has no sign."""
    text = f"{value:,.{digits}f}"
    is_zero = not text.strip("-0.,")
    return text.lstrip("-") if is_zero else text.replace("-", MINUS)


def points(value: float) -> str:
    """A proportion as points: 0.5625 is 56.2 (half to even)."""
    return fixed(100 * value)


def signed_points(value: float) -> str:
    """A difference of proportions as points, its sign always shown."""
    return _signed(points(value))


def _signed(text: str) -> str:
    return text if text.startswith(MINUS) or not text.strip("0.,") else f"+{text}"


def signed_percent(value: float) -> str:
    """A ratio as a percentage, its sign always shown."""
    return f"{signed_points(value)}%"


def in_words(reason: str) -> str:
    """A reason or the name of a check as words, where the warehouse writes a code.

    >>> in_words("one_cluster"), in_words("outcomes_add_up"), in_words("budget reached")
    ('only one cluster', 'outcomes add up', 'budget reached')
    """
    return REASON_WORDS.get(reason) or (reason.replace("_", " ") if _CODE.fullmatch(reason) else reason)


def dash(reason: str | None) -> str:
    """What stands where a number is missing."""
    return f"{DASH} ({in_words(reason or NO_REASON)})"


def stated(value: float | None, form: Callable[[float], str], reason: str | None = None) -> str:
    """The number, or a dash with the reason."""
    return dash(reason) if value is None else form(value)


def interval(low: float, high: float, form: Callable[[float], str]) -> str:
    """Limits in brackets, never broken over two lines."""
    return f"[{form(low)},{NO_BREAK}{form(high)}]"


def with_interval(
    estimate: float | None,
    low: float | None,
    high: float | None,
    form: Callable[[float], str],
    reason: str | None = None,
) -> str:
    """An estimate with its limits, or with the reason why it has none."""
    if estimate is None:
        return dash(reason)
    if low is None or high is None:
        return f"{form(estimate)} [{dash(reason)}]"
    return f"{form(estimate)}{NO_BREAK}{interval(low, high, form)}"


def probability(value: float) -> str:
    """A p-value with three decimals; smaller ones are only bounded."""
    return "<0.001" if value < 0.001 else fixed(value, 3)


def number(value: float) -> str:
    """A value in a unit of its own."""
    return fixed(value, 2)


def signed_number(value: float) -> str:
    """A difference of such values, its sign always shown."""
    return _signed(number(value))


def whole(value: float) -> str:
    """A count with thousands separated."""
    return fixed(value, 0)


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun.

    >>> counted(1, "family", "families"), counted(1200, "answer")
    ('1 family', '1,200 answers')
    """
    return f"{whole(count)} {one if count == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """Words joined as in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return ", ".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} and {words[-1]}"
