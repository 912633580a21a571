"""A composite model in a plan: its own requests under identities that cover its parts, priced as if all were needed."""

from __future__ import annotations

from datetime import date

import pytest

from tasks import benchmarks
from tasks.steps.forecast import forecast
from tasks.steps.plan import plan

DAY = date(2026, 1, 31)
PRICE = "price: [{from: 2026-01-01, input_usd_per_million: 1, output_usd_per_million: 2}]"
PRICED = tuple(
    (entry, f"{{{PRICE}, {entry.removeprefix('{')}")
    for entry in ("{id: base", "{id: aligned", "{id: warm", "{id: jury")
)


@pytest.fixture
def planned(configured):
    def build(*changes):
        return plan(configured(*changes), {"borderline": benchmarks.load("borderline")}, DAY)

    return build


def cell_of(run, model):
    return next(cell for cell in run.cells if cell.model.id == model)


@pytest.mark.parametrize(("model", "parts", "asked"), [("guarded", ("aligned", "base"), 3), ("chosen", ("warm",), 6)])
def test_a_composite_model_costs_the_sum_of_its_parts(planned, model, parts, asked):
    run = planned(*PRICED)
    whole, *own = (
        forecast(cell, cell.requests, DAY) for cell in (cell_of(run, model), *(cell_of(run, part) for part in parts))
    )
    assert whole.count_requests == 5 * asked
    assert whole.cost_usd_at_most > sum(part.cost_usd_at_most for part in own)
    by_hand = (whole.tokens_input + 2 * whole.tokens_output_at_most) / 1e6
    assert whole.cost_usd_at_most == pytest.approx(by_hand)


def test_a_part_without_a_price_leaves_the_composite_model_without_one(planned):
    cell = cell_of(planned(*PRICED[:3]), "guarded")
    assert forecast(cell, cell.requests, DAY).cost_usd_at_most is None


@pytest.mark.parametrize(
    "change",
    [
        ("model: b,", "model: b2,"),
        ("{id: aligned, model: a", "{id: aligned, sampling: {top_p: 0.9}, model: a"),
        ("model: j,", "model: j2,"),
        ("guardrail: Be careful.", "guardrail: Be very careful."),
    ],
)
def test_a_change_of_a_part_changes_every_request(planned, change):
    before, after = (cell_of(planned(*changes), "guarded") for changes in ((), (change,)))
    assert not {r.request_hash for r in before.requests} & {r.request_hash for r in after.requests}
    assert not {r.generation_id for r in before.requests} & {r.generation_id for r in after.requests}


def test_a_composite_model_is_compared_by_the_parameters_of_its_leading_part(planned):
    run = planned()
    whole, first = (dict(cell_of(run, model).requests[0].parameters) for model in ("guarded", "aligned"))
    assert whole.pop("composite")["parts"] == ["aligned", "base", "jury"]
    assert (whole.pop("model"), first.pop("model")) == ("guarded", "a")
    assert whole == first
