"""Check the keys that the models declare: the named query ``surplus_rows`` is made of them."""

from __future__ import annotations

from warehouse.build import Model, models

CHECKED_LAYERS = ("marts", "reports")


def surplus_rows() -> str:
    """A query with one row per table that has rows: how many it has, on some dates, beyond one per key.

    The column ``subject`` names the table. Tables without a date are counted whole. A view is left out: its rows are
    counted in the tables that are made of it.
    """
    return "\nunion all\n".join(_counted(model) for model in models() if _is_checked(model)) + "\norder by subject"


def _is_checked(model: Model) -> bool:
    return model.layer in CHECKED_LAYERS and model.materialized == "table"


def _counted(model: Model) -> str:
    is_dated = "as_of_date" in model.columns
    where = "where as_of_date in (select unnest($dates::date[])) " if is_dated else ""
    groups = f"select count(*) as count_rows from {model.name} {where}group by {', '.join(model.key)}"  # noqa: S608 - names are ours
    count = "(sum(count_rows) - count(*))::bigint as count_surplus_rows"
    return f"select '{model.name}' as subject, {count} from ({groups}) having count(*) > 0"  # noqa: S608 - names are ours
