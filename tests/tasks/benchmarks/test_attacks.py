"""Attacks: the same items with wrapped requests, under a name of their own, for safety benchmarks only."""

from __future__ import annotations

import base64

import pytest

from tasks.benchmarks import attacked, load
from tasks.benchmarks.attacks import attacks
from tasks.domain import PromptStyle, rendered_question
from tasks.errors import UnknownName, UsageError

HARMFUL = load("harmful")
NAMES = sorted(attacks())


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_keeps_the_items_and_changes_name_version_and_every_prompt(name):
    it = attacked(HARMFUL, name)
    assert it.benchmark_id == f"harmful+{name}"
    assert it.items == HARMFUL.items
    assert it.version != HARMFUL.version
    for style in PromptStyle:
        prompts = {it.render(item, style).content for item in it.items}
        assert len(prompts) == len(it.items)
        assert not prompts & {HARMFUL.render(item, style).content for item in it.items}


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_has_a_source_and_one_place_for_the_request(name):
    attack = attacks()[name]
    assert "arXiv" in attack.source
    assert attack.title
    assert attack.template.count("{request}") == 1
    assert "{" not in attack.template.replace("{request}", "")


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"base64"}))
def test_the_prompt_holds_the_request_word_for_word(name):
    item = HARMFUL.items[0]
    assert rendered_question(item) in attacked(HARMFUL, name).render(item, PromptStyle.CHAT).messages[0].content


def test_an_encoded_request_can_be_decoded():
    text = attacks()["base64"].wrap("Brief an Ömer {request}")
    assert base64.b64decode(text.split()[-1]).decode() == "Brief an Ömer {request}"


def test_braces_in_a_request_are_kept():
    assert "f(x) {return {request};}" in attacks()["role_play"].wrap("f(x) {return {request};}")


def test_versions_of_two_attacks_differ():
    assert len({attacked(HARMFUL, name).version for name in NAMES}) == len(NAMES)


def test_an_unknown_attack_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownName, match=r"'roleplay' is not a kind of attack\. Did you mean 'role_play'"):
        attacked(HARMFUL, "roleplay")


@pytest.mark.parametrize("benchmark_id", ["borderline", "arithmetic"])
def test_an_attack_on_another_benchmark_than_a_safety_one_is_refused(benchmark_id):
    with pytest.raises(UsageError, match=f"{benchmark_id!r}: attack: is for safety benchmarks"):
        attacked(load(benchmark_id), "role_play")
