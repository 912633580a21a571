from __future__ import annotations

import pytest

from tasks.answers.stop_strings import cut_at_stop_strings, cut_at_turns, opened, stop_strings_of


@pytest.mark.parametrize(
    ("text", "stop", "kept"),
    [
        (" 6.\n\nQuestion: next", ["\n\nQuestion:"], " 6."),
        ("    return x\n\ndef other():", ["\nclass", "\ndef", "\nif"], "    return x\n"),
        ("nothing to cut", ["\ndef"], "nothing to cut"),
        ("\ndef f", ["\ndef", ""], ""),
        ("a STOP b", [], "a STOP b"),
    ],
)
def test_a_text_ends_at_the_first_stop_string(text, stop, kept):
    assert cut_at_stop_strings(text, stop) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("It is 6.<|im_end|>\n<|im_start|>user\nNext?", "It is 6."),
        ("It is 6.<|eot_id|><|start_header_id|>user<|end_header_id|>", "It is 6."),
        ("It is 6.</s>", "It is 6."),
        ("It is 6.<end_of_turn>\n<start_of_turn>user", "It is 6."),
        ("It is 6.<|endoftext|>Other", "It is 6."),
        ("It is 6.<｜end▁of▁sentence｜>", "It is 6."),  # noqa: RUF001 - as DeepSeek writes it
        ("It is 6. [INST] Next? [/INST]", "It is 6. "),
        ("<|im_end|>", ""),
        ("Use `<|im_end|>` to end.", "Use `<|im_end|>` to end."),
        ("<s>old</s> new", "<s>old</s> new"),
        ("3 < 4", "3 < 4"),
        ("It is 6.\n\nHuman: Next?\n\nAssistant: 7", "It is 6."),
        ("It is 6.\nHuman: Next?", "It is 6."),
        ("It is 6.\n\nUSER: Next?\n\nASSISTANT: 7", "It is 6."),
        ("It is 6.\n\n### Instruction:\nNext?", "It is 6."),
        ("It is 6.\n\nAssistant: You are welcome.", "It is 6."),
        ("Answer: 6\n\nHuman: Next?\n\nAnswer: 7", "Answer: 6"),
    ],
)
def test_a_text_ends_where_the_model_ended_its_turn(text, kept):
    assert cut_at_turns(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Here is a dialogue:\n\nUser: Hi!\n\nAssistant: Hello!",
        "Human: Hi!\nRobot: Hello!\nHuman: Bye!",
        "Robot: Hi!\n\nHuman: Hello!\n\nRobot: Bye!",
        "Below is an instruction that describes a task.\n\n### Instruction:\nAdd.\n\n### Response:\n6",
        "Rights matter.\nHuman rights: all of them.\nuser: root",
    ],
)
def test_a_dialogue_and_a_repeated_prompt_are_left_whole(text):
    assert cut_at_turns(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "<|im_start|>assistant\nIt is 6.",
        "<s>It is 6.",
        "<|start_header_id|>assistant<|end_header_id|>\n\nIt is 6.",
        "<start_of_turn>model\nIt is 6.",
        "[/INST]It is 6.",
        "Assistant: It is 6.",
        "### Response:\nIt is 6.",
        "It is 6.",
    ],
)
def test_what_opens_a_turn_is_no_part_of_it(text):
    assert opened(text) == "It is 6."


@pytest.mark.parametrize(
    ("parameters", "stop"),
    [
        ('{"stop": ["a", "b"]}', ("a", "b")),
        ('{"stop": "a"}', ("a",)),
        ("{}", ()),
        (None, ()),
        ('{"stop": [1, null]}', ()),
        ("[]", ()),
    ],
)
def test_the_stop_strings_are_those_that_were_asked_for(parameters, stop):
    assert stop_strings_of(parameters) == stop
