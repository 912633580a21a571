"""The catalogue as a page: every published table with its columns, its relations and its lineage, and a search.

Its text is the models' own description of themselves; it needs no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tasks.report.page import POLICY, asset, environment
from warehouse.catalog.diagrams import entity_diagram, lineage_diagram
from warehouse.catalog.layered_drawing import STYLE
from warehouse.catalog.listing import LAYER_TITLES, ListedTable, listed
from warehouse.publish import PUBLISHED_LAYERS
from warehouse.whole_files import swapped_in


def write_catalogue(types: Mapping[tuple[str, str], str], path: Path) -> Path:
    """Write the catalogue to ``path`` in one step.

    Args:
        types: the type of each column, by the names of table and column.
        path: the file to write.

    Returns:
        The path written.
    """
    content = render_catalogue(types).encode()
    with swapped_in(path) as building:
        building.write_bytes(content)
    return path


def render_catalogue(types: Mapping[tuple[str, str], str]) -> str:
    """The page as text; ``types`` as for ``write_catalogue``."""
    tables = listed(types)
    return (
        environment()
        .get_template("catalogue.html.j2")
        .render(
            policy=POLICY,
            layers={LAYER_TITLES[layer]: _of(tables, layer) for layer in reversed(PUBLISHED_LAYERS)},
            entities=entity_diagram(is_linked=True),
            lineage=lineage_diagram,
            style=asset("report.css") + asset("catalogue.css") + STYLE,
            script=asset("catalogue.js"),
        )
    )


def _of(tables: list[ListedTable], layer: str) -> list[ListedTable]:
    return [table for table in tables if table.model.layer == layer]
