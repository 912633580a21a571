"""The files that are written from the descriptions, each with what it holds.

Tested in tests/warehouse/catalog/test_markdown.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from warehouse.catalog.dbt_sources import dbt_sources
from warehouse.catalog.diagrams import entity_diagram
from warehouse.catalog.layered_drawing import standing_alone
from warehouse.catalog.markdown import updated

_PROJECT = Path(__file__).parents[2]

# The new text of each file, given the old one.
GENERATED: dict[Path, Callable[[str], str]] = {
    _PROJECT / "warehouse/README.md": updated,
    _PROJECT / "warehouse/entities.svg": lambda _: standing_alone(entity_diagram(is_linked=False)),
    _PROJECT / "infra/examples/bi/dbt/models/sources.yml": lambda _: dbt_sources(),
}
