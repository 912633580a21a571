"""What one row says, decided in one place for charts, tables and sentences, and how each verdict is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tasks.report.frames import Row

# Symbols in a square from -1 to 1, for Vega's marks and for the legend in HTML alike.
CIRCLE = "M-1,0A1,1,0,1,1,1,0A1,1,0,1,1,-1,0Z"
SQUARE = "M-.9,-.9H.9V.9H-.9Z"
TRIANGLE_UP = "M0,-1L1,.8H-1Z"
TRIANGLE_DOWN = "M0,1L1,-.8H-1Z"
DIAMOND = "M0,-1.15L1.15,0L0,1.15L-1.15,0Z"
CROSS = "M-.35,-1H.35V-.35H1V.35H.35V1H-.35V.35H-1V-.35H-.35Z"
SALTIRE = "M-1,-.6L-.6,-1L0,-.4L.6,-1L1,-.6L.4,0L1,.6L.6,1L0,.4L-.6,1L-1,.6L-.4,0Z"
HOURGLASS = "M-1,-1H1L.25,0L1,1H-1L-.25,0Z"


@dataclass(frozen=True, slots=True)
class Symbol:
    """How something is drawn: colour and shape together, so that colour is never alone."""

    colour: str
    path: str
    is_filled: bool = True

    @property
    def fill(self) -> str:
        """Hollow symbols show the page through them, whatever its colour."""
        return self.colour if self.is_filled else "transparent"


class Verdict(StrEnum):
    """What a tax says, in the reader's words."""

    TAX = "significant tax"
    WINDFALL = "significant windfall"
    OPEN = "not significant"
    NO_INTERVAL = "no interval"
    NO_ESTIMATE = "no estimate"


# Okabe and Ito's colours: apart from each other for colour-blind readers, 3:1 or better on white and on the dark page.
VERDICT_SYMBOLS: dict[Verdict, Symbol] = {
    Verdict.TAX: Symbol("#d55e00", TRIANGLE_DOWN),
    Verdict.WINDFALL: Symbol("#0a84c8", TRIANGLE_UP),
    Verdict.OPEN: Symbol("#808080", CIRCLE, is_filled=False),
    Verdict.NO_INTERVAL: Symbol("#808080", SALTIRE),
}

FAMILY_SYMBOLS: tuple[Symbol, ...] = (
    Symbol("#0a84c8", CIRCLE),
    Symbol("#d55e00", SQUARE),
    Symbol("#009e73", TRIANGLE_UP),
    Symbol("#b8609a", DIAMOND),
    Symbol("#a67c00", TRIANGLE_DOWN),
    Symbol("#808080", CROSS),
    Symbol("#3f93a8", HOURGLASS),
)


def verdict_of(row: Row) -> Verdict:
    """What one row of ``reports.alignment_tax`` says; a tax without limits is never called significant."""
    if row["tax_absolute"] is None:
        return Verdict.NO_ESTIMATE
    if row["tax_absolute_low"] is None or row["tax_absolute_high"] is None:
        return Verdict.NO_INTERVAL
    if not row["is_significant"] or row["tax_absolute"] == 0:
        return Verdict.OPEN
    return Verdict.TAX if row["tax_absolute"] > 0 else Verdict.WINDFALL


def family_symbols(families: list[str]) -> dict[str, Symbol]:
    """One symbol per family; from the eighth family on, the same shapes come hollow, then again."""
    count = len(FAMILY_SYMBOLS)
    return {
        family: Symbol(
            FAMILY_SYMBOLS[index % count].colour,
            FAMILY_SYMBOLS[index % count].path,
            is_filled=index // count % 2 == 0,
        )
        for index, family in enumerate(families)
    }
