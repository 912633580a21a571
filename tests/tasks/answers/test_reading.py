from __future__ import annotations

import pytest

from tasks.answers import LONGEST_TEXT, read_answer, read_landed


@pytest.mark.parametrize(
    ("text", "fields", "flags"),
    [
        ("It is 6.", {}, set()),
        ("", {}, {"empty"}),
        (None, {}, {"empty"}),
        (" \n", {}, {"empty"}),
        ("", {"finish_reason": "length"}, set()),
        ("<|im_end|>", {}, {"empty", "template_markup"}),
        ("", {"reasoning_text": "It is 6."}, {"reasoning_only"}),
        ("<think>6</think>", {}, {"reasoning_only"}),
        ("<think>6", {}, {"unclosed_reasoning"}),
        ("<think>6", {"finish_reason": "length"}, {"unclosed_reasoning"}),
        ("It is 6.<|im_end|>", {}, {"template_markup"}),
        ("It is 6.", {"finish_reason": "sunset"}, {"unknown_finish"}),
        ("\n\nQuestion: 7", {"stop": ["\n\nQuestion:"]}, {"empty"}),
    ],
)
def test_what_is_odd_about_an_answer_is_flagged(text, fields, flags):
    assert read_answer(text, **fields).flags == flags


def test_a_landed_answer_is_read_with_the_stop_strings_it_was_asked_with():
    row = {
        "text": "<think>a</think> 6.\n\nQuestion: 7",
        "reasoning_text": "b",
        "finish_reason": "stop",
        "parameters_json": '{"stop": ["\\n\\nQuestion:"]}',
    }
    reading = read_landed(row)
    assert (reading.text, reading.reasoning, reading.flags) == ("6.", "b\na", frozenset())


def test_a_long_answer_is_cut_behind_its_reasoning():
    reading = read_answer(f"<think>{'a' * LONGEST_TEXT}</think>{'b' * LONGEST_TEXT}c")
    assert (reading.text, reading.is_cut) == ("b" * LONGEST_TEXT, True)
