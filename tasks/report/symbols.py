"""How the charts and their legends draw each result and each family of models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tasks.report.report_rows import ReportRow, name_of
from tasks.report.significance import Significance
from tasks.report.vega import GREY

# Paths in a square from -1 to 1. Vega's marks and the legend in HTML both draw them.
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
    """A colour and a shape. Two symbols never differ in colour alone."""

    colour: str
    path: str
    is_filled: bool = True

    @property
    def fill(self) -> str:
        """The colour inside the outline. A hollow symbol lets the page show through, light or dark."""
        return self.colour if self.is_filled else "transparent"


# A result is a shape: the colour of a mark is always that of the family, so that a model has one colour everywhere.
SIGNIFICANCE_SYMBOLS: dict[Significance, Symbol] = {
    Significance.TAX: Symbol(GREY, TRIANGLE_DOWN),
    Significance.WINDFALL: Symbol(GREY, TRIANGLE_UP),
    Significance.OPEN: Symbol(GREY, CIRCLE, is_filled=False),
    Significance.NO_INTERVAL: Symbol(GREY, SALTIRE),
}

# Okabe and Ito's colours. Colour-blind readers can tell them apart, and their contrast is at least 3:1 on both pages.
FAMILY_SYMBOLS: tuple[Symbol, ...] = (
    Symbol("#0a84c8", CIRCLE),
    Symbol("#d55e00", SQUARE),
    Symbol("#009e73", TRIANGLE_UP),
    Symbol("#b8609a", DIAMOND),
    Symbol("#a67c00", TRIANGLE_DOWN),
    Symbol(GREY, CROSS),
    Symbol("#3f93a8", HOURGLASS),
)


def family_symbols(families: list[str]) -> dict[str, Symbol]:
    """Give each family a symbol: seven filled ones, the same seven hollow, then from the start again."""
    count = len(FAMILY_SYMBOLS)
    return {
        family: Symbol(
            FAMILY_SYMBOLS[index % count].colour,
            FAMILY_SYMBOLS[index % count].path,
            is_filled=index // count % 2 == 0,
        )
        for index, family in enumerate(families)
    }


@dataclass(frozen=True)
class FamilySymbols:
    """The symbols of all families of a page, the same in every chart. The same scores give the same symbols."""

    by_family: dict[str, Symbol]

    @classmethod
    def of(cls, scores: Iterable[ReportRow]) -> FamilySymbols:
        """Give every family that was scored its symbol."""
        return cls(family_symbols(sorted({name_of(row["family"]) for row in scores})))

    def colour(self, family: str | None) -> str:
        """The colour of a family; grey for one without scores."""
        symbol = self.by_family.get(name_of(family))
        return symbol.colour if symbol else GREY
