"""Writing jobs: each instruction in the question is checked, and a text can keep all of them."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tasks.benchmarks import BUILTIN
from tasks.benchmarks.instruction_texts import kept, missed
from tasks.benchmarks.instructions import TEMPLATES
from tasks.domain import Item, Outcome
from tasks.scorers import scorer
from tasks.scorers.instruction_checks import CHECKS, instructions_of

INSTRUCTIONS = BUILTIN["instructions"]()
WORDS = [
    *("amber", "birch", "calm", "dust", "early", "field", "grass", "hill", "inner", "jolly", "kind", "lake"),
    *("mild", "north", "open", "plain", "quiet", "round", "soft", "tall", "under", "valley", "warm", "yellow"),
]

# What the question must say for each kind of instruction. Braces hold the names of parameters.
SAID = {
    "length_constraints:number_words": "{relation} {num_words} words.",
    "length_constraints:number_sentences": "Write {relation} {num_sentences} sentences.",
    "length_constraints:number_paragraphs": "Write exactly {num_paragraphs} paragraphs",
    "form:number_lines": "Write {relation} {num_lines} lines.",
    "detectable_format:number_bullet_lists": "exactly {num_bullets} bullet points",
    "form:numbered_list": "{relation} {num_lines} lines, numbered",
    "form:json_keys": "exactly the keys",
    "keywords:frequency": 'Use the word "{keyword}" {relation} {frequency} times.',
    "keywords:forbidden_words": "Do not use the words",
    "form:first_words": 'Begin your answer with the words "{text}".',
    "startend:end_checker": 'End your answer with this sentence and nothing after it: "{end_phrase}"',
    "detectable_format:title": "title in double angular brackets",
    "startend:quotation": "in double quotation marks",
    "form:lower_case": "in lower case",
    "form:upper_case": "in capital letters",
    "punctuation:no_comma": "not use any commas",
    "form:no_digits": "not use any digits",
}
# What an instruction of a kind would say, so that a question without it can be recognised.
UNSAID = {
    "form:number_lines": " lines.",
    "form:numbered_list": "numbered",
    "length_constraints:number_words": " words.",
}


def test_every_kind_of_instruction_has_a_cluster():
    kinds = {template.kind for template in TEMPLATES}
    assert kinds == set(SAID) == {item.cluster_id for item in INSTRUCTIONS.items} <= set(CHECKS)
    assert {kind for kind in CHECKS if kind.startswith("form:")} <= kinds


@pytest.mark.parametrize("item", INSTRUCTIONS.items, ids=lambda item: item.item_id)
def test_the_question_says_exactly_what_is_checked(item):
    instructions = instructions_of(item.target)
    kinds = [instruction["kind"] for instruction in instructions]
    assert kinds[0] == item.cluster_id
    assert len(set(kinds)) == len(kinds) <= 3
    for instruction in instructions:
        assert SAID[instruction["kind"]].format(**instruction) in item.question
        for name in ("forbidden_words", "keys"):
            assert all(f'"{word}"' in item.question for word in instruction.get(name, ()))
    unsaid = [UNSAID.get(kind, said.rpartition("}")[2] or said) for kind, said in SAID.items() if kind not in kinds]
    assert not [said for said in unsaid if len(said) > 2 and said in item.question]


@pytest.mark.parametrize("item", INSTRUCTIONS.items, ids=lambda item: item.item_id)
def test_a_text_can_keep_all_instructions_and_another_can_miss_some(item):
    rule = scorer("instructions")
    right = rule.score(item, kept(item.target, WORDS))
    assert (right.outcome, right.is_final) == (Outcome.CORRECT, True), kept(item.target, WORDS)
    wrong = missed(item.target, WORDS)
    assert rule.score(item, wrong).outcome is Outcome.INCORRECT
    assert len(wrong.split()) * 1.5 < INSTRUCTIONS.max_tokens  # a simulated answer must not look cut off


def test_a_text_can_miss_each_instruction_alone():
    for item in INSTRUCTIONS.items:
        for instruction in instructions_of(item.target):
            assert scorer("instructions").score(item, missed(json.dumps([instruction]), WORDS)).value == 0.0


def test_items_have_one_to_three_instructions():
    counts = Counter(len(instructions_of(item.target)) for item in INSTRUCTIONS.items)
    assert set(counts) == {1, 2, 3}
    assert min(counts.values()) >= 30


@pytest.mark.parametrize(
    ("example", "instructions"),
    list(
        zip(
            INSTRUCTIONS.examples,
            [
                [
                    {"kind": "length_constraints:number_sentences", "num_sentences": 2, "relation": "exactly"},
                    {"kind": "punctuation:no_comma"},
                ],
                [{"kind": "keywords:frequency", "keyword": "road", "frequency": 2, "relation": "exactly"}],
                [{"kind": "detectable_format:number_bullet_lists", "num_bullets": 3}],
            ],
            strict=True,
        )
    ),
    ids=["sentences", "keyword", "bullets"],
)
def test_the_answer_of_an_example_keeps_its_instructions(example, instructions):
    item = Item("id", example.question, json.dumps(instructions), "cluster", "subset")
    assert scorer("instructions").score(item, f" {example.answer}").outcome is Outcome.CORRECT


def test_instructions_that_no_text_can_miss_are_refused():
    with pytest.raises(ValueError, match="expected instructions that a text can miss"):
        missed('[{"kind": "length_constraints:number_words", "num_words": 0, "relation": "at least"}]', WORDS)
