"""Forecasts of a plan: an unknown price gives no cost, and a judge is forecast for the longest answers."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.rubrics import rubric
from tasks.steps.forecast import forecast, forecast_judge


def test_without_a_price_the_forecast_has_no_cost(planned):
    cell = planned().cells[0]
    unknown = forecast(cell, cell.requests, date(2026, 1, 31))
    assert (unknown.count_requests, unknown.cost_usd_at_most) == (20, None)
    price = "price: [{from: 2026-01-01, input_usd_per_million: 1, output_usd_per_million: 2}]"
    priced = planned(("api: completions", f"api: completions, {price}")).cells[0]
    known = forecast(priced, priced.requests, date(2026, 1, 31))
    by_hand = (known.tokens_input + 2 * known.tokens_output_at_most) / 1e6
    assert known.cost_usd_at_most == pytest.approx(by_hand)
    assert known.tokens_output_at_most == 20 * 640


JUDGED = (
    "  - {id: arithmetic, sample_size: 20}",
    "  - {id: harmful, sample_size: 20, judge: jury}\njudges: [{id: jury, model: j, api: chat}]",
)


def test_the_cost_of_a_judge_is_forecast_for_answers_and_grades_of_maximal_length(planned):
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


def test_without_a_judge_no_judging_cost_is_forecast(planned):
    cell = planned().cells[0]
    assert forecast_judge(cell, cell.requests, date(2026, 1, 31)) is None
