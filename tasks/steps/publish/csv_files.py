"""Publish the reports as CSV, one file per table, for people and for programs that read nothing else."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tasks.data_files.cells import no_formula
from tasks.settings import PublishSettings
from tasks.steps.publish.report_tables import report_names, report_tables
from tasks.steps.publish.versions import version_folder
from warehouse.publication import Publication


def write_csv(publication: Publication, settings: PublishSettings) -> Path:
    """Add the folder of this publication to the folder ``csv``. No text in it is a formula to a spreadsheet."""

    def write(folder: Path) -> None:
        folder.mkdir()
        for name, frame in report_tables(publication):
            harmless = pl.col(pl.String).map_elements(no_formula, return_dtype=pl.String)
            frame.with_columns(harmless).write_csv(folder / f"{name}.csv")

    names = [f"{name}.csv" for name in report_names(publication)]
    return version_folder(settings.folder / "csv", publication.identity["publication_id"], write, names)
