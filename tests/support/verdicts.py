"""The verdict of a scorer on one text, without the rest of an item."""

from __future__ import annotations

from tasks.domain import Item, Verdict
from tasks.scorers import scorer


def verdict(name: str, target: str, text: str, choices: tuple[str, ...] = ()) -> Verdict:
    """The verdict of the named scorer on a text, for an item with this target and these options."""
    return scorer(name).score(Item("i", "q", target, "c", "s", choices), text)


def value(name: str, target: str, text: str) -> float:
    """The value of a text; 0 where it is unparsed."""
    return verdict(name, target, text).value or 0.0
