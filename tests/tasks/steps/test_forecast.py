"""Forecasts of a plan: an unknown price gives no cost, and a judge is forecast for the longest answers."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.rubrics import rubric
from tasks.stats.monitor import MonitorRule
from tasks.stats.night_power import Watch
from tasks.stats.power import Pilot, VarianceComponents
from tasks.steps.forecast import Earlier, Questions, forecast, forecast_judge, forecast_macro


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


ONE = "  - {id: arithmetic, sample_size: 20}"
TWO = (ONE, f"{ONE}\n  - {{id: knowledge, sample_size: 20}}")


def test_the_mean_of_two_benchmarks_needs_fewer_items_of_each(planned):
    own = [cell for cell in planned(TWO).cells if cell.model.id == "aligned" and cell.is_primary_style]
    asked = Questions(tax=0.02, margin=0.03)
    macro = forecast_macro(own, [None, None], asked)
    alone = [forecast(cell, cell.requests, date(2026, 1, 31), questions=asked) for cell in own]
    assert (macro.model_id, macro.count_benchmarks, macro.variance_from) == ("aligned", 2, "prior")
    for name in ("count_items_needed", "count_items_for_margin"):
        counts = [getattr(row, name) for row in alone]
        assert min(counts) / 2 - 5 <= getattr(macro, name) <= max(counts) / 2 + 5


def test_one_benchmark_and_safety_benchmarks_have_no_mean(planned):
    safety = (ONE, f"{ONE}\n  - {{id: harmful, sample_size: 5}}")
    own = [cell for cell in planned(safety).cells if cell.model.id == "aligned"]
    assert len(own) >= 2
    assert forecast_macro(own, [None] * len(own), Questions(margin=0.03)) is None


def test_a_night_costs_as_much_as_its_items_and_earlier_nights_say_how_many(planned):
    price = "price: [{from: 2026-01-01, input_usd_per_million: 1, output_usd_per_million: 2}]"
    cell = planned(("api: completions", f"api: completions, {price}")).cells[0]
    asked = Questions(watch=Watch(30, 0.05, MonitorRule(0.05 / 2)))
    prior = forecast(cell, (), date(2026, 1, 31), questions=asked)
    calm = forecast(cell, (), date(2026, 1, 31), Earlier(item_variance=0.02), asked)
    assert (prior.night_variance_from, calm.night_variance_from) == ("prior", "pilot")
    assert calm.count_items_a_night < prior.count_items_a_night / 2
    whole = forecast(cell, cell.requests, date(2026, 1, 31)).cost_usd_at_most
    assert prior.cost_usd_a_night_at_most == pytest.approx(whole * prior.count_items_a_night / 20)
    assert prior.cost_usd_at_most == 0


def test_an_earlier_comparison_gives_the_variance(planned):
    cell = planned().cells[0]
    pilot = Pilot(VarianceComponents(0.02, 0.0, 0.0), 0.1)
    known = forecast(cell, cell.requests, date(2026, 1, 31), Earlier(pilot))
    prior = forecast(cell, cell.requests, date(2026, 1, 31))
    assert (known.variance_from, prior.variance_from) == ("pilot", "prior")
    assert known.minimum_detectable_tax < prior.minimum_detectable_tax / 2
