"""The ids of a run and its requests depend on everything that can change an answer, and on nothing else."""

from __future__ import annotations

import dataclasses

import pytest

from tasks import benchmarks
from tasks.domain import RunKind
from tasks.errors import UsageError


def hashes(run, model: str) -> list[str]:
    return [request.request_hash for cell in run.cells if cell.model.id == model for request in cell.requests]


def test_each_cell_has_a_prompt_style_and_the_sampled_items(planned):
    run = planned()
    assert [cell.cell_id for cell in run.cells] == ["base/arithmetic/completion", "aligned/arithmetic/chat"]
    assert {len(cell.requests) for cell in run.cells} == {20}
    assert run.cells[0].items == run.cells[1].items


def test_two_models_never_share_a_request(planned):
    run = planned(("api: completions", "api: chat"))
    assert not set(hashes(run, "base")) & set(hashes(run, "aligned"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("model: aligned-7b", "model: aligned-7b-v2"),
        ("api: chat, base", "api: completions, base"),
        ("api: chat, base", "api: chat, sampling: {temperature: 0.7}, base"),
        ("api: chat, base", "api: chat, sampling: {max_tokens: 99}, base"),
        ("api: chat, base", "api: chat, sampling: {seed: 3}, base"),
        ("api: chat, base", "api: chat, system_prompt: Be safe., base"),
        ("api: chat, base", "api: chat, endpoint: elsewhere, base"),
    ],
)
def test_a_setting_that_can_change_an_answer_changes_the_request(planned, old, new):
    before, after = planned(), planned((old, new))
    assert not set(hashes(before, "aligned")) & set(hashes(after, "aligned"))
    assert hashes(before, "base") == hashes(after, "base")
    assert before.run_id != after.run_id


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (":8000/", ":9999/"),
        ("api: chat, base", "api: chat, concurrency: 3, base"),
        ("api: chat, base", "api: chat, timeout_s: 5, base"),
    ],
)
def test_a_setting_that_cannot_change_an_answer_leaves_the_request_unchanged(planned, old, new):
    before, after = planned(), planned((old, new))
    assert hashes(before, "aligned") == hashes(after, "aligned")
    assert before.run_id == after.run_id


def test_each_repeat_is_a_separate_request_with_its_own_seed(planned):
    run = planned(("sample_size: 20", "sample_size: 20, repeats: 3"))
    assert len(set(hashes(run, "aligned"))) == 60
    seeds = [request.parameters.get("seed", 0) for request in run.cells[0].requests[:3]]
    assert seeds == [0, 1, 2]


WORDED = ("sample_size: 20", "sample_size: 20, paraphrases: [Work it out., Find the number.]")


def test_every_item_is_asked_with_each_wording_and_the_first_keeps_its_answers(planned):
    plain, worded = planned(), planned(WORDED)
    assert len(set(hashes(worded, "aligned"))) == 60
    assert set(hashes(plain, "aligned")) < set(hashes(worded, "aligned"))
    assert ids(plain) < ids(worded)
    assert {cell.repeats for cell in worded.cells} == {3}
    assert plain.run_id != worded.run_id
    assert [cell.cell_id for cell in worded.cells] == [cell.cell_id for cell in plain.cells]


def test_each_wording_is_repeated_and_its_repeats_have_consecutive_numbers(planned):
    repeated = planned(("sample_size: 20", "sample_size: 20, repeats: 2"))
    worded = planned((WORDED[0], f"{WORDED[1]}, repeats: 2"))
    asked = [(request.repeat, request.prompt.template) for request in worded.cells[0].requests[:6]]
    assert asked == [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 2)]
    assert ids(repeated) < ids(worded)


OWN = "Solve the problem. Show short working and  end with: The answer is <number>."
LETTER = "Choose the one right answer. Answer with its letter alone."


@pytest.mark.parametrize(
    ("entry", "own"),
    [("id: arithmetic, sample_size: 20", OWN), ("id: knowledge, sample_size: 20, scorer: choice_likelihood", LETTER)],
)
def test_the_instruction_that_is_asked_anyway_is_no_paraphrase(planned, entry, own):
    changes = ("id: arithmetic, sample_size: 20", f'{entry}, paraphrases: ["{own}", Find it.]')
    with pytest.raises(UsageError, match=r"is the benchmark's own instruction, which is always asked\. Remove it"):
        planned(
            changes,
            ("api: completions", "api: completions, alternatives: 5"),
            ("chat, base", "chat, alternatives: 5, base"),
        )


