"""Models that are made of others: what they take over from their parts, and what is refused in one line."""

from __future__ import annotations

import copy

import pytest

from tasks.domain import PromptStyle
from tasks.errors import SettingsError
from tasks.settings import Pair

SERVER = {"provider": "openai", "endpoint": "vllm", "base_url": "http://127.0.0.1:8000/v1", "api": "chat"}
JURY = {**SERVER, "id": "jury", "model": "jury", "sampling": {"temperature": 1.0}}
WARM = {**SERVER, "id": "warm", "model": "llama-dpo", "base": "llama-base", "sampling": {"temperature": 0.7}}
PARTS = {"first": "llama-dpo", "fallback": "llama-base", "checker": "jury", "guardrail": "Be careful."}
HYBRID = {"id": "guarded", "hybrid": PARTS}
BEST_OF = {"id": "chosen", "best_of": {"model": "warm", "n": 3, "chooser": "jury"}}
SECOND, THIRD, FOURTH, JUDGES = ("models", 1), ("models", 2), ("models", 3), ("judges",)


def with_hybrid(**changes):
    return copy.deepcopy({THIRD: {**HYBRID, **changes}, JUDGES: [JURY]})


def with_best_of(**changes):
    return {THIRD: {**WARM, "differs": ["temperature"]}, FOURTH: {**BEST_OF, **changes}, JUDGES: [JURY]}


def test_a_composite_model_takes_what_it_does_not_state_from_its_leading_part(load):
    guarded = load(with_hybrid()).models[2]
    assert (guarded.provider, guarded.endpoint, guarded.model, guarded.api) == (
        "composite",
        "composite",
        "guarded",
        "chat",
    )
    assert (guarded.base, guarded.family, guarded.stage, guarded.method) == (
        "llama-base",
        "llama-base",
        "hybrid",
        "hybrid",
    )
    assert guarded.prompt_styles == (PromptStyle.CHAT,)
    stated = load(
        with_hybrid(base=None, stage="dpo", method="guard", family="own", prompt_styles=["completion"])
    ).models[2]
    assert (stated.base, stated.family, stated.stage, stated.method) == (None, "own", "dpo", "guard")
    assert stated.prompt_styles == (PromptStyle.COMPLETION,)


def test_a_composite_model_is_compared_with_the_aligned_model_that_leads_it(load):
    assert load(with_best_of()).pairs() == (
        Pair("llama-dpo", "llama-base", "tax", "llama-base"),
        Pair("warm", "llama-base", "tax", "llama-base", ("temperature",)),
        Pair("chosen", "llama-base", "tax", "llama-base", ("temperature",)),
        Pair("chosen", "warm", "method", "llama-base", ("temperature",)),
    )
    from_base = load(with_hybrid(hybrid={**PARTS, "first": "llama-base", "fallback": "llama-dpo"}))
    assert [pair.kind for pair in from_base.pairs()] == ["tax"]


def test_the_parts_are_asked_and_the_judging_part_is_asked_as_a_judge(load):
    guarded = load(with_hybrid()).models[2]
    assert [part.id for part in guarded.asked] == ["llama-dpo", "llama-base", "jury"]
    assert [part.id for part in guarded.answering] == ["llama-dpo", "llama-base"]
    assert guarded.parts["checker"].sampling.temperature == 0.0
    assert guarded.leading.id == "llama-dpo"


def test_simulated_parts_make_a_simulated_model(load):
    simulated = {("models", 0, "is_simulated"): True, (*SECOND, "is_simulated"): True}
    jury = {JUDGES: [{**JURY, "is_simulated": True}]}
    assert load({**with_hybrid(), **simulated, **jury}).models[2].is_simulated


def test_model_defaults_do_not_apply_to_a_composite_model(load):
    defaults = {("model_defaults",): {**SERVER, "sampling": {"top_p": 0.5}, "max_attempts": 2, "concurrency": 3}}
    guarded = load({**with_hybrid(), **defaults}, environment={"ALIGNTAX_CONCURRENCY": "7"}).models[2]
    assert (guarded.provider, guarded.parts["first"].sampling.top_p, guarded.parts["first"].concurrency) == (
        "composite",
        0.5,
        7,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {("models", 0, "model"): "other"},
        {(*SECOND, "sampling"): {"temperature": 0.3}},
        {("judges", 0, "model"): "other"},
        {(*THIRD, "hybrid", "guardrail"): "Be very careful."},
        {(*THIRD, "hybrid", "checker"): "llama-dpo"},
    ],
)
def test_a_changed_part_changes_the_version_of_the_composite_model(load, changes):
    before, after = load(with_hybrid()), load({**with_hybrid(), **changes})
    assert before.models[2].model_version != after.models[2].model_version
    assert before.config_hash != after.config_hash


@pytest.mark.parametrize(
    "changes",
    [{(*SECOND, "concurrency"): 3}, {(*SECOND, "timeout_s"): 5.0}, {("judges", 0, "sampling"): {"temperature": 0.2}}],
)
def test_the_version_stays_where_no_part_changes(load, changes):
    before, after = load(with_hybrid()), load({**with_hybrid(), **changes})
    assert before.models[2].model_version == after.models[2].model_version


