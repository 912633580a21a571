from tasks.steps.publish.database_snapshot import write_snapshot
from warehouse.connection import Warehouse


def test_the_snapshot_is_a_database_that_holds_every_report(publication, settings):
    path = write_snapshot(publication, settings)
    assert path.name == "aligntax.duckdb"
    with Warehouse.read(path) as snapshot:
        assert snapshot.has("reports.alignment_tax")
        assert not snapshot.has("raw.generations")
