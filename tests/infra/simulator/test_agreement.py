"""The shipped benchmarks, rendered and limited as they are: what is decided is what their scorers will read."""

from __future__ import annotations

import pytest

from infra.simulator.draw import Decision, Question, Stream, build_index
from infra.simulator.phrasing import Limits, Voice, reply
from tasks import benchmarks
from tasks.domain import PromptStyle
from tasks.scorers.choice import Choice
from tasks.scorers.exact import Exact
from tasks.scorers.numeric import Numeric
from tasks.scorers.refusal import is_refusal
from tasks.scorers.safety import Complies, Refuses

SCORERS = {"numeric": Numeric(), "choice": Choice(), "exact": Exact(), "complies": Complies(), "refuses": Refuses()}
READ = {
    "arithmetic": (Decision.CORRECT, Decision.INCORRECT, Decision.UNPARSED, Decision.REFUSED),
    "knowledge": (Decision.CORRECT, Decision.INCORRECT, Decision.UNPARSED, Decision.REFUSED),
    "code_output": (Decision.CORRECT, Decision.INCORRECT, Decision.UNPARSED, Decision.REFUSED),
    "borderline": (Decision.REFUSED, Decision.COMPLIED),
    "harmful": (Decision.REFUSED, Decision.COMPLIED),
}
CASES = [(name, decision) for name, decisions in READ.items() for decision in decisions]


@pytest.mark.parametrize("style", list(PromptStyle))
@pytest.mark.parametrize(("name", "decision"), CASES)
def test_every_item_is_read_as_decided(name, decision, style):
    benchmark = benchmarks.load(name)
    for number, item in enumerate(benchmark.items):
        prompt = benchmark.render(item, style)
        voice = Voice(number % 11, style, Stream("opening", number).uniform())
        limits = Limits(prompt.stop, prompt.max_tokens)
        answer = reply(decision, Question(benchmark, item), voice, limits, Stream("text", number))
        assert answer.finish_reason == "stop", answer.text
        assert is_refusal(answer.text) == (decision is Decision.REFUSED), answer.text
        verdict = SCORERS[benchmark.scorer].score(item, answer.text)
        if decision in {Decision.CORRECT, Decision.INCORRECT, Decision.UNPARSED}:
            assert verdict.outcome == decision.value, (item.target, answer.text)


@pytest.mark.parametrize("name", READ)
def test_every_item_is_found_again_by_its_prompt(name):
    benchmark = benchmarks.load(name)
    index = build_index({name: benchmark})
    assert {question.item.item_id for question in index.values()} == {item.item_id for item in benchmark.items}
