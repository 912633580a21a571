"""Checks of verifiable instructions, one for each kind: the 25 of IFEval and a few of our own. Knows no benchmark.

Citation: Zhou et al. 2023, "Instruction-Following Evaluation for Large Language Models", arXiv 2311.07911: kinds,
parameters and what each check accepts follow the authors' evaluation; kinds under ``form:`` are ours. In two places we
check what the instruction plainly says instead. Where it names a mark as the letter, the authors' code draws a random
letter. To count sentences, their code needs a model that must be downloaded. The time of every check grows linearly
with the text.

Tested in tests/tasks/scorers/test_instructions.py.
"""

from __future__ import annotations

import json
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from tasks.scorers.sentences import count_sentences

Instruction = Mapping[str, Any]

_DEEPEST = 50  # brackets within brackets: the JSON parser recurses, and no instruction needs more
_RELATIONS: Mapping[str, Callable[[int, int], bool]] = {
    "at least": operator.ge,
    "less than": operator.lt,
    "at most": operator.le,  # this and the next are ours
    "exactly": operator.eq,
}
_ALLOWED_ANSWERS = ("My answer is yes.", "My answer is no.", "My answer is maybe.")

_WORD = re.compile(r"\w++")
_DIVIDER = re.compile(r"\s?\*\*\*\s?")
_HIGHLIGHT = re.compile(r"\*[^\n*]*+\*")
_BOLD = re.compile(r"\*\*[^\n*]*+\*\*")
_FENCE = re.compile(r"\A```(?:json|Json|JSON)?|```\Z")
_FIRST_WORD_END = re.compile(r"[.,?!'\"]")
_POSTSCRIPTS = {"P.P.S": re.compile(r"p\.\s?p\.\s?s"), "P.S.": re.compile(r"p\.\s?s\.")}
_TOKEN_END = re.compile(r"[\s,;:@#$%&?!\"()\[\]{}<>]|--|\.\.\.")
_CONTRACTION = re.compile(r"[^']('(?:S|M|D|LL|RE|VE)|N'T)$|^(?:CANNOT|GIMME|GONNA|GOTTA|LEMME|WANNA)$")
_NUMBERED = re.compile(r"^[ \t]{0,8}+(\d{1,4})[.)][ \t]++\S", re.MULTILINE)


@dataclass(frozen=True)
class Check:
    """How a text is checked, and the parameters that an instruction of this kind must have."""

    holds: Callable[[str, Instruction], bool]
    parameters: tuple[str, ...] = ()


@lru_cache(maxsize=4_096)
def instructions_of(target: str) -> tuple[Instruction, ...]:
    """The instructions in a target; empty unless it is a JSON list of known kinds, each with its parameters."""
    found = parsed_json(target)
    is_readable = isinstance(found, list) and all(isinstance(one, dict) and is_complete(one) for one in found)
    return tuple(found) if is_readable else ()


def is_complete(instruction: Instruction) -> bool:
    """True for a known kind with exactly its parameters, each of its type."""
    kind = instruction.get("kind")
    check = CHECKS.get(kind) if isinstance(kind, str) else None
    return (
        check is not None
        and instruction.keys() == {"kind", *check.parameters}
        and all(_TYPES[name](instruction[name]) for name in check.parameters)
    )


def holds(instruction: Instruction, text: str) -> bool:
    """True if the text follows one instruction."""
    return CHECKS[instruction["kind"]].holds(text, instruction)


def parsed_json(text: str) -> Any:
    """The value of a JSON text, long numbers and fractions kept as text. None if it is not JSON or over 50 deep."""
    try:
        return json.loads(text, parse_int=_number, parse_float=str) if depth(text) <= _DEEPEST else None
    except ValueError:
        return None


def depth(text: str) -> int:
    """The largest number of brackets that are open at once. Brackets in strings count too."""
    deepest = level = 0
    for mark in re.findall(r"[\[\]{}]", text):
        level += 1 if mark in "[{" else -1
        deepest = max(deepest, level)
    return deepest


@cache
def _languages() -> Any:
    """The detector's profiles, read once. We keep a copy of our own, because other code could set the shared seed."""
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory  # noqa: PLC0415 - takes 0.3 s, and few runs need it

    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    factory.seed = 0  # it samples; equal texts must get equal verdicts
    return factory


def is_language(text: str, code: str) -> bool:
    """True if the text is in the language, or if no language can be told, as for digits and marks alone."""
    from langdetect import LangDetectException  # noqa: PLC0415 - see above

    detector = _languages().create()
    detector.append(text)
    try:
        return bool(detector.detect() == code)
    except LangDetectException:
        return True


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= 9 else digits  # ``int()`` refuses more than 4,300 digits


