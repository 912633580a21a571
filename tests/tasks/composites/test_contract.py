"""What a composite answer says for itself: the words of one part, and what all of them took."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from tasks.composites import ChosenPart
from tests.tasks.composites.conftest import NOW, part

TOOK = {
    "tokens_input": 100,
    "tokens_cached": 10,
    "tokens_cache_write": 0,
    "tokens_output": 20,
    "tokens_reasoning": 5,
    "cost_usd": 0.25,
    "latency_ms": 300.0,
    "attempts": 2,
}
FIRST = part("No.", model_served="a-1", system_fingerprint="fp", **TOOK)
SECOND = part("Verdict: legitimate", model_served="j-1", **TOOK)
THIRD = part("Yes.", model_served="b-1", finish_reason="length", finished_at=NOW + timedelta(seconds=1), **TOOK)


def test_the_text_is_the_chosen_parts_and_the_usage_is_the_sum_of_all_parts():
    facts = ChosenPart(THIRD, ((FIRST,), (SECOND,), (THIRD,))).facts("endpoint")
    assert (facts["text"], facts["finish_reason"], facts["status"]) == ("Yes.", "length", "answered")
    assert {name: facts[name] for name in TOOK} == {name: 3 * value for name, value in TOOK.items()}
    assert facts["finished_at"] == THIRD.finished_at
    assert facts["finished_at"] - facts["started_at"] == timedelta(milliseconds=900)


@pytest.mark.parametrize("name", TOOK)
def test_usage_that_one_part_does_not_report_is_unknown_for_the_composite_model(name):
    silent = dataclasses.replace(SECOND, **{name: None})
    facts = ChosenPart(FIRST, ((FIRST,), (silent,))).facts("endpoint")
    assert facts[name] is None
    assert facts["tokens_output" if name != "tokens_output" else "tokens_input"] is not None


def test_parts_that_are_asked_at_the_same_time_count_once_in_the_latency():
    slow = dataclasses.replace(SECOND, latency_ms=1000.0)
    facts = ChosenPart(FIRST, ((FIRST, slow, THIRD), (SECOND,))).facts("endpoint")
    assert facts["latency_ms"] == 1000.0 + 300.0
    assert facts["cost_usd"] == 1.0


@pytest.mark.parametrize("waves", [((FIRST,),), ((FIRST,), (SECOND,)), ((FIRST,), (SECOND,), (THIRD,))])
def test_the_model_served_is_the_leading_parts_for_every_item(waves):
    facts = ChosenPart(waves[-1][0], waves).facts("endpoint")
    assert (facts["model_served"], facts["system_fingerprint"]) == ("a-1", "fp")


@pytest.mark.parametrize(
    ("origins", "declared", "found"),
    [
        (("endpoint", "endpoint"), "endpoint", "endpoint"),
        (("simulated", "simulated"), "simulated", "simulated"),
        (("endpoint", "simulated"), "endpoint", "simulated"),
        (("simulated", "endpoint"), "simulated", "endpoint"),
    ],
)
def test_a_part_of_another_origin_gives_its_origin_to_the_answer(origins, declared, found):
    first, second = (part(origin=origin) for origin in origins)
    assert ChosenPart(first, ((first,), (second,))).facts(declared)["origin"] == found
