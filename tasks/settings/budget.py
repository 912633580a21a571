"""How much a run, a night and a month may take, in money and in requests.

Tested in tests/tasks/settings/test_budgets.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from tasks.settings.fields import Number, Whole
from tasks.settings.section import Section

Span: TypeAlias = Literal["run", "night", "month"]
Unit: TypeAlias = Literal["usd", "requests"]


class AllowanceSettings(Section):
    """The most that may be spent: US dollars, requests or both. Attempts count as requests."""

    usd: Annotated[Number, Field(ge=0)] | None = None
    requests: Annotated[Whole, Field(ge=0)] | None = None


class BudgetSettings(Section):
    """What all models together, or one of them, may take. Days and months begin in the time zone of the nights.

    Attributes:
        run: One run, over all its resumptions.
        night: All runs of one date, within one calendar day. A night that is resumed on a later day has it again.
        month: All runs within one calendar month, whichever dates they belong to.
    """

    run: AllowanceSettings | None = None
    night: AllowanceSettings | None = None
    month: AllowanceSettings | None = None

    def limits(self) -> Iterator[tuple[Span, Unit, float]]:
        """Everything that is limited, and at what."""
        spans: tuple[Span, ...] = ("run", "night", "month")
        units: tuple[Unit, ...] = ("usd", "requests")
        for span in spans:
            allowance: AllowanceSettings | None = getattr(self, span)
            for unit in units:
                if allowance is not None and (limit := getattr(allowance, unit)) is not None:
                    yield span, unit, float(limit)

    @property
    def of_money(self) -> str | None:
        """The first key that limits money; None if none does."""
        return next((f"budget.{span}.usd" for span, unit, _ in self.limits() if unit == "usd"), None)
