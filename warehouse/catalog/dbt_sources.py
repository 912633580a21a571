"""The published tables as sources of a dbt project: descriptions, keys and relations as dbt's own YAML.

``python -m warehouse.catalog`` writes it into the example.
"""

from __future__ import annotations

from typing import Any

import yaml

from warehouse.build import Model
from warehouse.catalog.relations import Relation, published, shortest
from warehouse.publish import PUBLISHED_LAYERS

_HEAD = "# Written by `python -m warehouse.catalog` from the descriptions of the tables.\n"


def dbt_sources() -> str:
    """The file ``sources.yml``: one source per schema."""
    sources = [
        {
            "name": layer,
            "database": "{{ var('aligntax_database', 'aligntax') }}",
            "tables": [_table(model) for model in published() if model.layer == layer],
        }
        for layer in PUBLISHED_LAYERS
    ]
    text: str = yaml.safe_dump({"version": 2, "sources": sources}, sort_keys=False, width=120, default_flow_style=None)
    return _HEAD + text


def _table(model: Model) -> dict[str, Any]:
    found: dict[str, Any] = {"name": model.name.partition(".")[2], "description": model.comment}
    if model.name == "marts.dim_run":
        freshness = {"warn_after": {"count": 2, "period": "day"}}
        found["config"] = {"loaded_at_field": "started_at", "freshness": freshness}
    found["data_tests"] = [{"has_key": {"arguments": {"columns": list(model.key)}}}, *_references(model)]
    found["columns"] = [{"name": name, "description": meaning} for name, meaning in model.columns.items()]
    return found


def _references(model: Model) -> list[dict[str, Any]]:
    """A test of each relation that holds for every row and does not follow from others."""
    partial = {target.name for target in published() if target.without_row}
    return [_reference(found) for found in shortest() if found.source == model.name and found.target not in partial]


def _reference(found: Relation) -> dict[str, Any]:
    arguments = {"columns": list(found.columns), "to": _source(found.target), "key": list(found.key)}
    return {"refers_to": {"arguments": arguments}}


def _source(table: str) -> str:
    schema, _, name = table.partition(".")
    return f"source('{schema}', '{name}')"
