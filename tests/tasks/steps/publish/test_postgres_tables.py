import pytest

from tasks.settings import PublishSettings
from tasks.steps.publish.postgres_tables import write_tables


class Database:
    """Stands for a publication, and notes which database was written."""

    def postgres(self, url, reader):
        self.written = url, reader


@pytest.mark.parametrize(
    "url",
    ["postgresql://me@host/db", "postgresql:///?service=lab", "postgresql://me@one:5432,two:5433/db"],
)
def test_the_database_of_the_settings_is_written(settings, url):
    database = Database()
    chosen = PublishSettings(folder=settings.folder, postgres={"url": url})
    assert write_tables(database, chosen) == url
    assert database.written == (url, "aligntax_reader")
