"""The budgets of a run: a ledger over what earlier runs have spent, and notes of the cells that a budget stopped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

from tasks.planned import CellResult, CellWork, Plan
from tasks.providers import Account, Ledger
from tasks.settings import BudgetSettings, Settings
from warehouse.connection import Row, Warehouse


def open_ledger(warehouse: Warehouse, plan: Plan, work: Iterable[CellWork], now: datetime) -> Ledger:
    """The accounts of every model that the work asks, with what earlier runs and this one have spent."""
    shared = plan.settings.budget
    own = _budgets(work)
    if not any(list(budget.limits()) for budget in (shared, *own.values())):
        return Ledger()
    return _ledger(shared, own, _spent(warehouse, plan, now))


def ledger_of_share(settings: Settings, work: Iterable[CellWork], share: Mapping[str, float]) -> Ledger:
    """The accounts of some work. Each may spend what the share names for it; one that it does not name, nothing."""
    ledger = _ledger(settings.budget, _budgets(work), {})
    for account in {account.name: account for some in ledger.accounts.values() for account in some}.values():
        account.spent = account.limit - min(share.get(account.name, 0.0), account.limit)
    return ledger


def _budgets(work: Iterable[CellWork]) -> dict[str, BudgetSettings]:
    return {model.id: model.budget or BudgetSettings() for piece in work for model in piece.model.asked}


def _ledger(shared: BudgetSettings, own: Mapping[str, BudgetSettings], spent: Mapping[str, Row]) -> Ledger:
    of_all = _accounts(shared, spent.values())
    return Ledger(
        {
            name: (*of_all, *_accounts(budget, [spent[name]] if name in spent else [], f" of {name}"))
            for name, budget in own.items()
        }
    )


def _spent(warehouse: Warehouse, plan: Plan, now: datetime) -> dict[str, Row]:
    """What each model has taken, by span and unit. Days and months begin in the time zone of the nights."""
    midnight = plan.settings.schedule.day_began(now)
    rows = warehouse.query(
        "spent_before",
        run_id=plan.run_id,
        as_of_date=plan.as_of_date,
        day_began=midnight.astimezone(UTC),
        month_began=midnight.replace(day=1).astimezone(UTC),
    )
    return {row["model_id"]: row for row in rows.iter_rows(named=True)}


def _accounts(budget: BudgetSettings, spent: Collection[Row], whose: str = "") -> tuple[Account, ...]:
    return tuple(
        Account(f"{span}.{unit}{whose}", unit, limit, spent=sum(row[f"{span}_{unit}"] for row in spent))
        for span, unit, limit in budget.limits()
    )


def budget_stops(work: Iterable[CellWork], results: Mapping[str, CellResult]) -> list[Row]:
    """Rows of ``raw.budget_stops``: the cells that a budget stopped, their shards together."""
    stops: dict[str, Row] = {}
    for piece in work:
        result = results[piece.name]
        if result.budget is None:
            continue
        row = stops.setdefault(
            piece.cell_id,
            {
                "run_id": piece.run_id,
                "cell_id": piece.cell_id,
                "model_id": piece.model.id,
                "role": piece.role,
                "budget": result.budget,
                "reason": result.stopped,
                "count_missing": 0,
                "stopped_at": datetime.now(UTC),
            },
        )
        row["count_missing"] += len(piece.requests) - result.count_answered - result.count_failed
    return list(stops.values())
