import polars as pl

from tasks.data_files.cells import of_cell
from tasks.steps.publish.csv_files import write_csv


def test_numbers_stay_numbers_and_no_text_is_a_formula(reports, settings):
    folder = write_csv(reports, settings)
    assert folder == settings.folder / "csv" / reports.identity["publication_id"]
    held = reports.frame_of("from reports.overall_tax order by all")
    cells = (folder / "overall_tax.csv").read_text()
    assert "'=1+1" in cells
    assert "\n=" not in cells
    assert ",=" not in cells
    frame = pl.read_csv(folder / "overall_tax.csv", schema_overrides=held.schema)
    assert frame.with_columns(pl.col(pl.String).map_elements(of_cell, return_dtype=pl.String)).equals(held)
    assert {path.stem for path in folder.iterdir()} == {
        name.removeprefix("reports.") for name in reports.contents if name.startswith("reports.")
    }
