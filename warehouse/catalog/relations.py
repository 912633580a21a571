"""Which columns of a published table name a row of another one: what a reader may join, row by row.

A table says in its ``.yml`` by which columns others name it (``named_by``). Every published table that has these
columns then refers to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from warehouse.build import Model, models
from warehouse.publish import PUBLISHED_LAYERS


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows of ``source`` name in ``columns`` one row of ``target``, by its ``key``. A name may be NULL.

    ``is_one_to_one``: no two rows of the source name the same row. Otherwise there may be many.
    """

    source: str
    columns: tuple[str, ...]
    target: str
    key: tuple[str, ...]
    is_one_to_one: bool

    def renamed(self, columns: tuple[str, ...]) -> list[str]:
        """Columns of the target as the source calls them: those of the key by its own names, others alike."""
        return [dict(zip(self.key, self.columns, strict=True)).get(column, column) for column in columns]

    @property
    def condition(self) -> str:
        """The condition of the join, in SQL."""
        if self.columns == self.key:
            return f"using ({', '.join(self.key)})"
        source, target = (name.rpartition(".")[2] for name in (self.source, self.target))
        pairs = zip(self.columns, self.key, strict=True)
        return "on " + " and ".join(f"{source}.{column} = {target}.{name}" for column, name in pairs)


def published() -> list[Model]:
    """The tables that readers have, reports first."""
    found = [model for model in models() if model.layer in PUBLISHED_LAYERS]
    return sorted(found, key=lambda model: (-PUBLISHED_LAYERS.index(model.layer), model.name))


@cache
def relations() -> tuple[Relation, ...]:
    """Every relation between published tables, by source and target."""
    return tuple(
        Relation(source.name, columns, target.name, target.key, set(source.key) <= set(columns))
        for source in published()
        for target in published()
        for columns in target.named_by
        if set(columns) <= source.columns.keys() and source.name not in target.not_named_by
        if (source, columns) != (target, target.key)
    )


def shortest() -> list[Relation]:
    """The relations without those that follow from two others: a table names a cell, and the cell its model."""
    return [
        relation
        for relation in relations()
        if not any(
            relation.target == further.target and relation.columns == tuple(between.renamed(further.columns))
            for between in relations()
            if between.source == relation.source and between.target not in {between.source, relation.target}
            for further in relations()
            if further.source == between.target
        )
    ]
