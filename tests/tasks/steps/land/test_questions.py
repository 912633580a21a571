"""Which item a row of answers is about: ids, questions, and what happens where they contradict each other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tasks.benchmarks import load
from tasks.domain import Item
from tasks.steps.land.questions import AnsweredItems, Questions

SUMS = [Item(f"i{n}", f"What is {n} + {n}?", str(2 * n), "c", "all", foreign_id=str(n)) for n in range(4)]


def lookup(items=SUMS, **options):
    return AnsweredItems(replace(load("arithmetic"), benchmark_id="sums", items=tuple(items)), **options)


def asked(key=None, question=None, context=None, choices=None):
    return (key, question, context, None if choices is None else json.dumps(choices))


@pytest.mark.parametrize(
    ("row", "item_id"),
    [
        (asked("2"), "i2"),
        (asked("i2"), "i2"),
        (asked(None, "What  is\n2 + 2?"), "i2"),
        (asked("2", "What is 2 + 2?"), "i2"),
        (asked("row 17", "What is 2 + 2?"), "i2"),
        (asked("2", "Question: WHAT IS 2 + 2\nAnswer:"), "i2"),
        (asked("1", "What is 2 + 2?"), "i2"),
        (asked(None, "2 + 2?", "What is"), "i2"),
        (asked(None, "Add.\n\nQ: What is 1 + 1?\nA: 2\n\nQ: What is 2 + 2?\nA:"), "i2"),
        (asked(None, "### Instruction:\nWhat is 2 + 2?\n\n### Response: Let's think step by step."), "i2"),
        (asked("2", "What is 7 + 7?"), None),
        (asked("9"), None),
        (asked(None, "What is 7 + 7?"), None),
        (asked("9", "What is 7 + 7?"), None),
    ],
)
def test_the_question_tells_the_item_and_else_the_id(row, item_id):
    found = lookup().find(row, 0)
    assert (found and found[0]) == item_id


def test_contradictions_and_rows_left_out_are_counted_by_reason():
    items = lookup()
    rows = [asked("0", "What is 1 + 1?"), asked("1", "What is 0 + 0?"), asked("2", "Why?"), asked("9"), asked("3")]
    assert [items.find(row, 0) for row in rows] == [("i1", 0), ("i0", 0), None, None, ("i3", 0)]
    assert items.lines() == [
        "rows whose id is another item's, so that their question counts: 2 (the first is row 1, '0')",
        "rows left out because their question is not that of their id's item: 1 (the first is row 3, '2')",
        "rows left out because they are no items of sums: 1 (the first is row 4, '9')",
        "items of sums without an answer: 1 of 4. If the file is of another edition, give its items by --items",
    ]
    assert (items.count_rows, items.count_found) == (5, 3)


def test_two_rows_that_turn_out_to_be_about_one_item_are_two_answers_to_it():
    items = lookup()
    assert items.find(asked("1", "What is 1 + 1?"), 0) == ("i1", 0)
    assert items.find(asked("0", "What is 1 + 1?"), 0) == ("i1", 1)


def test_answers_without_a_number_take_the_next_repeat_and_numbered_ones_their_own():
    items = lookup()
    repeats = [items.find(asked("1"), repeat) for repeat in (None, None, 5, None, 0)]
    assert repeats == [("i1", 0), ("i1", 1), ("i1", 5), ("i1", 6), ("i1", 7)]


TWINS = [
    Item("a", "Which is true?", "A", "c", "all", ("red", "blue")),
    Item("b", "Which is true?", "A", "c", "all", ("one", "two")),
    Item("c", "Which is true?", "A", "c", "all", ("one", "two")),
]


def test_options_tell_items_of_one_question_apart_and_identical_items_take_turns():
    items = lookup(TWINS)
    assert items.find(asked(None, "Which is true?", None, ["red", "blue"]), 0) == ("a", 0)
    found = [items.find(asked(None, "Which is true?", None, ["one", "two"]), None) for _ in range(4)]
    assert found == [("b", 0), ("c", 0), ("b", 1), ("c", 1)]
    assert items.find(asked(None, "Which is true?"), 0) is None
    assert "neither id nor options" in items.lines()[0]
    assert [item.item_id for item in Questions(TWINS).items("Which is true?", lambda: ["other"])] == ["a", "b", "c"]


def test_a_column_that_says_the_same_in_every_row_is_no_question():
    items = lookup()
    for key in ("0", "1", "2"):
        assert items.find(asked(key, "Answer briefly."), 0) is None
    assert items.asks_one_thing
    again = lookup(ignores_questions=True)
    assert again.find(asked("1", "Answer briefly."), 0) == ("i1", 0)
    other = lookup()
    other.find(asked("0", "Answer briefly."), 0)
    other.find(asked("1", "What is 1 + 1?"), 0)
    assert not other.asks_one_thing
