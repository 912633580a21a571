"""Checkpoints of a method: ``replicate_of`` names the first one, and nothing but the training seed may differ."""

import pytest

from tasks.errors import SettingsError

THIRD, FOURTH = ("models", 2), ("models", 3)
SERVER = {"provider": "openai", "endpoint": "vllm", "base_url": "http://127.0.0.1:8000/v1", "api": "chat"}
SEED_2 = {**SERVER, "id": "dpo-2", "model": "dpo-2", "base": "llama-base", "replicate_of": "llama-dpo"}
SEED_3 = {**SEED_2, "id": "dpo-3", "model": "dpo-3"}
BASE_2 = {**SERVER, "id": "base-2", "model": "base-2", "api": "completions", "replicate_of": "llama-base"}
UNLIKE = "A replicate differs only in the training seed; a model that differs in more has no replicate_of."


def test_replicates_are_models_of_the_same_family_and_each_keeps_its_own_pair(load):
    settings = load({("models", 1, "family"): "tulu", THIRD: SEED_2, FOURTH: SEED_3})
    assert [model.replicate_of for model in settings.models] == [None, None, "llama-dpo", "llama-dpo"]
    assert [(pair.candidate, pair.reference, pair.family) for pair in settings.pairs()] == [
        (name, "llama-base", "tulu") for name in ("llama-dpo", "dpo-2", "dpo-3")
    ]


def test_naming_replicates_changes_no_request(load):
    without = {key: value for key, value in SEED_2.items() if key != "replicate_of"}
    assert load({THIRD: SEED_2}).config_hash == load({THIRD: without}).config_hash


def test_each_checkpoint_may_come_from_a_replicate_of_the_base(load):
    settings = load({THIRD: BASE_2, FOURTH: {**SEED_2, "base": "base-2"}})
    assert [model.family for model in settings.models] == ["llama-base"] * 4


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {THIRD: {**SEED_2, "replicate_of": "llama-dop"}},
            (
                "models[2].replicate_of (model 'dpo-2'): 'llama-dop' is not a model of this file. Did you mean "
                "'llama-dpo'? Known: dpo-2, llama-base, llama-dpo."
            ),
        ),
        (
            {THIRD: {**SEED_2, "replicate_of": "dpo-2"}},
            (
                "models[2].replicate_of (model 'dpo-2'): 'dpo-2' is the model itself. Name the first checkpoint, which "
                "has no replicate_of."
            ),
        ),
        (
            {THIRD: SEED_2, FOURTH: {**SEED_3, "replicate_of": "dpo-2"}},
            (
                "models[3].replicate_of (model 'dpo-3'): 'dpo-2' is a replicate of 'llama-dpo'. Name the first "
                "checkpoint, which has no replicate_of."
            ),
        ),
        (
            {("models", 1, "replicate_of"): "dpo-2", THIRD: SEED_2},
            (
                "models[1].replicate_of (model 'llama-dpo'): 'dpo-2' is a replicate of 'llama-dpo'. Name the first "
                "checkpoint, which has no replicate_of. (and 1 more)"
            ),
        ),
        (
            {THIRD: {**SEED_2, "base": None, "stage": "aligned"}},
            f"models[2].base (model 'dpo-2'): must be 'llama-base' as in 'llama-dpo', but is left out. {UNLIKE}",
        ),
        (
            {THIRD: {**SEED_2, "base": "llama-dpo"}},
            f"models[2].base (model 'dpo-2'): must be 'llama-base' as in 'llama-dpo', but is 'llama-dpo'. {UNLIKE}",
        ),
        (
            {THIRD: {**SEED_2, "family": "other"}},
            f"models[2].family (model 'dpo-2'): must be 'llama-base' as in 'llama-dpo', but is 'other'. {UNLIKE}",
        ),
        (
            {THIRD: {**SEED_2, "method": "dpo"}},
            f"models[2].method (model 'dpo-2'): must be left out as in 'llama-dpo', but is 'dpo'. {UNLIKE}",
        ),
        (
            {THIRD: {**SEED_2, "knob": {"name": "b", "value": 0.1}}},
            "models[2].knob (model 'dpo-2'): must be left out as in 'llama-dpo', but is {'name': 'b', 'value': 0.1}. "
            + UNLIKE,
        ),
        (
            {THIRD: {**SEED_2, "sampling": {"temperature": 0.7}}},
            "models[2].sampling (model 'dpo-2'): must be left out as in 'llama-dpo', but is {'temperature': 0.7}. "
            + UNLIKE,
        ),
        (
            {THIRD: BASE_2, FOURTH: {**SEED_2, "base": "base-2"}, ("models", 4): SEED_3},
            (
                "models[4].base (model 'dpo-3'): must be the base of all checkpoints of 'llama-dpo', or of this one "
                "alone, found 'llama-base'."
            ),
        ),
        (
            {("judges",): [{**SERVER, "id": "grader", "model": "g", "replicate_of": "llama-dpo"}]},
            "judges[0].replicate_of (judge 'grader'): must be left out: a judge has no tax.",
        ),
    ],
)
def test_a_replicate_that_cannot_be_one_is_refused_in_one_line(load, changes, expected):
    with pytest.raises(SettingsError) as raised:
        load(changes)
    assert str(raised.value) == f"aligntax.yaml: {expected}"


def test_the_order_of_models_does_not_matter(load):
    first = {**SEED_2, "replicate_of": "dpo-3"}
    last = {key: value for key, value in SEED_3.items() if key != "replicate_of"}
    assert load({THIRD: first, FOURTH: last}).models[2].replicate_of == "dpo-3"
