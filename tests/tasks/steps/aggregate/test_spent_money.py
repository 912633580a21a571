"""Money is added to the same number in whatever order its rows are read."""

import pytest


@pytest.mark.parametrize("prices", [(0.1, 0.2, 0.3), (0.3, 0.2, 0.1)])
def test_the_planned_cost_of_many_cells_does_not_hang_on_their_order(world, prices):
    """Added as floating-point numbers, the first order gives 0.6000000000000001."""
    world.pair("base", "aligned")
    for index, price in enumerate(prices):
        world.add(
            "raw.spend_plans",
            run_id="run",
            cell_id=f"base/b{index}/chat",
            model_id="base",
            count_requests=1,
            count_reused=0,
            tokens_input=1,
            tokens_output_at_most=1,
            cost_usd_at_most=price,
        )
    assert world.report("select cost_usd_planned_at_most as usd from reports.spend") == [{"usd": 0.6}]
