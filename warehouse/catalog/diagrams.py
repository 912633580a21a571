"""Pictures of the tables: which columns of the published ones name a row of another, and what each is made from."""

from __future__ import annotations

from warehouse.build import Model, models
from warehouse.catalog.layered_drawing import Box, Row, drawing
from warehouse.catalog.relations import Relation, published, shortest

_DATES = "marts.dim_date"


def entity_diagram(*, is_linked: bool) -> str:
    """The published tables and the relations between them; tables that name the same rows share a box.

    The date is left out of the lines, because nearly every table has one.
    """
    named = {relation.target for relation in shortest()}
    found = [relation for relation in shortest() if relation.target != _DATES]
    of = {model.name: [relation for relation in found if relation.source == model.name] for model in published()}
    shared: dict[object, list[Model]] = {}
    for model in published():
        alone = model.name if model.name in named or not of[model.name] else None
        signature = tuple((relation.columns, relation.target, relation.is_one_to_one) for relation in of[model.name])
        shared.setdefault((signature, alone), []).append(model)
    boxes: dict[str, Box] = {}
    for group in sorted(shared.values(), key=lambda group: _depth(group[0].name, of)):
        first = group[0]
        rows = [Row(model.name, f"#{model.name}" if is_linked else "", is_name=True) for model in group]
        if first.name in named:
            rows.append(Row(f"key: {', '.join(first.key)}"))
        boxes[first.name] = Box([*rows, *_relation_rows(of[first.name])], _depth(first.name, of))
    return drawing(boxes, "Published tables, and the columns by which each names rows of others")


def lineage_diagram(model: Model) -> str:
    """A table between what it is made from and the tables that are made from it."""
    readers = sorted(other.name for other in models() if model.name in other.references)
    sources = sorted(model.references | model.facts)
    linked = {found.name for found in published()}

    middle = 1 if readers else 0

    def box(name: str, layer: int, *targets: str) -> Box:
        is_own = name == model.name
        row = Row(name, f"#{name}" if name in linked and not is_own else "", is_name=is_own, targets=targets)
        return Box([row], layer, is_outside=name not in linked)

    boxes = {
        **{name: box(name, middle + 1, model.name) for name in sources},
        model.name: box(model.name, middle, *readers),
        **{name: box(name, 0) for name in readers},
    }
    return drawing(boxes, f"What {model.name} is made from, and what is made from it")


def _depth(name: str, of: dict[str, list[Relation]]) -> int:
    """How many lines lead from a table to the last one."""
    return max((1 + _depth(relation.target, of) for relation in of[name] if relation.target != name), default=0)


def _relation_rows(relations: list[Relation]) -> list[Row]:
    """The columns by which a table names rows of others, each with the line to the other."""
    return [
        Row(", ".join(found.columns), targets=(found.target,), ends="one" if found.is_one_to_one else "many")
        if found.source != found.target
        else Row(f"{', '.join(found.columns)} (the table itself)")
        for found in sorted(relations, key=lambda found: found.target)
    ]
