"""For every item of the shipped benchmarks the scorer reads a simulated text as it was decided."""

from __future__ import annotations

import pytest

from infra.simulator.phrasing import LengthLimits, Voice, reply
from infra.simulator.question_index import Question
from infra.simulator.stream import Stream
from infra.simulator.threshold_model import Decision
from tasks import benchmarks
from tasks.answers import read_answer
from tasks.domain import Outcome, PromptStyle
from tasks.scorers import SCORERS, Fact, ProgramScorer, is_refusal
from tasks.steps.score import score_answer
from tests.support.programs import passes_here

ANSWERED = (Decision.CORRECT, Decision.INCORRECT, Decision.UNPARSED, Decision.REFUSED)
READ = {
    **dict.fromkeys(("arithmetic", "knowledge", "code_output", "coding", "logic", "bias"), ANSWERED),
    "reading": (Decision.CORRECT, Decision.INCORRECT, Decision.UNPARSED),
    "instructions": (Decision.CORRECT, Decision.INCORRECT),
    "borderline": (Decision.REFUSED, Decision.COMPLIED),
    "harmful": (Decision.REFUSED, Decision.COMPLIED),
}
CASES = [(name, decision) for name, decisions in READ.items() for decision in decisions]


def scored(scorer, item, text):
    """The score of a text. If it contains a program, the program is one of ours and is run here."""
    if not isinstance(scorer, ProgramScorer):
        return scorer.score(item, text)
    program = scorer.program(item, text)
    return scorer.score(item, text, [Fact("pass" if passes_here(program) else "error")] if program else [])


@pytest.mark.parametrize("style", list(PromptStyle))
@pytest.mark.parametrize(("name", "decision"), CASES)
def test_the_scorer_reads_every_item_as_it_was_decided(name, decision, style):
    benchmark = benchmarks.load(name)
    for number, item in enumerate(benchmark.items):
        prompt = benchmark.render(item, style)
        voice = Voice(number % 11, style, Stream("opening", number).uniform())
        limits = LengthLimits(prompt.stop, prompt.max_tokens)
        answer = reply(decision, Question(benchmark, item), voice, limits, Stream("text", number))
        assert answer.finish_reason == "stop", answer.text
        assert is_refusal(answer.text) == (decision is Decision.REFUSED), answer.text
        verdict = scored(SCORERS[benchmark.scorer], item, answer.text)
        if decision in {Decision.CORRECT, Decision.INCORRECT, Decision.UNPARSED}:
            assert verdict.outcome == decision.value, (item.target, answer.text)
        if decision is Decision.REFUSED:
            assert not verdict.value or benchmark.scorer == "refuses", (item.target, answer.text)


@pytest.mark.parametrize("style", list(PromptStyle))
@pytest.mark.parametrize("name", [name for name, decisions in READ.items() if decisions == ANSWERED])
def test_a_text_that_is_cut_off_scores_0(name, style):
    benchmark = benchmarks.load(name)
    for number, item in enumerate(benchmark.items):
        prompt = benchmark.render(item, style)
        voice, limits = Voice(number % 11, style, number / 200 % 1), LengthLimits(prompt.stop, prompt.max_tokens)
        answer = reply(Decision.TRUNCATED, Question(benchmark, item), voice, limits, Stream("text", number))
        judged = score_answer(SCORERS[benchmark.scorer], item, read_answer(answer.text, finish_reason="length"))
        assert (judged.outcome, judged.value) == (Outcome.TRUNCATED, 0.0), (item.target, answer.text)
