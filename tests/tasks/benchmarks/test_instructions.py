"""Jobs with instructions: what is said is what is checked, and all of it can be kept."""

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

# What must stand in the question for a instruction of a kind; each place in braces is a parameter.
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
# How an instruction that is not there would show.
UNSAID = {
    "form:number_lines": " lines.",
    "form:numbered_list": "numbered",
    "length_constraints:number_words": " words.",
}


def test_every_kind_leads_a_cluster_those_of_our_own_among_them():
    kinds = {template.kind for template in TEMPLATES}
    assert kinds == set(SAID) == {item.cluster_id for item in INSTRUCTIONS.items} <= set(CHECKS)
    assert {kind for kind in CHECKS if kind.startswith("form:")} <= kinds


@pytest.mark.parametrize("item", INSTRUCTIONS.items, ids=lambda item: item.item_id)
def test_what_is_said_is_what_is_checked(item):
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
def test_all_instructions_can_be_kept_and_missed(item):
    rule = scorer("instructions")
    right = rule.score(item, kept(item.target, WORDS))
    assert (right.outcome, right.is_final) == (Outcome.CORRECT, True), kept(item.target, WORDS)
    wrong = missed(item.target, WORDS)
    assert rule.score(item, wrong).outcome is Outcome.INCORRECT
    assert len(wrong.split()) * 1.5 < INSTRUCTIONS.max_tokens  # a simulated answer must not look cut off


def test_each_instruction_of_an_item_can_be_missed_alone():
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
def test_the_examples_follow_their_instructions(example, instructions):
    item = Item("id", example.question, json.dumps(instructions), "cluster", "subset")
    assert scorer("instructions").score(item, f" {example.answer}").outcome is Outcome.CORRECT


def test_instructions_that_nothing_breaks_are_refused():
    with pytest.raises(ValueError, match="expected instructions that a text can miss"):
        missed('[{"kind": "length_constraints:number_words", "num_words": 0, "relation": "at least"}]', WORDS)
