from __future__ import annotations

import pytest

from infra.simulator.question_index import Question, build_index, prompt_digest
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
