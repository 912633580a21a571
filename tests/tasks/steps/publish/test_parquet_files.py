import polars as pl

from tasks.steps.publish.parquet_files import write_parquet


def test_each_table_becomes_a_file_in_the_folder_of_its_schema(publication, settings):
    folder = write_parquet(publication, settings)
    assert folder.name == publication.identity["publication_id"]
    frame = pl.read_parquet(folder / "reports" / "alignment_tax.parquet")
    assert frame.columns == list(publication.schema("reports.alignment_tax"))
