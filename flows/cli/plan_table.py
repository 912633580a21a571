"""The table that `plan` and `backfill --dry-run` show: requests, tokens, money and detectable tax of each cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from flows.cli.output import points, print_json, print_table

if TYPE_CHECKING:
    from flows.planning import Resting
    from tasks.planned import Plan, PlannedCell, Request
    from tasks.stats.power import Pilot
    from tasks.steps.forecast import Forecast, JudgeForecast, MacroForecast, Questions, VarianceFrom
    from warehouse.connection import Warehouse

_COLUMNS = (
    *("cell", "requests", "reused", "input tokens", "output tokens, at most", "USD, at most"),
    "detectable tax",
)
_NEEDED, _FOR_MARGIN, _A_NIGHT, _NIGHT_COST = (
    *("items needed", "items for the margin"),
    *("items a night", "USD a night, at most"),
)


def show_plan(
    warehouse: Warehouse | None,
    planned: Plan,
    *,
    is_json: bool,
    questions: Questions | None = None,
    resting: Sequence[Resting] = (),
) -> None:
    """Show what a plan would ask, how many items would answer the questions, and which cells rest."""
    from tasks.steps.forecast import Questions
    from tasks.steps.land import open_requests

    asked = questions or Questions()
    pending = open_requests(warehouse, planned)
    cells, macros = _forecasts(warehouse, planned, pending, asked)
    judges = _judge_forecasts(warehouse, planned, pending)
    if is_json:
        rows = {"cells": _as_dicts(cells), "macros": _as_dicts(macros), "judges": _as_dicts(judges)}
        print_json({"run_id": planned.run_id, **rows, "resting": _as_dicts(resting)})
        return
    columns = [*_COLUMNS, *_asked_columns(asked)]
    rows_shown = [*map(_cell_row, cells), *map(_macro_row, macros), *map(_judge_row, judges)]
    table = [[row.get(name) for name in columns] for row in rows_shown]
    print_table(f"Plan {planned.run_id}", columns, table, right=columns[1:], spare=("reused", "input tokens"))
    typer.echo(_total([*cells, *judges]))
    for line in (*_notes(cells, asked), *map(_resting_line, resting)):
        typer.echo(line)


def _resting_line(cell: Resting) -> str:
    return f"Not due: {cell.cell_id}. The answers of {cell.evaluated_date} count; it is due on {cell.due_date}."


def _asked_columns(questions: Questions) -> list[str]:
    columns = ((questions.tax, _NEEDED), (questions.margin, _FOR_MARGIN), (questions.watch, _A_NIGHT))
    found = [name for asked, name in columns if asked is not None]
    return [*found, _NIGHT_COST] if questions.watch else found


def _notes(cells: Sequence[Forecast], questions: Questions) -> Iterator[str]:
    """What the numbers of items rest on."""
    watch = questions.watch
    if watch is not None:
        prices = [cell.cost_usd_a_night_at_most for cell in cells if cell.cost_usd_a_night_at_most is not None]
        cost = f" They cost at most {sum(prices):.2f} USD a night, judges apart." if len(prices) == len(cells) else ""
        yield (
            f"Items a night: the monitor sees a fall of {100 * watch.fall:g} points within {watch.count_nights} nights "
            f"of its reference with about 80% power; each of the {len(cells)} series spends a level of "
            f"{watch.rule.alpha:.2g}. A number with ~ supposes that a fifth of the answers change between nights; the "
            f"others rest on earlier nights.{cost}"
        )
    yield (
        "Detectable tax: the smallest tax, in points, that is found with about 80% power. A number with ~ supposes "
        "that the models differ on a fifth of the items; the others rest on the newest comparison. Nothing was sent."
    )


def _forecasts(
    warehouse: Warehouse | None, planned: Plan, pending: Mapping[str, list[Request]], questions: Questions
) -> tuple[list[Forecast], list[MacroForecast]]:
    from tasks.steps.aggregate.pilot import night_variances, pilots
    from tasks.steps.forecast import Earlier, forecast

    is_built = warehouse is not None and warehouse.has("marts.fct_paired_items")
    known = pilots(warehouse) if warehouse is not None and is_built else {}
    variances = {} if warehouse is None else night_variances(warehouse)
    cells = []
    for cell in planned.cells:
        pilot = known.get((cell.model.id, cell.benchmark.benchmark_id))
        earlier = Earlier(pilot, variances.get(cell.cell_id))
        cells.append(forecast(cell, pending[cell.cell_id], planned.as_of_date, earlier, questions))
    return cells, _macro_forecasts(planned, known, questions)


def _macro_forecasts(
    planned: Plan, known: Mapping[tuple[str, str], Pilot], questions: Questions
) -> list[MacroForecast]:
    """The mean tax of every model that has a base, where a number of items is asked for."""
    from tasks.steps.forecast import forecast_macro

    if questions.tax is None and questions.margin is None:
        return []
    by_model: dict[str, list[PlannedCell]] = {}
    for cell in planned.cells:
        if cell.model.base is not None:
            by_model.setdefault(cell.model.id, []).append(cell)
    pilots = {name: [known.get((name, cell.benchmark.benchmark_id)) for cell in own] for name, own in by_model.items()}
    found = [forecast_macro(own, pilots[name], questions) for name, own in by_model.items()]
    return [macro for macro in found if macro is not None]


def _judge_forecasts(
    warehouse: Warehouse | None, planned: Plan, pending: Mapping[str, list[Request]]
) -> list[JudgeForecast]:
    from tasks.steps.forecast import forecast_judge
    from tasks.steps.judge import ungraded

    asked = ungraded(warehouse, planned, pending)
    found = [forecast_judge(cell, asked.get(cell.cell_id, ()), planned.as_of_date) for cell in planned.cells]
    return [judge for judge in found if judge is not None]


def _cell_row(cell: Forecast) -> dict[str, Any]:
    counts = (cell.cell_id, cell.count_requests, cell.count_reused, cell.tokens_input, cell.tokens_output_at_most)
    row = dict(zip(_COLUMNS, (*counts, _dollars(cell.cost_usd_at_most)), strict=False))
    nights = _marked(cell.count_items_a_night, cell.night_variance_from)
    return {**row, **_tax_columns(cell), _A_NIGHT: nights, _NIGHT_COST: _dollars(cell.cost_usd_a_night_at_most)}


def _macro_row(macro: MacroForecast) -> dict[str, Any]:
    """The items are those of each benchmark."""
    name = f"{macro.model_id}: mean over {macro.count_benchmarks} capability benchmarks, items of each"
    return {_COLUMNS[0]: name, **_tax_columns(macro)}


def _tax_columns(row: Forecast | MacroForecast) -> dict[str, Any]:
    tax = _marked(points(row.minimum_detectable_tax).lstrip("+"), row.variance_from)
    return {_COLUMNS[-1]: tax, _NEEDED: row.count_items_needed, _FOR_MARGIN: row.count_items_for_margin}


def _judge_row(row: JudgeForecast) -> dict[str, Any]:
    counts = (row.count_requests, row.count_reused, row.tokens_input_at_most, row.tokens_output_at_most)
    name = f"{row.cell_id} by {row.judge_model_id}"
    return dict(zip(_COLUMNS, (name, *counts, _dollars(row.cost_usd_at_most), None), strict=True))


def _total(rows: Sequence[Forecast | JudgeForecast]) -> str:
    requests = f"{sum(row.count_requests for row in rows)} requests"
    prices = [row.cost_usd_at_most for row in rows if row.cost_usd_at_most is not None]
    if not prices:
        return f"{requests}; no model states a price."
    unknown = f", {len(rows) - len(prices)} rows without a price" if len(prices) < len(rows) else ""
    return f"{requests}, at most {sum(prices):.2f} USD{unknown}."


def _dollars(amount: float | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _marked(value: object, variance_from: VarianceFrom) -> str | None:
    """A number, marked where only the prior says so."""
    return None if value is None else f"{value}{' ~' if variance_from == 'prior' else ''}"


def _as_dicts(rows: Sequence[Forecast | MacroForecast | JudgeForecast | Resting]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in row.__slots__} for row in rows]