def _is_json(text: str) -> bool:
    bare = _FENCE.sub("", text.strip()).strip()
    return parsed_json(bare) is not None or bare == "null"


def _has_keywords(text: str, words: Iterable[Any]) -> bool:
    lowered = text.lower()
    return all(str(word).lower() in lowered for word in words)


def _has_word(text: str, words: Iterable[Any]) -> bool:
    return any(re.search(rf"\b{re.escape(str(word))}\b", text, re.IGNORECASE) for word in words)


def _count_paragraphs(text: str) -> int | None:
    """The number of paragraphs between dividers; None if two dividers have nothing between them."""
    paragraphs = [paragraph.strip() for paragraph in _DIVIDER.split(text)]
    return sum(map(bool, paragraphs)) if all(paragraphs[1:-1]) else None


def _has_first_word(text: str, c: Instruction) -> bool:
    """True if the text has the stated number of paragraphs, between blank lines, and the n-th begins with the word."""
    paragraphs = text.split("\n\n")
    count = sum(bool(paragraph.strip()) for paragraph in paragraphs)
    if not 1 <= c["nth_paragraph"] <= count:
        return False
    paragraph = paragraphs[c["nth_paragraph"] - 1].split()
    word = _FIRST_WORD_END.split(paragraph[0].lstrip("'").lstrip('"'), maxsplit=1)[0] if paragraph else ""
    return bool(count == c["num_paragraphs"] and word.lower() == c["first_word"].lower() and paragraph)


def _count_placeholders(text: str) -> int:
    """The number of pairs of square brackets on one line, each from an opening one to the next closing one."""
    count = 0
    for line in text.split("\n"):
        end = 0
        while (start := line.find("[", end)) >= 0 and (end := line.find("]", start) + 1) > 0:
            count += 1
    return count


def _has_postscript(text: str, marker: str) -> bool:
    pattern = _POSTSCRIPTS.get(marker)
    return pattern.search(text.lower()) is not None if pattern else marker.lower() in text.lower()


def _count_bullets(text: str) -> int:
    lines = [line.lstrip() for line in text.split("\n")]
    return sum(line.startswith(("*", "-")) and not line.startswith("**") for line in lines)


def _count_highlights(text: str) -> int:
    marked = [*_HIGHLIGHT.findall(text), *(bold[2:-2] for bold in _BOLD.findall(text))]
    return sum(bool(one.strip("*").strip()) for one in marked)


def _has_sections(text: str, c: Instruction) -> bool:
    return bool(len(re.findall(rf"{re.escape(c['section_spliter'])}\s?\d", text)) >= c["num_sections"])


def _has_title(text: str) -> bool:
    """True if a line holds ``<<title>>``."""
    for line in text.split("\n"):
        start, end = line.find("<<"), line.rfind(">>")
        if start >= 0 and start + 2 < end and line[start:end].lstrip("<").rstrip(">").strip():
            return True
    return False


def _has_two_responses(text: str) -> bool:
    parts = [part.strip() for part in text.split("******")]
    return all(parts[1:-1]) and len(set(filled := list(filter(None, parts)))) == len(filled) == 2


def _count_capital_words(text: str) -> int:
    """The number of words in capitals, as a treebank tokenizer divides them: DON'T and IT'S are two words each."""
    tokens = [token for token in _TOKEN_END.split(text) if token and token.isupper()]
    return len(tokens) + sum(_CONTRACTION.search(token) is not None for token in tokens)


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] == '"'


def _count_lines(text: str) -> int:
    return sum(any(map(str.isalnum, line)) for line in text.split("\n"))


def _count_numbered(text: str) -> int:
    """The number of lines numbered 1, 2, 3 and so on; 0 if a number is out of order."""
    numbers = [int(number) for number in _NUMBERED.findall(text)]
    return len(numbers) if numbers == list(range(1, len(numbers) + 1)) else 0


def _has_keys(text: str, keys: Iterable[Any]) -> bool:
    value = parsed_json(_FENCE.sub("", text.strip()).strip())
    return isinstance(value, dict) and value.keys() == set(map(str, keys))


def _counted(count: Callable[[str, Instruction], int], number: str, relation: str = "relation") -> Check:
    """A check that compares a count by the instruction's relation."""
    return Check(lambda text, c: _RELATIONS[c[relation]](count(text, c), c[number]), (number, relation))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


