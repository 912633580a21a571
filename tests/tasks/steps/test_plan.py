"""What a run is: its identities cover everything that changes an answer, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from tasks import benchmarks
from tasks.domain import RunKind
from tasks.errors import UsageError
from tasks.rubrics import rubric
from tasks.scorers import SCORERS
from tasks.settings import load_settings
from tasks.steps.forecast import forecast, forecast_judge
from tasks.steps.plan import plan
from tests.support.known import known_names

BASE = """
model_defaults: {provider: openai, base_url: "http://127.0.0.1:8000/v1"}
models:
  - {id: base, model: base-7b, api: completions}
  - {id: aligned, model: aligned-7b, api: chat, base: base}
benchmarks:
  - {id: arithmetic, sample_size: 20}
"""


@pytest.fixture
def planned(tmp_path):
    def build(*changes: tuple[str, str], kind: RunKind = RunKind.ADHOC, day: str = "2026-01-31"):
        text = BASE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "aligntax.yaml"
        path.write_text(text)
        settings = load_settings(path, environment={}, known=known_names(benchmarks.known(), SCORERS), will_send=False)
        loaded = {wanted.id: benchmarks.load(wanted.id) for wanted in settings.benchmarks}
        return plan(settings, loaded, date.fromisoformat(day), kind)

    return build


def hashes(run, model: str) -> list[str]:
    return [request.request_hash for cell in run.cells if cell.model.id == model for request in cell.requests]


def test_each_cell_has_its_style_and_its_items(planned):
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
def test_whatever_changes_an_answer_changes_the_request(planned, old, new):
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
def test_what_changes_no_answer_changes_nothing(planned, old, new):
    before, after = planned(), planned((old, new))
    assert hashes(before, "aligned") == hashes(after, "aligned")
    assert before.run_id == after.run_id


def test_repeats_are_requests_of_their_own(planned):
    run = planned(("sample_size: 20", "sample_size: 20, repeats: 3"))
    assert len(set(hashes(run, "aligned"))) == 60
    seeds = [request.parameters.get("seed", 0) for request in run.cells[0].requests[:3]]
    assert seeds == [0, 1, 2]


def test_a_night_has_answers_of_its_own_and_other_runs_share(planned):
    first, second = planned(day="2026-01-30"), planned(day="2026-01-31")
    assert ids(first) == ids(second)
    nights = [planned(kind=RunKind.NIGHTLY, day=day) for day in ("2026-01-30", "2026-01-31")]
    assert not ids(nights[0]) & ids(nights[1])
    assert hashes(nights[0], "base") == hashes(nights[1], "base")


def ids(run) -> set[str]:
    return {request.generation_id for cell in run.cells for request in cell.requests}


def test_equal_configurations_on_equal_dates_are_the_same_run(planned):
    assert planned() == planned()
    assert planned(day="2026-01-30").run_id != planned(day="2026-01-31").run_id


def test_a_forecast_knows_what_it_does_not_know(planned):
    cell = planned().cells[0]
    unknown = forecast(cell, cell.requests, date(2026, 1, 31))
    assert (unknown.count_requests, unknown.cost_usd_at_most) == (20, None)
    price = "price: [{from: 2026-01-01, input_usd_per_million: 1, output_usd_per_million: 2}]"
    priced = planned(("api: completions", f"api: completions, {price}")).cells[0]
    known = forecast(priced, priced.requests, date(2026, 1, 31))
    by_hand = (known.tokens_input + 2 * known.tokens_output_at_most) / 1e6
    assert known.cost_usd_at_most == pytest.approx(by_hand)
    assert known.tokens_output_at_most == 20 * 256


JUDGED = (
    "  - {id: arithmetic, sample_size: 20}",
    "  - {id: harmful, sample_size: 20, judge: jury}\njudges: [{id: jury, model: j, api: chat}]",
)


def test_a_judge_is_forecast_at_the_longest_answers_and_grades(planned):
    cell = planned(JUDGED).cells[0]
    unknown = forecast_judge(cell, cell.requests[:15], date(2026, 1, 31))
    assert (unknown.judge_model_id, unknown.count_requests, unknown.count_reused) == ("jury", 15, 5)
    assert unknown.cost_usd_at_most is None
    price = "price: [{from: 2026-01-01, input_usd_per_million: 1, output_usd_per_million: 2}]"
    priced = planned((JUDGED[0], JUDGED[1].replace("api: chat}]", f"api: chat, {price}}}]"))).cells[0]
    known = forecast_judge(priced, priced.requests, date(2026, 1, 31))
    asked = rubric("refusal")
    assert known.tokens_output_at_most == 20 * asked.max_tokens
    answers = sum(request.parameters["max_tokens"] for request in priced.requests)
    around = sum(len(asked.prompt(item.question, "")) // 4 for item in priced.items)
    assert known.tokens_input_at_most == answers + around
    assert known.cost_usd_at_most == pytest.approx((answers + around + 2 * known.tokens_output_at_most) / 1e6)


def test_without_a_judge_nothing_is_forecast_for_one(planned):
    cell = planned().cells[0]
    assert forecast_judge(cell, cell.requests, date(2026, 1, 31)) is None


KNOWLEDGE = ("{id: arithmetic, sample_size: 20}", "{id: knowledge, sample_size: 20, scorer: choice_likelihood}")


def test_a_scorer_by_likelihood_asks_for_one_token_and_its_alternatives(planned):
    run = planned(KNOWLEDGE)
    for cell in run.cells:
        assert {request.parameters["max_tokens"] for request in cell.requests} == {1}
        assert {request.parameters["top_logprobs"] for request in cell.requests} == {20}
    by_text = planned((KNOWLEDGE[0], "{id: knowledge, sample_size: 20}"))
    assert not any("top_logprobs" in request.parameters for request in by_text.cells[0].requests)
    assert not set(hashes(run, "base")) & set(hashes(by_text, "base"))


def test_an_api_without_log_probabilities_is_refused_before_anything_is_sent(planned):
    with pytest.raises(UsageError, match=r"'aligned': this API tells no log-probabilities.*'choice_likelihood'"):
        planned(KNOWLEDGE, ("api: chat, base", "provider: anthropic, base_url: null, api: messages, base"))
