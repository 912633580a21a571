"""Publish the tables of a date. Knows which forms there are; must not know Prefect or SQL.

A new target is a module here with one function, and its line in ``TARGETS``. The function writes one form of the
publication and returns where it is. It replaces what was there whole: readers see the old or the new publication, and
a target that fails leaves the old one. A target with a key of its own in the settings is written where it is set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tasks.errors import AligntaxError, PublicationIncomplete
from tasks.settings import PublishSettings
from tasks.steps.publish.bucket_files import write_bucket
from tasks.steps.publish.catalogue_page import write_catalogue_page
from tasks.steps.publish.csv_files import write_csv
from tasks.steps.publish.database_snapshot import write_snapshot
from tasks.steps.publish.every_eval_ever_files import write_exchange_files
from tasks.steps.publish.excel_workbook import write_workbook
from tasks.steps.publish.item_pages import write_items
from tasks.steps.publish.manifest import Standing, standing, write_manifest
from tasks.steps.publish.parquet_files import write_parquet
from tasks.steps.publish.postgres_tables import write_tables
from tasks.steps.publish.report_page import write_page
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseError
from warehouse.publication import Publication
from warehouse.whole_files import own_folder

Published = dict[str, Path | str]  # where each target is, by the target's name
PublishTarget = Callable[[Publication, PublishSettings], Path | str]

__all__ = ["TARGETS", "PublishTarget", "Published", "Standing", "publish", "standing"]

TARGETS: dict[str, PublishTarget] = {
    "database": write_snapshot,
    "parquet": write_parquet,
    "postgres": write_tables,
    "bucket": write_bucket,
    "csv": write_csv,
    "excel": write_workbook,
    "every_eval_ever": write_exchange_files,
    "report": write_page,
    "catalogue": write_catalogue_page,
    "items": write_items,
}


def publish(warehouse: Warehouse, settings: PublishSettings, as_of_date: str, run_id: str) -> Published:
    """Write every target that is wanted, two at a time in the order of the registry, and the manifest last.

    Args:
        warehouse: an open warehouse whose marts and reports are built.
        settings: the targets, and how much of harmful texts may leave the warehouse.
        as_of_date: the date of the report page and the explorer. The other targets hold all dates.
        run_id: the run that is published.

    Raises:
        PublicationIncomplete: some target failed. All others are written, and the manifest says what each one holds.
    """
    written: Published = {}
    failed: dict[str, str] = {}
    with _gathered(warehouse, settings, as_of_date, run_id) as publication:
        with ThreadPoolExecutor(2, "targets") as lanes:  # Python draws pages while DuckDB writes files
            wanted = {name: target for name, target in TARGETS.items() if getattr(settings, name, True)}
            ended = {name: lanes.submit(target, publication, settings) for name, target in wanted.items()}
        for name, done in ended.items():
            if error := done.exception():  # whatever a target fails of, the others are published
                failed[name] = _said(error)
            else:
                written[name] = done.result()
        write_manifest(publication, settings, written, failed)
    if failed:
        usual = {"database": settings.snapshot, "parquet": settings.folder / "parquet", "report": settings.report}
        raise PublicationIncomplete(failed, usual | written)
    return written


@contextmanager
def _gathered(warehouse: Warehouse, settings: PublishSettings, as_of_date: str, run_id: str) -> Iterator[Publication]:
    """The publication in a file of its own, from which all targets copy."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    with own_folder(settings.folder, ".publication-") as folder:
        path = folder / "tables.duckdb"
        contents = warehouse.snapshot(
            path, text=settings.text, as_of_date=as_of_date, run_id=run_id, earlier=settings.snapshot
        )
        with Publication(path, contents) as publication:
            yield publication


def _said(error: BaseException) -> str:
    """The first line of an error, with the kind where the text alone says too little."""
    first = (str(error).strip().splitlines() or [""])[0].rstrip(".")
    return first if isinstance(error, AligntaxError | WarehouseError | OSError) else f"{type(error).__name__}: {first}"
