"""Whether the relations between the published tables hold in the data of a publication."""

from __future__ import annotations

from warehouse.catalog.relations import Relation, published, relations
from warehouse.connection import Warehouse


def broken(database: Warehouse) -> list[str]:
    """Each relation of which some name has no row, or some row has several names although it is one to one."""
    without_row = {model.name for model in published() if model.without_row}
    found = []
    for relation in relations():
        if relation.target not in without_row and _count(database, _dangling(relation)):
            found.append(f"{relation.source} {relation.columns} names what {relation.target} has not")
        if relation.is_one_to_one and _count(database, _doubled(relation)):
            found.append(f"{relation.source} {relation.columns} names a row of {relation.target} twice")
    return found


def _dangling(relation: Relation) -> str:
    pairs = zip(relation.columns, relation.key, strict=True)
    same = " and ".join(f"source.{column} = target.{key}" for column, key in pairs)
    return f"from {relation.source} as source anti join {relation.target} as target on {same} where {_named(relation)}"


def _doubled(relation: Relation) -> str:
    named = f"select {', '.join(relation.columns)} from {relation.source} as source where {_named(relation)}"
    return f"from ({named} group by all having count(*) > 1)"


def _named(relation: Relation) -> str:
    return " and ".join(f"source.{column} is not null" for column in relation.columns)


def _count(database: Warehouse, rows: str) -> int:
    return int(database.rows(f"select count(*) {rows}")[1][0][0])
