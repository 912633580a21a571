# ruff: noqa: RUF001 - typographic characters are what is tested
import json
import random
import re
from re import _constants as opcodes
from re import _parser as parser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.answers import fences
from tasks.domain import Item, Outcome
from tasks.scorers import (
    SCORERS,
    announcements,
    bbh,
    choice,
    choice_patterns,
    exact,
    exact_answer,
    found_code,
    gsm8k,
    instruction_checks,
    json_answers,
    letter_forms,
    mmlu,
    numeric,
    parsed_code,
    sentences,
    spans,
    token_f1,
    written_numbers,
)
from tasks.scorers.instruction_checks import CHECKS
from tests.support.sizes import at_every_size, replications

PIECES = [
    "answer is ", "Answer: ", "A:", "\\boxed{", "\\frac{", "####", "(B)", "A", "I", "j)", "1,234", "-5", ".5", "1e9",
    "2/0", "3/4", "=", "Output:", "```", "`", "\n", " ", "I cannot ", "help", "as an ai ", "sorry", "’", '"', "alpha",
    "Answer:", "the ", "[", "]", "{", '{"a":', "- ", "1. ", "...", ", ", " | ", "[Title]\n", "«", "\n\n", "```json\n",
    "\x00", "\ud800", "\udfff", "\u202e", "٣", "شكرا", "½", "²", "𝟙", "9" * 5_000,
]  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.text(st.characters(codec=None), max_size=200),
)
VALUES = {
    Outcome.CORRECT: {1.0},
    Outcome.INCORRECT: {0.0},
    Outcome.UNPARSED: {None},
    Outcome.JUDGE_ERROR: {None},
    Outcome.NOT_RUN: {None},
}
PARAMETERS = {"keywords": ["a", "b."], "keyword": "a", "forbidden_words": ["b", "."], "letter": "#", "language": "en",
    "first_word": "a", "postscript_marker": "P.S.", "section_spliter": "a", "prompt_to_repeat": "a", "end_phrase": "a",
    "text": "a", "keys": ["a", "b"]}  # fmt: skip
EVERY_KIND = [
    {"kind": kind, **{name: PARAMETERS.get(name, "at least" if "relation" in name else 2) for name in check.parameters}}
    for kind, check in CHECKS.items()
]
TARGETS = [
    "A",
    "18",
    "alpha",
    "1/3",
    "",
    "a\nb",
    "alpha | 18 beta",
    " | ",
    "[" * 70_000,
    '[["alpha"], ["18", "beta"]]',
    '["alpha", 1, null]',
    "[]",
    json.dumps(EVERY_KIND),
]


def is_consistent(verdict):
    if verdict.outcome is Outcome.PARTIAL:
        return 0.0 < verdict.value < 1.0
    return verdict.value in VALUES[verdict.outcome]


@at_every_size
@pytest.mark.parametrize("name", SCORERS)
@settings(max_examples=replications(500))
@given(text=TEXTS, target=st.sampled_from(TARGETS))
def test_no_text_crashes_a_scorer_and_value_and_outcome_agree(name, text, target):
    item = Item("i", "q", target, "c", "s", ("alpha", "beta", "18"))
    verdict = SCORERS[name].score(item, text)
    assert is_consistent(verdict)
    assert (verdict.answer is None) == (verdict.value is None)
    assert len((verdict.answer or "").encode()) <= 2_000  # encodable: no lone surrogate reaches a table
    assert SCORERS[name].score(item, text) == verdict


UNITS = [*PIECES, "A \t ", "answer to a ", "1 = ", "kann nicht ", "i must point out term "]
REPETITIONS = [(name, unit) for name in SCORERS for unit in UNITS]


@at_every_size
@pytest.mark.parametrize(("name", "unit"), random.Random(0).sample(REPETITIONS, replications(len(REPETITIONS))))
def test_long_repetitions_of_anything_are_scored(name, unit):
    target = json.dumps(EVERY_KIND) if name.startswith("instructions") else "18"
    verdict = SCORERS[name].score(Item("i", "q", target, "c", "s", ("x", "y")), (unit * 65_536)[:65_536])
    assert is_consistent(verdict)


READERS = (
    numeric, choice, mmlu, exact, exact_answer, token_f1, instruction_checks, sentences, bbh, gsm8k, spans, found_code,
    parsed_code, fences, announcements, choice_patterns, json_answers, letter_forms, written_numbers,
)  # fmt: skip


def patterns():
    """Every compiled pattern of the scorers that read a whole text, by name."""
    found = {f"{m.__name__}.{k}": v for m in READERS for k, v in vars(m).items()}
    letters = choice_patterns.choice_patterns("ABCDEFGHIJ")
    found |= {f"letters.{field}": getattr(letters, field) for field in letters.__dataclass_fields__}
    found |= {f"{name}[0]": value[0] for name, value in found.items() if isinstance(value, tuple) and value}
    return {name: pattern for name, pattern in found.items() if isinstance(pattern, re.Pattern)}


def repeats(tree, inside=()):
    """Yield the nested (operation, upper bound) of every repeat in a parsed expression."""
    for operation, argument in tree:
        if operation in {opcodes.MAX_REPEAT, opcodes.MIN_REPEAT, opcodes.POSSESSIVE_REPEAT}:
            here = (*inside, (operation, argument[1]))
            yield here
            yield from repeats(argument[2], here)
        elif operation is opcodes.SUBPATTERN:
            yield from repeats(argument[3], inside)
        elif operation is opcodes.BRANCH:
            for branch in argument[1]:
                yield from repeats(branch, inside)
        elif operation in {opcodes.ASSERT, opcodes.ASSERT_NOT}:
            yield from repeats(argument[1], inside)


@pytest.mark.parametrize("name", patterns())
def test_unbounded_repeats_never_backtrack(name):
    pattern = patterns()[name]
    for nested in repeats(parser.parse(pattern.pattern, pattern.flags)):
        operation, upper = nested[-1]
        assert operation is opcodes.POSSESSIVE_REPEAT or upper is not opcodes.MAXREPEAT, pattern.pattern


def test_the_check_of_repeats_sees_a_quadratic_pattern():
    found = list(repeats(parser.parse(r"(?:.*[aA]nswer:\s*)?([A-J])")))
    assert any(nested[-1] == (opcodes.MAX_REPEAT, opcodes.MAXREPEAT) for nested in found)
