from __future__ import annotations

import dataclasses

import pytest

from infra.simulator.question_index import Question, QuestionIndex, build_index, prompt_digest
from tasks import benchmarks
from tasks.domain import PromptStyle


def test_every_prompt_in_either_style_leads_to_its_item(known):
    index = build_index(known)
    for benchmark in known.values():
        for item in benchmark.items:
            chat, completion = (benchmark.render(item, style) for style in (PromptStyle.CHAT, PromptStyle.COMPLETION))
            for style, text in (
                (PromptStyle.CHAT, chat.messages[-1].content),
                (PromptStyle.CHAT, chat.content),
                (PromptStyle.COMPLETION, completion.text),
            ):
                assert index[prompt_digest(style, text)] == Question(benchmark, item)


@pytest.mark.parametrize("name", benchmarks.BUILTIN)
def test_every_item_is_found_by_its_prompt(name):
    benchmark = benchmarks.load(name)
    index = build_index({name: benchmark})
    assert {question.item.item_id for question in index.values()} == {item.item_id for item in benchmark.items}


@pytest.mark.parametrize("style", PromptStyle)
def test_a_prompt_under_another_instruction_leads_to_its_item_and_tells_the_wording(known, style):
    index, wording = QuestionIndex(known), "Two lines.\n\nOf another instruction."
    for benchmark in known.values():
        reworded = dataclasses.replace(benchmark, paraphrases=(wording,))
        for item in benchmark.items[:5]:
            prompt = reworded.render(item, style, 1)
            text = prompt.messages[-1].content if prompt.messages else prompt.text
            assert index.find(style, text) is None
            assert index.find_reworded(style, text) == Question(benchmark, item, wording)


def test_a_text_without_a_known_question_has_no_wording(known):
    assert QuestionIndex(known).find_reworded(PromptStyle.CHAT, "How are you?\n\nAnd how is she?") is None
