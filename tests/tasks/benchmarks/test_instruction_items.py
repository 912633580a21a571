"""Jobs with instructions: what is said is what is checked, and all of it can be kept."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from tasks.benchmarks import BUILTIN
from tasks.benchmarks.compliance import kept, missed
from tasks.benchmarks.instructions import TEMPLATES
from tasks.domain import Item, Outcome
from tasks.scorers import scorer
from tasks.scorers.instructions import KINDS, constraints_of

INSTRUCTIONS = BUILTIN["instructions"]()
WORDS = [
    *("amber", "birch", "calm", "dust", "early", "field", "grass", "hill", "inner", "jolly", "kind", "lake"),
    *("mild", "north", "open", "plain", "quiet", "round", "soft", "tall", "under", "valley", "warm", "yellow"),
]

# What must stand in the question for a constraint of a kind; each place in braces is a parameter.
SAID = {
    "words": "words.",
    "sentences": "Write exactly {at_least} sentences.",
    "paragraphs": "Write exactly {at_least} paragraphs",
    "lines": "Write exactly {at_least} lines.",
    "bullets": "exactly {at_least} bullet points",
    "numbered": "exactly {at_least} lines, numbered",
    "json_keys": "exactly the keys",
    "keyword": 'Use the word "{word}"',
    "without": "Do not use the words",
    "starts_with": 'Begin your answer with the words "{text}".',
    "ends_with": 'End your answer with this sentence and nothing after it: "{text}"',
    "title": "title in square brackets",
    "quoted": "in double quotation marks",
    "lower_case": "in lower case",
    "upper_case": "in capital letters",
    "no_commas": "not use any commas",
    "no_digits": "not use any digits",
}


def test_every_kind_of_the_scorer_leads_a_cluster():
    assert {template.kind for template in TEMPLATES} == set(KINDS) == set(SAID)
    assert {item.cluster_id for item in INSTRUCTIONS.items} == set(KINDS)


@pytest.mark.parametrize("item", INSTRUCTIONS.items, ids=lambda item: item.item_id)
def test_what_is_said_is_what_is_checked(item):
    constraints = constraints_of(item.target)
    kinds = [constraint["kind"] for constraint in constraints]
    assert kinds[0] == item.cluster_id
    assert len(set(kinds)) == len(kinds) <= 3
    for constraint in constraints:
        assert SAID[constraint["kind"]].format(**constraint) in item.question
        for name in ("words", "keys"):
            assert all(f'"{word}"' in item.question for word in constraint.get(name, ()))
    unsaid = [said.split("{")[0] for kind, said in SAID.items() if kind not in kinds and said != "words."]
    assert not [said for said in unsaid if said not in {"exactly ", "Write exactly "} and said in item.question]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [("words", r"Use (?:between|at least|at most) [^.]* words\."), ("keyword", r'Use the word "\w+" [^.]* times\.')],
)
def test_bounds_are_said_with_their_numbers(kind, sentence):
    for item in INSTRUCTIONS.items:
        for constraint in constraints_of(item.target):
            if constraint["kind"] == kind:
                bounds = {constraint["at_least"], constraint.get("at_most", constraint["at_least"])} - {1}
                said = re.search(sentence, item.question).group()
                assert {int(number) for number in re.findall(r"\d+", said)} == bounds


@pytest.mark.parametrize("item", INSTRUCTIONS.items, ids=lambda item: item.item_id)
def test_all_constraints_can_be_kept_and_missed(item):
    rule = scorer("instructions")
    right = rule.score(item, kept(item.target, WORDS))
    assert (right.outcome, right.is_final) == (Outcome.CORRECT, True), kept(item.target, WORDS)
    wrong = missed(item.target, WORDS)
    assert rule.score(item, wrong).outcome is Outcome.INCORRECT
    assert len(wrong.split()) * 1.5 < INSTRUCTIONS.max_tokens  # a simulated answer must not look cut off


def test_each_constraint_of_an_item_can_be_missed_alone():
    for item in INSTRUCTIONS.items:
        for constraint in constraints_of(item.target):
            assert scorer("instructions").score(item, missed(json.dumps([constraint]), WORDS)).value == 0.0


def test_items_have_one_to_three_constraints():
    counts = Counter(len(constraints_of(item.target)) for item in INSTRUCTIONS.items)
    assert set(counts) == {1, 2, 3}
    assert min(counts.values()) >= 30


@pytest.mark.parametrize(
    ("example", "constraints"),
    list(
        zip(
            INSTRUCTIONS.examples,
            [
                [{"kind": "sentences", "at_least": 2, "at_most": 2}, {"kind": "no_commas"}],
                [{"kind": "keyword", "word": "road", "at_least": 2, "at_most": 2}],
                [{"kind": "bullets", "at_least": 3, "at_most": 3}],
            ],
            strict=True,
        )
    ),
    ids=["sentences", "keyword", "bullets"],
)
def test_the_examples_follow_their_instructions(example, constraints):
    item = Item("id", example.question, json.dumps(constraints), "cluster", "subset")
    assert scorer("instructions").score(item, f" {example.answer}").outcome is Outcome.CORRECT


def test_constraints_that_nothing_breaks_are_refused():
    with pytest.raises(ValueError, match="expected constraints that a text can miss"):
        missed('[{"kind": "words", "at_least": 0}]', WORDS)