def test_a_question_that_is_itself_the_text_to_continue_has_no_instruction_to_reword(planned, monkeypatch):
    arithmetic = benchmarks.load("arithmetic")
    monkeypatch.setattr(benchmarks, "load", lambda _: dataclasses.replace(arithmetic, is_continued=True))
    with pytest.raises(UsageError, match="'base' is asked in style completion, where this benchmark's prompt holds no"):
        planned(WORDED)


def test_nights_never_share_answer_ids_but_other_runs_do(planned):
    first, second = planned(day="2026-01-30"), planned(day="2026-01-31")
    assert ids(first) == ids(second)
    nights = [planned(kind=RunKind.NIGHTLY, day=day) for day in ("2026-01-30", "2026-01-31")]
    assert not ids(nights[0]) & ids(nights[1])
    assert hashes(nights[0], "base") == hashes(nights[1], "base")


def ids(run) -> set[str]:
    return {request.generation_id for cell in run.cells for request in cell.requests}


def test_the_same_configuration_and_date_give_the_same_run(planned):
    assert planned() == planned()
    assert planned(day="2026-01-30").run_id != planned(day="2026-01-31").run_id


KNOWLEDGE = ("{id: arithmetic, sample_size: 20}", "{id: knowledge, sample_size: 20, scorer: choice_likelihood}")


def test_a_likelihood_scorer_asks_for_one_token_and_its_alternatives(planned):
    run = planned(KNOWLEDGE)
    for cell in run.cells:
        assert {request.parameters["max_tokens"] for request in cell.requests} == {1}
        assert {request.parameters["top_logprobs"] for request in cell.requests} == {20}
    by_text = planned((KNOWLEDGE[0], "{id: knowledge, sample_size: 20}"))
    assert not any("top_logprobs" in request.parameters for request in by_text.cells[0].requests)
    assert not set(hashes(run, "base")) & set(hashes(by_text, "base"))


@pytest.mark.parametrize(
    ("old", "new", "numbers"),
    [
        ("api: chat", "api: chat, alternatives: 7", {7}),
        ("api: completions", "api: completions, alternatives: 40", {20}),
        ("api: completions", "api: completions, base_url: 'https://api.openai.com/v1'", {5}),
        ("base: base}", "base: base}\n  - {id: third, model: third-7b, api: chat, alternatives: 3}", {3, 20}),
    ],
)
def test_models_that_are_compared_are_asked_for_the_smallest_number_that_their_servers_tell(planned, old, new, numbers):
    run = planned(KNOWLEDGE, (old, new))
    asked = {cell.model.id: {r.parameters["top_logprobs"] for r in cell.requests} for cell in run.cells}
    assert set().union(*asked.values()) == numbers
    assert asked["base"] == asked["aligned"]


def test_another_number_of_alternatives_is_another_version_and_never_compared(planned):
    versions = {
        cell.benchmark.version
        for changes in ((), (("api: chat", "api: chat, alternatives: 5"),))
        for cell in planned(KNOWLEDGE, *changes).cells
    }
    assert len(versions) == 2


def test_a_configured_token_limit_does_not_lengthen_a_request_for_one_token(planned):
    run = planned(KNOWLEDGE, ("api: chat", "api: chat, sampling: {max_tokens: 400}"))
    assert {r.parameters["max_tokens"] for cell in run.cells for r in cell.requests} == {1}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("provider: anthropic, base_url: null, api: messages, base", "the server of 'aligned' tells none"),
        ("base_url: 'https://api.groq.com/openai/v1', api: chat, base", "the server of 'aligned' tells none"),
        ("api: chat, alternatives: 0, base", r"alternatives: 20\)"),
        ("api: chat, sampling: {reasoning_effort: low}, base", "'aligned' reasons before it answers"),
    ],
)
def test_a_model_that_no_likelihood_can_be_read_of_is_refused_before_anything_is_sent(planned, changed, said):
    with pytest.raises(UsageError, match=f"'knowledge': scorer 'choice_likelihood' reads .*{said}"):
        planned(KNOWLEDGE, ("api: chat, base", changed))


def test_reasoning_that_is_switched_off_is_no_hindrance(planned):
    assert planned(KNOWLEDGE, ("api: chat, base", "api: chat, sampling: {reasoning_effort: none}, base")).cells


def test_likelihoods_of_letters_need_items_with_letters(planned):
    with pytest.raises(UsageError, match="'arithmetic': likelihoods of letters need items with choices"):
        planned(("{id: arithmetic, sample_size: 20}", "{id: arithmetic, scorer: choice_likelihood}"))
