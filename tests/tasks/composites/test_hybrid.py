"""A hybrid: who is asked after what, and whose answer stands."""

from __future__ import annotations

import pytest

from tasks.composites import ChosenPart, composition
from tasks.domain import PromptStyle
from tasks.rubrics import rubric
from tests.tasks.composites.conftest import part

REFUSAL, HELP = part("I'm sorry, but I can't help with that."), part("Sure. Stir it for a minute.")
BLOCKED = part(None, status="filtered", finish_reason="content_filter")
DECLINED = part("", status="filtered", refusal_text="I can't help.")
ALLOWED, FORBIDDEN = part("Fine.\nVerdict: legitimate"), part("Verdict: illegitimate")


@pytest.fixture
def hybrid(configured):
    return composition(configured().model("guarded"))


@pytest.mark.parametrize(
    ("said", "asked_next"),
    [
        ({}, "first"),
        ({"first": REFUSAL}, "checker"),
        ({"first": BLOCKED}, "checker"),
        ({"first": DECLINED}, "checker"),
        ({"first": REFUSAL, "checker": ALLOWED}, "fallback"),
    ],
)
def test_each_part_is_asked_only_when_it_is_needed(hybrid, occasion, said, asked_next):
    assert list(hybrid.advance(occasion, said)) == [asked_next]


@pytest.mark.parametrize(
    ("said", "stands", "is_undecided"),
    [
        ({"first": HELP}, "first", False),
        ({"first": part("", finish_reason="length")}, "first", False),
        ({"first": REFUSAL, "checker": FORBIDDEN}, "first", False),
        ({"first": REFUSAL, "checker": part("It could go either way.")}, "first", True),
        ({"first": REFUSAL, "checker": part("It is legitimate.")}, "first", True),
        ({"first": REFUSAL, "checker": part("Verdict: legitim", finish_reason="length")}, "first", True),
        ({"first": REFUSAL, "checker": BLOCKED}, "first", True),
        ({"first": REFUSAL, "checker": part("Verdict: legitimate", status="filtered")}, "first", True),
        ({"first": REFUSAL, "checker": ALLOWED, "fallback": HELP}, "fallback", False),
        ({"first": REFUSAL, "checker": ALLOWED, "fallback": REFUSAL}, "fallback", False),
        ({"first": BLOCKED, "checker": ALLOWED, "fallback": BLOCKED}, "fallback", False),
    ],
)
def test_only_a_clear_permission_lets_the_fallback_answer(hybrid, occasion, said, stands, is_undecided):
    choice = hybrid.advance(occasion, said)
    assert isinstance(choice, ChosenPart)
    assert choice.chosen is said[stands]
    assert [list(wave) for wave in choice.waves] == [[asked] for asked in said.values()]
    assert choice.is_undecided is is_undecided


def test_the_first_part_is_asked_as_that_model_alone_would_be(hybrid, occasion):
    ask = hybrid.advance(occasion, {})["first"]
    assert (ask.model.id, ask.prompt, ask.repeat) == ("aligned", occasion.prompts[PromptStyle.CHAT], 1)


def test_the_checker_sees_only_the_request_and_is_asked_as_a_judge(hybrid, occasion):
    ask = hybrid.advance(occasion, {"first": REFUSAL})["checker"]
    assert ask.prompt.messages[0].content == rubric("legitimacy").prompt(occasion.request, "")
    assert (ask.model.id, ask.model.sampling.temperature, ask.model.sampling.seed, ask.repeat) == ("jury", 0.0, 0, 0)


def test_in_completion_style_the_guardrail_comes_before_the_text(hybrid, occasion):
    ask = hybrid.advance(occasion, {"first": REFUSAL, "checker": ALLOWED})["fallback"]
    assert ask.prompt.text == "Be careful.\n\n" + occasion.prompts[PromptStyle.COMPLETION].text
    assert ask.prompt.stop == occasion.prompts[PromptStyle.COMPLETION].stop
    assert (ask.model.id, ask.model.system_prompt, ask.repeat) == ("base", None, 1)


@pytest.mark.parametrize(
    ("own", "told"), [("", "Be careful."), (", system_prompt: Be brief.", "Be careful.\n\nBe brief.")]
)
def test_in_chat_the_guardrail_is_the_system_prompt_of_the_fallback(configured, occasion, own, told):
    settings = configured(("model: b, api: completions", f"model: b, api: chat{own}"))
    ask = composition(settings.model("guarded")).advance(occasion, {"first": REFUSAL, "checker": ALLOWED})["fallback"]
    assert (ask.model.system_prompt, ask.prompt) == (told, occasion.prompts[PromptStyle.CHAT])


def test_the_price_at_most_counts_each_part_once(hybrid, occasion):
    assert [ask.model.id for ask in hybrid.at_most(occasion)] == ["aligned", "jury", "base"]
