"""A benchmark asked for the letter alone: short examples, one instruction, a version of its own."""

from __future__ import annotations

import dataclasses

import pytest

from tasks.benchmarks import BUILTIN
from tasks.benchmarks.letters import as_asked, asked_for_letter
from tasks.domain import Example, PromptStyle, UnparsedRule
from tasks.errors import UsageError
from tasks.identity import make_items

KNOWLEDGE = BUILTIN["knowledge"]()
QUESTION = "Which is it?\nA. the first\nB. the second"


def completion(benchmark) -> str:
    return benchmark.render(benchmark.items[0], PromptStyle.COMPLETION).text


def of(*targets: str, choices=("the first", "the second"), **changes):
    items = make_items(
        {"question": f"Q{n}", "target": target, "choices": choices, "cluster_id": "c", "subset": "s"}
        for n, target in enumerate(targets)
    )
    return dataclasses.replace(KNOWLEDGE, items=items, version="", **changes)


def test_the_examples_of_a_completion_lead_to_a_letter_as_first_token():
    text = completion(asked_for_letter(KNOWLEDGE, 20))
    assert "The answer is" not in text
    assert [line for line in text.splitlines() if line.startswith("Answer:")] == [
        *("Answer: B", "Answer: D", "Answer: A", "Answer: C", "Answer:")
    ]
    assert text.endswith("Answer:")


def test_chat_is_asked_for_the_letter_alone():
    (message,) = asked_for_letter(KNOWLEDGE, 20).render(KNOWLEDGE.items[0], PromptStyle.CHAT).messages
    assert message.content.startswith("Choose the one right answer. Answer with its letter alone.\n\n")
    assert "The answer is" not in message.content


@pytest.mark.parametrize(
    ("answer", "letter"),
    [
        ("B", "B"),
        ("The answer is (B).", "B"),
        ("Let us think. The second is right, since 2 > 1.\nThe answer is (B).", "B"),
        ("Answer: A", "A"),
        ("(A)", "A"),
        ("the second", "B"),
    ],
)
def test_an_example_is_cut_down_to_its_letter(answer, letter):
    asked = asked_for_letter(of("A", examples=(Example(QUESTION, answer),)), 20)
    assert asked.examples == (Example(QUESTION, letter),)


@pytest.mark.parametrize("examples", [(), (Example(QUESTION, "It depends."),)])
def test_without_an_example_that_names_a_letter_four_others_show_the_form(examples):
    asked = asked_for_letter(of("A", examples=examples), 20)
    assert sorted(example.answer for example in asked.examples) == list("ABCD")


def test_the_examples_of_a_subject_stay_its_own():
    shown = {"c": (Example(QUESTION, "The answer is (A)."),), "other": (Example(QUESTION, "?"),)}
    asked = asked_for_letter(of("A", cluster_examples=shown), 20)
    assert asked.cluster_examples == {"c": (Example(QUESTION, "A"),)}


def test_it_is_a_version_of_its_own_with_the_same_items():
    five, twenty = (asked_for_letter(KNOWLEDGE, count) for count in (5, 20))
    assert len({KNOWLEDGE.version, five.version, twenty.version}) == 3
    assert twenty.version == asked_for_letter(BUILTIN["knowledge"](), 20).version
    assert twenty.items == KNOWLEDGE.items
    assert (twenty.benchmark_id, twenty.unparsed_rule) == ("knowledge", UnparsedRule.EXCLUDE)


def test_only_a_scorer_that_reads_the_first_token_changes_what_is_asked():
    assert as_asked(KNOWLEDGE, None) is KNOWLEDGE
    assert as_asked(KNOWLEDGE, "letter") is KNOWLEDGE
    assert as_asked(KNOWLEDGE, "inspect:match") is KNOWLEDGE
    assert as_asked(KNOWLEDGE, "choice_likelihood", 20) == asked_for_letter(KNOWLEDGE, 20)


@pytest.mark.parametrize("target", ["A", "(B)", "the second"])
def test_a_target_may_be_a_letter_in_brackets_or_an_option(target):
    assert asked_for_letter(of(target), 20).items[0].target == target


@pytest.mark.parametrize("target", ["C", "", "18", '{"answer": "A"}'])
def test_items_without_a_right_letter_are_refused(target):
    with pytest.raises(UsageError, match="need items with choices and one right letter"):
        asked_for_letter(of("A", target), 20)
