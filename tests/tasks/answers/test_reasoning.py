from __future__ import annotations

import time

import pytest

from tasks.answers.reasoning import parted

ANSWER, THOUGHT = "It is 18.", "Maybe 12?"


@pytest.mark.parametrize(
    "text",
    [
        f"<think>{THOUGHT}</think>{ANSWER}",
        f"\n<think>\n{THOUGHT}\n</think>\n\n{ANSWER}",
        f"<THINK>{THOUGHT}</THINK> {ANSWER}",
        f"<thinking>{THOUGHT}</thinking>\n{ANSWER}",
        f"<thought>{THOUGHT}</thought>\n{ANSWER}",
        f"<reasoning>\n{THOUGHT}\n</reasoning>\n{ANSWER}",
        f"<reflection>{THOUGHT}</reflection>{ANSWER}",
        f'<thinking budget="low">{THOUGHT}</thinking>{ANSWER}',
        f"<thinking_process>\n{THOUGHT}\n</thinking_process>\n{ANSWER}",
        f"<inner_thoughts>{THOUGHT}</inner_thoughts>\n{ANSWER}",
        f"<chain-of-thought>{THOUGHT}</chain-of-thought>\n{ANSWER}",
        f"<scratchpad>{THOUGHT}</scratchpad>{ANSWER}",
        f"<antThinking>{THOUGHT}</antThinking>{ANSWER}",
        f"<seed:think>{THOUGHT}</seed:think>{ANSWER}",
        f"[THINK]{THOUGHT}[/THINK]{ANSWER}",
        f"◁think▷{THOUGHT}◁/think▷{ANSWER}",
        f"<|think|>{THOUGHT}<|/think|>{ANSWER}",
        f"<|begin_of_thought|>\n{THOUGHT}\n<|end_of_thought|>\n\n<|begin_of_solution|>\n{ANSWER}\n<|end_of_solution|>",
        f"<|START_THINKING|>{THOUGHT}<|END_THINKING|><|START_RESPONSE|>{ANSWER}<|END_RESPONSE|>",
        f"<|channel>thought\n{THOUGHT}<channel|>{ANSWER}",
        f"<unused94>thought\n{THOUGHT}<unused95>{ANSWER}",
        f"<think>{THOUGHT}</think><|begin_of_box|>{ANSWER}<|end_of_box|>",
        f"<think>{THOUGHT}</think><answer>{ANSWER}</answer>",
        f"<think>{THOUGHT}</think>\n<response>\n{ANSWER}\n</response>\n",
        f"<think>{THOUGHT}</think>\n<answer>\n{ANSWER}",
        f"&lt;think&gt;{THOUGHT}&lt;/think&gt;{ANSWER}",
        f"{THOUGHT}</think>{ANSWER}",
        f"{THOUGHT}\n</think>\n\n{ANSWER}",
        f"{THOUGHT}[/THINK]{ANSWER}",
        f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}<|return|>",
        f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}",
        f"analysis{THOUGHT}assistantfinal{ANSWER}",
        f"Here is my thought process:\n{THOUGHT}\nHere is my response:\n{ANSWER}",
        f"## Thinking\n\n{THOUGHT}\n\n## Final Response\n\n{ANSWER}",
    ],
)
def test_the_answer_is_what_stands_outside_the_reasoning(text):
    found = parted(text)
    assert (found.answer.strip(), found.reasoning, found.is_unclosed) == (ANSWER, THOUGHT, False)


@pytest.mark.parametrize(
    "text",
    [
        f"<think>{THOUGHT}",
        f"<think>\n{THOUGHT}",
        f"[THINK]{THOUGHT}",
        f"<|START_THINKING|>{THOUGHT}",
        f"<|channel|>analysis<|message|>{THOUGHT}",
        f"analysis{THOUGHT}",
        f"Here's my thought process: {THOUGHT}",
    ],
)
def test_reasoning_that_never_ends_leaves_no_answer(text):
    found = parted(text)
    assert (found.answer, found.reasoning, found.is_unclosed) == ("", THOUGHT, True)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>a</think>one\n<think>b</think>two", "one\ntwo"),
        ("<think>a <think> b</think> c</think>one", "one"),
        ("<think>The tag </think> ends it.</think>one", "one"),
        ("one\n<think>and so", "one\n"),
        ("<think>a</think>\n\n    return x\n", "    return x\n"),
        ("<think>a</think><answer>C</answer>\nBecause B is wrong.", "<answer>C</answer>\nBecause B is wrong."),
        ("<think></think>\n\none", "one"),
        ("<|channel|>commentary<|message|>x<|end|><|start|>assistant<|channel|>final<|message|>one<|return|>", "one"),
    ],
)
def test_blocks_come_out_wherever_they_stand(text, answer):
    assert parted(text).answer == answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It is 18.",
        "Models write `<think>` and `</think>` around it.",
        'The tags "<think>" and "</think>" are common.',
        "I like <b>bold</b> and [1] and 3 < 4.",
        "if a <think or b> c: pass",
        "The report: <analysis>good</analysis> and that is all.",
        'The report: <analysis lang="en">good</analysis> and that is all.',
        "analysis of the data shows 18.",
        "Thinking about it, 18.",
    ],
)
def test_a_text_without_reasoning_stays_as_it_is(text):
    assert parted(text).answer == text


@pytest.mark.parametrize(
    "piece",
    [
        "<think>",
        "</think>",
        "<",
        "[",
        "< think",
        "<|channel|>",
        "<|channel|>analysis<|message|>",
        " ",
        "\n<answer>",
        "analysisA",
    ],
)
def test_hostile_texts_take_linear_time(piece):
    text = piece * (200_000 // len(piece))
    begun = time.process_time()
    parted(text)
    parted(f"<think>a</think>{text}")
    assert time.process_time() - begun < 2
