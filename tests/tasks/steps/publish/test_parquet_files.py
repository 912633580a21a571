import polars as pl

from tasks.steps.publish.parquet_files import write_parquet


def test_each_table_becomes_a_file_in_the_folder_of_its_schema(warehouse, settings):
    folder = write_parquet(warehouse, settings, "2026-11-20")
    frame = pl.read_parquet(folder / "reports" / "alignment_tax.parquet")
    assert frame.columns == list(warehouse.schema("reports.alignment_tax"))
