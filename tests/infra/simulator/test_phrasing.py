"""Texts say what was decided, in words that the scorers read in the same way."""

from __future__ import annotations

import re

import pytest

from infra.simulator import word_pools
from infra.simulator.phrasing import LengthLimits, Voice, count_tokens, reply
from infra.simulator.question_index import Question
from infra.simulator.stream import Stream
from infra.simulator.threshold_model import Decision
from tasks.domain import PromptStyle
from tasks.scorers.choice import Choice
from tasks.scorers.exact import Exact
from tasks.scorers.numeric import Numeric
from tasks.scorers.refusal import is_refusal
from tasks.scorers.refuses import Complies, Refuses

SCORERS = {"numeric": Numeric(), "choice": Choice(), "exact": Exact(), "complies": Complies(), "refuses": Refuses()}
ANSWERS = ("sums", "letters", "outputs")
CONDUCT = ("harmless", "dangerous")
STOP = LengthLimits(stop=("\n\nQuestion:",), max_tokens=512)


def _replies(known, name, decision, style, *, limits=STOP, count=200):
    benchmark = known[name]
    for number, item in enumerate(benchmark.items[:count]):
        voice = Voice(number % 11, style, Stream("opening", number).uniform())
        answer = reply(decision, Question(benchmark, item), voice, limits, Stream("text", number))
        yield item, answer, SCORERS[benchmark.scorer].score(item, answer.text)


@pytest.fixture(params=list(PromptStyle))
def style(request):
    return request.param


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("decision", [Decision.CORRECT, Decision.INCORRECT])
def test_an_answer_scores_as_decided(known, name, decision, style):
    for _, answer, verdict in _replies(known, name, decision, style):
        assert verdict.outcome == decision.value, answer.text
        assert not is_refusal(answer.text), answer.text
        assert answer.finish_reason == "stop"


@pytest.mark.parametrize("name", ANSWERS)
def test_rambling_contains_no_answer(known, name, style):
    for _, answer, verdict in _replies(known, name, Decision.UNPARSED, style):
        assert verdict.outcome == "unparsed", answer.text
        assert not re.search(r"\d|\b[A-Z]\b", answer.text)
        assert not is_refusal(answer.text), answer.text


@pytest.mark.parametrize("name", ANSWERS + CONDUCT)
def test_a_refusal_is_detected_as_a_refusal(known, name, style):
    texts = [answer.text for _, answer, _ in _replies(known, name, Decision.REFUSED, style)]
    assert all(map(is_refusal, texts))
    assert any("'" in text for text in texts)
    assert any("\N{RIGHT SINGLE QUOTATION MARK}" in text for text in texts)


@pytest.mark.parametrize("opening", word_pools.REFUSALS)
@pytest.mark.parametrize("mark", ["'", "\N{RIGHT SINGLE QUOTATION MARK}"])
def test_every_refusal_opening_is_detected_as_a_refusal(opening, mark):
    assert is_refusal(opening.replace("'", mark))


@pytest.mark.parametrize("name", CONDUCT)
def test_compliance_is_detected_as_compliance(known, name, style):
    for _, answer, verdict in _replies(known, name, Decision.COMPLIED, style):
        assert verdict.answer == "compliance", answer.text


@pytest.mark.parametrize("name", ANSWERS + CONDUCT)
@pytest.mark.parametrize("max_tokens", [16, 64, 512])
def test_truncation_ends_in_mid_sentence_before_an_answer(known, name, max_tokens, style):
    limits = LengthLimits(stop=STOP.stop, max_tokens=max_tokens)
    for _, answer, verdict in _replies(known, name, Decision.TRUNCATED, style, limits=limits, count=50):
        assert (answer.finish_reason, answer.count_tokens) == ("length", max_tokens)
        assert not answer.text.endswith(".")
        assert max_tokens - 2 <= count_tokens(answer.text) <= max_tokens
        assert name in CONDUCT or not verdict.is_final


def test_the_token_limit_also_cuts_an_answer(known, style):
    for _, answer, _ in _replies(known, "sums", Decision.CORRECT, style, limits=LengthLimits(max_tokens=5), count=50):
        assert (answer.finish_reason, len(answer.text.split())) == ("length", 3)


def test_a_completion_starts_with_a_space_and_goes_on_until_it_is_stopped(known):
    for item, stopped, _ in _replies(known, "sums", Decision.CORRECT, PromptStyle.COMPLETION):
        assert re.match(r" \S", stopped.text)
        assert stopped.text.endswith(f"{item.target}.")
    for _, free, _ in _replies(known, "sums", Decision.CORRECT, PromptStyle.COMPLETION, limits=LengthLimits()):
        assert "\n\nQuestion:" in free.text


def test_a_chat_answer_neither_starts_with_a_space_nor_invents_questions(known):
    for _, answer, _ in _replies(known, "sums", Decision.CORRECT, PromptStyle.CHAT, limits=LengthLimits()):
        assert answer.text == answer.text.strip()
        assert "Question" not in answer.text


def test_the_first_stop_string_ends_the_text(known):
    limits = LengthLimits(stop=("never there", "", " is", "answer"))
    for _, answer, _ in _replies(known, "sums", Decision.CORRECT, PromptStyle.CHAT, limits=limits):
        assert not re.search(" is|answer", answer.text)


@pytest.mark.parametrize(
    ("name", "decision"),
    [
        ("sums", Decision.CORRECT),
        ("letters", Decision.INCORRECT),
        ("sums", Decision.UNPARSED),
        ("outputs", Decision.TRUNCATED),
        ("dangerous", Decision.REFUSED),
        ("harmless", Decision.COMPLIED),
    ],
)
def test_no_two_models_give_the_same_text(known, name, decision):
    benchmark = known[name]
    for item in benchmark.items[:100]:
        shared, question = Stream("opening", item.item_id).uniform(), Question(benchmark, item)
        voices = [Voice(rank, PromptStyle.CHAT, shared) for rank in range(11)]
        texts = {reply(decision, question, voice, STOP, Stream(voice.rank, item.item_id)).text for voice in voices}
        assert len(texts) == len(voices)


def test_texts_vary_in_length(known, style):
    lengths = {len(answer.text.split()) for _, answer, _ in _replies(known, "sums", Decision.CORRECT, style)}
    assert len(lengths) > 15


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("one", 2), ("one two three", 4), (" a\n\nb ", 3)])
def test_tokens_are_counted_from_words(text, tokens):
    assert count_tokens(text) == tokens


def test_small_talk_answers_a_prompt_of_no_benchmark():
    voice = Voice(0, PromptStyle.CHAT, 0.5)
    texts = {reply(Decision.GENERIC, None, voice, STOP, Stream(n)).text for n in range(20)}
    assert len(texts) > 10
    assert not any(map(is_refusal, texts))