IN_GUARDED, IN_CHOSEN = "(model 'guarded')", "(model 'chosen')"
REFUSED = {
    "a part that does not exist": (
        with_hybrid(hybrid={**PARTS, "first": "llama-dop"}),
        (
            f"models[2].hybrid.first {IN_GUARDED}: 'llama-dop' is not a model of this file. Did you mean 'llama-dpo'? "
            "Known: guarded, llama-base, llama-dpo."
        ),
    ),
    "a judge as an answering part": (
        with_hybrid(hybrid={**PARTS, "fallback": "jury"}),
        (
            f"models[2].hybrid.fallback {IN_GUARDED}: 'jury' is not a model of this file. Known: guarded, llama-base, "
            "llama-dpo."
        ),
    ),
    "a checker that does not exist": (
        with_hybrid(hybrid={**PARTS, "checker": "jurx"}),
        (
            f"models[2].hybrid.checker {IN_GUARDED}: 'jurx' is not a judge or model of this file. "
            "Did you mean 'jury'? Known: guarded, jury, llama-base, llama-dpo."
        ),
    ),
    "a checker that speaks no chat": (
        with_hybrid(hybrid={**PARTS, "checker": "llama-base"}),
        (
            f"models[2].hybrid.checker {IN_GUARDED}: 'llama-base' cannot judge: it is asked in chat, and its api is "
            "completions."
        ),
    ),
    "itself as a part": (
        with_hybrid(hybrid={**PARTS, "first": "guarded"}),
        (
            f"models[2].hybrid.first {IN_GUARDED}: 'guarded' is itself composed of others. Name models that are asked "
            "themselves."
        ),
    ),
    "a composite part": (
        {**with_hybrid(), FOURTH: {"id": "twice", "hybrid": {**PARTS, "fallback": "guarded"}}},
        (
            "models[3].hybrid.fallback (model 'twice'): 'guarded' is itself composed of others. Name models that are "
            "asked themselves."
        ),
    ),
    "a recorded part": (
        {**with_hybrid(hybrid={**PARTS, "fallback": "old"}), FOURTH: {"id": "old", "provider": "recorded"}},
        f"models[2].hybrid.fallback {IN_GUARDED}: 'old' is recorded and cannot be asked.",
    ),
    "parts of two worlds": (
        {**with_hybrid(), JUDGES: [{**JURY, "is_simulated": True}]},
        f"models[2].hybrid {IN_GUARDED}: some of its parts are is_simulated, others are not.",
    ),
    "what its parts have": (
        with_hybrid(sampling={"temperature": 1.0}),
        (
            f"models[2] {IN_GUARDED}: must leave out 'sampling': a composite model is asked through its parts, which "
            "have theirs."
        ),
    ),
    "two compositions": (
        with_hybrid(best_of=BEST_OF["best_of"]),
        f"models[2] {IN_GUARDED}: must have one of hybrid and best_of, found both.",
    ),
    "no guardrail": (
        with_hybrid(hybrid={name: value for name, value in PARTS.items() if name != "guardrail"}),
        f"models[2].hybrid.guardrail {IN_GUARDED}: is missing.",
    ),
    "a misspelt part": (
        with_hybrid(hybrid={**PARTS, "chekcer": "jury"}),
        (
            f"models[2].hybrid.chekcer {IN_GUARDED}: unknown key. Did you mean 'checker'? Known: checker, fallback, "
            "first, guardrail."
        ),
    ),
    "provider composite without parts": (
        {THIRD: {**SERVER, "id": "guarded", "model": "x", "provider": "composite"}},
        f"models[2] {IN_GUARDED}: must have hybrid: or best_of: in the place of provider: composite.",
    ),
    "one sample": (
        with_best_of(best_of={**BEST_OF["best_of"], "n": 1}),
        f"models[3].best_of.n {IN_CHOSEN}: must be at least 2, found 1.",
    ),
    "samples that are all the same": (
        with_best_of(best_of={**BEST_OF["best_of"], "model": "llama-dpo"}),
        (
            f"models[3].best_of.model {IN_CHOSEN}: 'llama-dpo' is asked at temperature 0, where all its answers are "
            "the same. Name a model with sampling: {temperature: 0.7} or the like."
        ),
    ),
    "a composite judge": (
        {**with_hybrid(), JUDGES: [JURY, {"id": "court", "hybrid": PARTS}]},
        "judges[1].hybrid (judge 'court'): must be left out: a judge is one model.",
    ),
    "a benchmark judged by a composite model": (
        {**with_hybrid(), ("benchmarks", 1, "judge"): "guarded"},
        (
            "benchmarks[1].judge (benchmark 'harmful'): 'guarded' cannot judge: a judge is one model, and this one is "
            "composed of several."
        ),
    ),
    "the pair that it implies": (
        {
            **with_hybrid(),
            ("comparisons",): [{"kind": "method", "reference": "llama-dpo", "candidate": "guarded"}],
        },
        (
            "comparisons[0]: the pair method of 'guarded' against 'llama-dpo' is already implied by the parts of the "
            "composite model. Remove this entry."
        ),
    ),
    "two of the same": (
        {**with_hybrid(), FOURTH: {**HYBRID, "id": "again"}},
        (
            "models[3] (model 'again'): 'again' and 'guarded' would send identical requests, so their tax would be "
            "exactly 0. Change model, endpoint, api, sampling or system_prompt of one."
        ),
    ),
}


@pytest.mark.parametrize(("changes", "line"), REFUSED.values(), ids=REFUSED)
def test_parts_that_cannot_be_composed_are_refused_in_one_line(load, changes, line):
    with pytest.raises(SettingsError) as raised:
        load(changes)
    assert str(raised.value) == f"aligntax.yaml: {line}"


def test_completions_of_a_vendor_that_has_none_are_refused(load):
    claude = {"provider": "anthropic", "model": "c", "api": "messages", "base_url": None, "endpoint": "anthropic"}
    changes = with_hybrid(prompt_styles=["completion"])
    changes[SECOND] = {"id": "llama-dpo", "base": "llama-base", **claude}
    with pytest.raises(
        SettingsError, match=r"^aligntax.yaml: models\[2\].prompt_styles .*'llama-dpo' has no completions"
    ):
        load(changes)
