"""Multiple choice: our own chain, the rules of others for MMLU and MMLU-Pro, and letters recorded by someone else.

Citation of the rule for MMLU's generated answers: openai/simple-evals, common.py and mmlu_eval.py, without its other
languages. Citation of the MMLU-Pro authors' rules: Wang et al. 2024, arXiv 2406.01574; their random guess for an
unparsed answer is left out, because ``UnparsedRule`` decides what such an answer is worth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, judged, unparsed

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DEFAULT_LETTERS = 10  # A to J, when the item does not carry its options

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
_AFTER_OPTION = re.compile(r"\w|[.,]\d")  # "5" is not the announced option in "5.5"
_ANSWER_PREFIX = re.compile(r"\s*+A:\s*+(?=\S)")  # the few-shot "A:" of an answer, not the letter A

# What simple-evals removes before it looks, in its order.
_MARKUP = (
    "**", "$\\boxed{", "}$", "\\$", "$\\text{", "$", "\\mathrm{", "\\{", "\\text", "\\(", "\\mathbf{", "{", "\\boxed",
)  # fmt: skip
_MMLU_RULE = re.compile(r"Answer[ \t]*+:[ \t]*+([A-D])", re.IGNORECASE)

_FIRST_RULE = re.compile(r"answer is \(?([A-J])\)?")
_SECOND_RULE = re.compile(r"[aA]nswer:(?=\s*+([A-J]))")
_THIRD_RULE = re.compile(r"\b[A-J]\b")


@dataclass(frozen=True)
class Choice(Versioned):
    """The announced letter or option, else a text that opens with one, else the last clear letter (not final).

    In the fall-back a letter counts in parentheses, in bold, after "option" or "choice", at a line's start with
    a stop or bracket, or at a line's end. "A" inside a sentence is an article and "I" outside brackets a pronoun.
    A text that names two letters at once ("A or B") has not chosen: unparsed.
    """

    name: str = "choice"

    def score(self, item: Item, text: str) -> Verdict:
        """Compare letters; a target that is an option's text stands for its letter."""
        letter, is_final = _chosen(item.choices, text)
        if letter is None:
            return unparsed()
        return judged(is_correct=letter == target_letter(item), answer=letter, is_final=is_final)


@dataclass(frozen=True)
class AuthorsRule(Versioned):
    """The first ``steps`` (1 to 3) of the MMLU-Pro authors' chain; the third, the last letter, is not final."""

    name: str = "mmlu_pro_first"
    steps: int = 1

    def score(self, item: Item, text: str) -> Verdict:
        """Letters outside the item's options count as found, as with the authors."""
        rules = (first_rule, second_rule, third_rule)[: self.steps]
        for index, rule in enumerate(rules):
            letter = rule(text)
            if letter is not None:
                return judged(is_correct=letter == item.target, answer=letter, is_final=index < 2)
        return unparsed()


@dataclass(frozen=True)
class MmluAnswer(Versioned):
    """The first "Answer: X" after mark-up is removed. A small letter is found as well, and is no right answer."""

    name: str = "mmlu_answer"

    def score(self, item: Item, text: str) -> Verdict:
        """Letters A to D, whatever the item's options."""
        for mark in _MARKUP:
            text = text.replace(mark, "")
        match = _MMLU_RULE.search(text)
        return judged(is_correct=match[1] == item.target, answer=match[1]) if match else unparsed()


@dataclass(frozen=True)
class Letter(Versioned):
    """A letter that was already extracted by whoever recorded the answers: the whole text is one of A to J."""

    name: str = "letter"

    def score(self, item: Item, text: str) -> Verdict:
        """Anything but a single letter is unparsed."""
        letter = text.strip()
        if len(letter) != 1 or letter not in LETTERS[:_DEFAULT_LETTERS]:
            return unparsed()
        return judged(is_correct=letter == item.target, answer=letter)


def target_letter(item: Item) -> str:
    """The letter of the right option; ``item.target`` itself unless it is the text of an option."""
    if item.target not in _letters(item.choices) and item.target in item.choices:
        return LETTERS[item.choices.index(item.target)]
    return item.target


def first_rule(text: str) -> str | None:
    """The first "answer is (X)"."""
    match = _FIRST_RULE.search(text)
    return match[1] if match else None


def second_rule(text: str) -> str | None:
    r"""The last "Answer: X" of the first line that has one: what ``.*[aA]nswer:\s*([A-J])`` finds, in linear time."""
    found = None
    line_end = -1
    for match in _SECOND_RULE.finditer(text):
        if found is None:
            line_end = text.find("\n", match.start())
        elif 0 <= line_end < match.start():
            break
        found = match[1]
    return found


def third_rule(text: str) -> str | None:
    """The last letter that stands alone."""
    return next((match[0] for match in reversed(list(_THIRD_RULE.finditer(text)))), None)


@dataclass(frozen=True)
class _Patterns:
    """Patterns for one number of options."""

    announced: re.Pattern[str]
    second: re.Pattern[str]
    alone: re.Pattern[str]
    opening: re.Pattern[str]
    line_start: re.Pattern[str]
    fallback: re.Pattern[str]


@cache
def _patterns(letters: str) -> _Patterns:
    """Compile once per number of options; every repeat is bounded or possessive."""
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
    return LETTERS[: len(choices) or _DEFAULT_LETTERS]


def _chosen(choices: tuple[str, ...], text: str) -> tuple[str | None, bool]:
    """The letter that a text chose (None: none or several) and whether it stood where an answer stands."""
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
    """All announcements; plain text is looked through from the first word that can begin one, which is fast to find."""
    begin = 0
    if text.isascii():  # else lower case may be longer
        lowered = text.lower()
        begin = min((at for head in _ASCII_HEADS if (at := lowered.find(head)) >= 0), default=len(text))
    return list(_HEAD.finditer(text, begin))


def _announced(choices: tuple[str, ...], text: str, patterns: _Patterns) -> Iterator[str]:
    """Announced letters from the last to the first; the empty string where two are named at once."""
    options = sorted(((o.casefold(), i) for i, o in enumerate(choices[:26]) if o not in LETTERS), reverse=True)
    width = max((len(option) for option, _ in options), default=0) + 8
    for head in reversed(_heads(text)):
        gap = _GAP.match(text, head.end())
        start = gap.end() if gap else head.end()
        region = text[start : start + width].casefold()
        for option, index in options:  # an option may begin with a letter of its own: "C. elegans", "A tax"
            if region.startswith(option) and not _AFTER_OPTION.match(region, len(option)):
                yield LETTERS[index]
        if match := patterns.announced.match(text, start):
            yield "" if patterns.second.match(text, match.end()) else (match[1] or match[2]).upper()


def _option_alone(choices: tuple[str, ...], text: str) -> str | None:
    """The letter of the option whose text is the whole answer, or its first line."""
    said = {_folded(text), _folded(text.strip().partition("\n")[0])}
    return next((LETTERS[i] for i, option in enumerate(choices[:26]) if _folded(option) in said - {""}), None)


def _folded(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()
