"""Publish the tables of a date. Knows which forms there are; must not know Prefect or SQL.

A new target is a module here with one function, and its line in ``TARGETS``. The function writes one form of the
publication and returns where it is. It swaps each file in whole: readers see the old file or the new one, and a
target that fails leaves the old one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tasks.settings import PublishSettings
from tasks.steps.publish.catalogue_page import write_catalogue_page
from tasks.steps.publish.database_snapshot import write_snapshot
from tasks.steps.publish.item_pages import write_items
from tasks.steps.publish.parquet_files import write_parquet
from tasks.steps.publish.report_page import write_page
from warehouse.connection import Warehouse

Published = dict[str, Path]  # where each target wrote, by the target's name
PublishTarget = Callable[[Warehouse, PublishSettings, str], Path]

TARGETS: dict[str, PublishTarget] = {
    "database": write_snapshot,
    "parquet": write_parquet,
    "report": write_page,
    "catalogue": write_catalogue_page,
    "items": write_items,
}


def publish(warehouse: Warehouse, settings: PublishSettings, as_of_date: str) -> Published:
    """Write every target, in the order of the registry.

    Args:
        warehouse: an open warehouse whose marts and reports are built.
        settings: the folder, and how much of harmful texts may leave the warehouse.
        as_of_date: the date of the report page. The other targets hold all dates.
    """
    return {name: target(warehouse, settings, as_of_date) for name, target in TARGETS.items()}