_COUNTS = (
    *("num_sentences", "num_words", "num_paragraphs", "nth_paragraph", "num_placeholders", "num_bullets"),
    *("num_highlights", "num_sections", "frequency", "let_frequency", "capital_frequency", "num_lines"),
)
_TEXTS = (
    *("keyword", "letter", "language", "first_word", "postscript_marker", "section_spliter", "prompt_to_repeat"),
    *("end_phrase", "text"),
)
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(_COUNTS, _is_count),
    **dict.fromkeys(_TEXTS, _is_text),
    **dict.fromkeys(("keywords", "forbidden_words", "keys"), _is_list),
    **dict.fromkeys(
        ("relation", "let_relation", "capital_relation"), lambda value: _is_text(value) and value in _RELATIONS
    ),
}

CHECKS: dict[str, Check] = {
    "keywords:existence": Check(lambda text, c: _has_keywords(text, c["keywords"]), ("keywords",)),
    "keywords:frequency": Check(
        lambda text, c: _RELATIONS[c["relation"]](text.lower().count(c["keyword"].strip().lower()), c["frequency"]),
        ("keyword", "frequency", "relation"),
    ),
    "keywords:forbidden_words": Check(lambda text, c: not _has_word(text, c["forbidden_words"]), ("forbidden_words",)),
    "keywords:letter_frequency": Check(
        lambda text, c: _RELATIONS[c["let_relation"]](Counter(text.lower())[c["letter"].lower()], c["let_frequency"]),
        ("letter", "let_frequency", "let_relation"),
    ),
    "language:response_language": Check(lambda text, c: is_language(text, c["language"]), ("language",)),
    "length_constraints:number_sentences": _counted(lambda text, _: count_sentences(text), "num_sentences"),
    "length_constraints:number_paragraphs": Check(
        lambda text, c: _count_paragraphs(text) == c["num_paragraphs"], ("num_paragraphs",)
    ),
    "length_constraints:number_words": _counted(lambda text, _: len(_WORD.findall(text)), "num_words"),
    "length_constraints:nth_paragraph_first_word": Check(
        _has_first_word, ("num_paragraphs", "nth_paragraph", "first_word")
    ),
    "detectable_content:number_placeholders": Check(
        lambda text, c: _count_placeholders(text) >= c["num_placeholders"], ("num_placeholders",)
    ),
    "detectable_content:postscript": Check(
        lambda text, c: _has_postscript(text, c["postscript_marker"].strip()), ("postscript_marker",)
    ),
    "detectable_format:number_bullet_lists": Check(
        lambda text, c: _count_bullets(text) == c["num_bullets"], ("num_bullets",)
    ),
    "detectable_format:constrained_response": Check(lambda text, _: any(one in text for one in _ALLOWED_ANSWERS)),
    "detectable_format:number_highlighted_sections": Check(
        lambda text, c: _count_highlights(text) >= c["num_highlights"], ("num_highlights",)
    ),
    "detectable_format:multiple_sections": Check(_has_sections, ("section_spliter", "num_sections")),
    "detectable_format:json_format": Check(lambda text, _: _is_json(text)),
    "detectable_format:title": Check(lambda text, _: _has_title(text)),
    "combination:two_responses": Check(lambda text, _: _has_two_responses(text)),
    "combination:repeat_prompt": Check(
        lambda text, c: text.strip().lower().startswith(c["prompt_to_repeat"].strip().lower()), ("prompt_to_repeat",)
    ),
    "startend:end_checker": Check(
        lambda text, c: text.strip().strip('"').lower().endswith(c["end_phrase"].strip().lower()), ("end_phrase",)
    ),
    "startend:quotation": Check(lambda text, _: _is_quoted(text.strip())),
    "change_case:capital_word_frequency": _counted(
        lambda text, _: _count_capital_words(text), "capital_frequency", "capital_relation"
    ),
    "change_case:english_capital": Check(lambda text, _: text.isupper() and is_language(text, "en")),
    "change_case:english_lowercase": Check(lambda text, _: text.islower() and is_language(text, "en")),
    "punctuation:no_comma": Check(lambda text, _: "," not in text),
    # Our own kinds.
    "form:number_lines": _counted(lambda text, _: _count_lines(text), "num_lines"),
    "form:numbered_list": _counted(lambda text, _: _count_numbered(text), "num_lines"),
    "form:json_keys": Check(lambda text, c: _has_keys(text, c["keys"]), ("keys",)),
    "form:first_words": Check(lambda text, c: text.strip().lower().startswith(c["text"].lower()), ("text",)),
    "form:lower_case": Check(lambda text, _: text.islower()),
    "form:upper_case": Check(lambda text, _: text.isupper()),
    "form:no_digits": Check(lambda text, _: not any(map(str.isdigit, text))),
}
